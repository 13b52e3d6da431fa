"""What people are owed a notice about."""
