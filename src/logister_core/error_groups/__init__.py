"""Error groups: grouping, the inbox and triage."""
