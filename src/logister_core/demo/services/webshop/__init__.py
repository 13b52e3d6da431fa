"""A web shop that sells plants."""
