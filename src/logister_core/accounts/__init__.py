"""Users, sign-in and their sessions."""
