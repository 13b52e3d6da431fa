"""Intake of telemetry."""
