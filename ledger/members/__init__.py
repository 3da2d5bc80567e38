"""Who belongs, and in which role."""
