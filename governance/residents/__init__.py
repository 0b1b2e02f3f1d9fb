"""Residents without an account: phones, follow codes, the public board."""
