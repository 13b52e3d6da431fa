"""Issues and pull requests elsewhere that belong to an error."""
