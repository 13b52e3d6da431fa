"""How long the server works on pages when a database is full: `logister bench pages`."""
