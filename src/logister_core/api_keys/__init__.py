"""Keys with which clients send telemetry."""
