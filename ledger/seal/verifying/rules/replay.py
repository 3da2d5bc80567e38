"""The replay of a log: `violations` takes what was read of it, in order, and names the entries that the rules do not allow."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from ledger.seal.verifying.canonical import BadEntry, UnknownKind, read_entry
from ledger.seal.verifying.rules.changes import carry_out
from ledger.seal.verifying.rules.requirements import Change, Requirements
from ledger.seal.verifying.rules.standing import Standing, Violation
from ledger.seal.verifying.rules.stories import Stories


class Replay:
    """The replay of one log. `secret` is the one that its marks are salted with."""

    def __init__(self, secret: bytes) -> None:
        self._standing = Standing(secret)
        self.stories = Stories(self._standing)

    def violations(self, timeline: Sequence[Requirements | Change]) -> Iterator[Violation]:
        """Go on with the log. Yield the entries that the rules do not allow at their place."""
        for step in timeline:
            if isinstance(step, Requirements):
                yield from self._standing.violations(step)
            elif message := carry_out(self._standing, step):
                yield Violation(step.number, message)


def time_zone_of(first_line: bytes, origin: str) -> str:
    """The community's time zone by its first entry; empty if that says none. Whether it is an entry is checked later."""
    zone = ""
    with suppress(BadEntry, UnknownKind):
        zone = read_entry(first_line.removesuffix(b"\n"), origin)["data"].get("time_zone")
    return zone if isinstance(zone, str) else ""
