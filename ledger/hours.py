"""Time given and received: always whole minutes, rounded once, where a person types it."""

from typing import Annotated

import msgspec

Minutes = Annotated[int, msgspec.Meta(ge=1, le=1440)]
"""The length of one leg of help: at least one minute, at most the day it happened on."""

LARGEST_INTEGER = 2**53 - 1
"""Beyond it, programs that read JSON numbers as fractions disagree (RFC 8785)."""

BalanceMinutes = Annotated[int, msgspec.Meta(ge=-LARGEST_INTEGER, le=LARGEST_INTEGER)]
"""Minutes of which there may be many, and fewer than none, such as a limit."""

DAY_MINUTES = 1440
"""Nobody helps for longer than a day on one day; a longer help is logged day by day."""


def minutes_from(hours: int, minutes: int) -> int:
    """Hours and minutes as typed by a person, in minutes."""
    return hours * 60 + minutes


def in_words(minutes: int) -> str:
    """A plain English length for messages in the terminal: "2 h 30 min", "45 min", "3 h"."""
    hours, rest = divmod(abs(minutes), 60)
    parts = [f"{hours} h"] if hours else []
    if rest or not hours:
        parts.append(f"{rest} min")
    return ("-" if minutes < 0 else "") + " ".join(parts)
