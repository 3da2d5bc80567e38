"""The log: one sequence of entries, appended under conditions and never changed, on SQLite or PostgreSQL."""
