"""What goes in and out over HTTP. What comes in is checked here for its form; the rules check its meaning."""
