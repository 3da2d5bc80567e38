"""Pages about gifts."""
