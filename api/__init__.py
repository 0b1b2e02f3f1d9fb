"""The way in over HTTP: thin routes over the journey and the reads."""
