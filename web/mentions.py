"""What a fact mentions: people, groups and earlier reports, so that a page looks all of them up at once."""

from collections.abc import Sequence
from typing import Any, cast

import msgspec

from ledger.events import ExchangeReported, Fact
from ledger.identifiers import is_group, is_identifier, is_member


def people_in(fact: Fact) -> set[str]:
    """The members and groups that a fact names, whatever its shape."""
    found: set[str] = set()
    _gather(msgspec.to_builtins(fact), found)
    return found


def exchange_of(fact: Fact) -> str:
    """The exchange that a fact tells about; empty when it tells about none."""
    return str(getattr(fact, "exchange", ""))


def gift_of(fact: Fact) -> str:
    """The gift that a fact tells about; empty when it tells about none."""
    return str(getattr(fact, "gift", ""))


def reports_in(fact: Fact) -> set[str]:
    """The exchanges whose reports the sentence points back to."""
    if isinstance(fact, ExchangeReported):
        return {fact.corrects} if fact.corrects else set()
    return {exchange_of(fact)} - {""}


def _gather(part: object, found: set[str]) -> None:
    match part:
        case str():
            if is_identifier(part) and (is_member(part) or is_group(part)):
                found.add(part)
        case dict():
            for value in cast("dict[str, Any]", part).values():
                _gather(value, found)
        case list() | tuple():
            for value in cast("Sequence[Any]", part):
                _gather(value, found)
        case _:
            return
