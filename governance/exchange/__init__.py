"""The city's data and its incidents as sheets, in and out."""
