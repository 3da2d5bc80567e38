"""Lengths of time: always whole minutes, rounded once, where a person types them."""

from typing import Annotated

import msgspec

Minutes = Annotated[int, msgspec.Meta(ge=1, le=1440)]
"""The length of one leg of an exchange: one minute to one day."""

LARGEST_INTEGER = 2**53 - 1
"""The largest integer that every JSON parser reads exactly (RFC 8785)."""

BalanceMinutes = Annotated[int, msgspec.Meta(ge=-LARGEST_INTEGER, le=LARGEST_INTEGER)]
"""Minutes that can be many, or negative, such as a limit."""

DAY_MINUTES = 1440
"""The most that one person can help on one day."""


def minutes_from(hours: int, minutes: int) -> int:
    """Convert hours and minutes to minutes."""
    return hours * 60 + minutes


def formatted(minutes: int) -> str:
    """Write a length for messages in the terminal: "2 h 30 min", "45 min", "3 h"."""
    hours, rest = divmod(abs(minutes), 60)
    parts = [f"{hours} h"] if hours else []
    if rest or not hours:
        parts.append(f"{rest} min")
    return ("-" if minutes < 0 else "") + " ".join(parts)
