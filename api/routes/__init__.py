"""Thin routes: take, call a use case or a read, show. Each opens its own unit of work and commits before it answers."""
