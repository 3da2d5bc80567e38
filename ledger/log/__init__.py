"""Where entries are kept: one sequence, appended under conditions, never changed; on SQLite or PostgreSQL."""
