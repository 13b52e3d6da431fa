"""The programs that the demo watches. They are small and they really fail."""
