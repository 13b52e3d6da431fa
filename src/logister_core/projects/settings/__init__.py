"""The settings of a project: what it is, who belongs to it, what it takes in, and how it ends."""
