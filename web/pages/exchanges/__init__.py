"""Pages about hours of help."""
