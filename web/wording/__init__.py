"""Everything that is said to a reader."""
