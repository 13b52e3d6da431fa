"""Short-lived tokens with which an app on somebody's phone sends telemetry in the name of an API key."""
