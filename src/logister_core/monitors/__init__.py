"""Scheduled jobs that check in."""
