"""First set-up of an installation."""
