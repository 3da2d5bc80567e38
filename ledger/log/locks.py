"""Numbers of PostgreSQL's advisory locks."""

from typing import LiteralString


def lock_number(purpose: LiteralString) -> LiteralString:
    """Return SQL for the number of a lock. The whole database shares these numbers, so each schema has its own for a purpose."""
    return f"hashtextextended(current_setting('search_path') || ' {purpose}', 0)"
