"""Who belongs to a project besides its owner."""
