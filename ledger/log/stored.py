"""One entry as the log keeps it."""

from typing import NamedTuple


class Stored(NamedTuple):
    """An entry as it was written: `data` is the canonical bytes, exactly those that are hashed; never encoded again."""

    position: int
    type: str
    data: bytes
    tags: tuple[str, ...]
