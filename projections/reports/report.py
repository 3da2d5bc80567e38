"""What a report is: the protected figures of one closed month or year, and the entry number they stand on."""

from datetime import date
from typing import Any

import msgspec

from projections.privacy.cells import Audience

__all__ = ["COMMUNITY", "Audience", "EverythingKept", "Late", "Report"]

COMMUNITY = "community"
"""The scope that is not a group."""


class Late(msgspec.Struct, frozen=True):
    """What came too late to count, or was taken back too late to be left out. Minutes of the late ones, to five hours."""

    entries: int
    taken_back: int
    minutes: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one closed period, for these readers. Whatever is recorded later, only what is late changes.

    `scope` is "community" or a group's identifier; `period` is 2025 or 2025-10. `known_on` is the day at whose end the
    period was closed, `entry` the number of the last entry recorded by then. Late ones are looked at whenever a later
    month closes: `looked_at` is the last entry of which `late` tells. Where `late` is None there is nothing late, or there
    are too few people to say (then `late_hidden`). `figures` are by name; None where too few people are behind.
    """

    scope: str
    period: str
    audience: Audience
    first_day: date
    last_day: date
    known_on: date
    entry: int
    looked_at: int
    late: Late | None
    late_hidden: bool
    figures: dict[str, Any]


class EverythingKept(msgspec.Struct, frozen=True, kw_only=True):
    """All figures there are, unprotected, of everything up to an entry: for auditors alone.

    `statistics` has the names of `projections.measures.statistics`, `graph` those of `projections.measures.graph`.
    """

    entry: int
    as_of: date
    statistics: dict[str, Any]
    graph: dict[str, Any]
