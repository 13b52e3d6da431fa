"""The installation's own pages: its settings, whether they work, and how far its set-up is."""
