"""Looking at single events."""
