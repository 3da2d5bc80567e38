"""The command handler, and what a decision can read."""
