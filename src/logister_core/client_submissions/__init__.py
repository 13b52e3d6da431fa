"""What intake refused, kept for the installation's own monitoring."""
