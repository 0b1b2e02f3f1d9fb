"""Changes of the city's data: made, looked at, applied, taken back."""
