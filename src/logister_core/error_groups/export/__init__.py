"""An error as JSON, to hand to others and to programs (specification, grouping chapter §13): redacted and bounded."""
