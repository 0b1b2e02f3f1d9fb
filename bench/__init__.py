"""Measurements. Each is a ratio side by side in one run: ours against the bare part that it stands on."""
