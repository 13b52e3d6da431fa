"""Who is asking, and what the answer may contain."""
