"""What a fact mentions: people, groups, its exchange or gift, so that a page looks all of them up at once."""

from collections.abc import Sequence
from typing import Any, cast

import msgspec

from ledger.events import Fact
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
