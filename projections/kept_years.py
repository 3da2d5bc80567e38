"""A member's year as it is kept: a text with a line for each day, kind of help and neighbour, however many entries.

An entry changes three lines of it and never takes the others apart. The text grows with the days, kinds and people of a
year, some forty bytes for each, and with nothing else.

    03-14=60,0,1,0,0                        minutes given, received, exchanges, gifts given, received
    help-given garden=60,1,03-14,x-1        minutes, times, the first day in the year and what it was
    m-bo=60,0,1,0,0,03-14,x-1               as a day, and the first day in the year and what it was
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple, cast

from ledger.domain.postings import Posting
from ledger.identifiers import CategoryKey, MemberId, is_member
from projections.member_years import Companion, Day, First, KindOfYear, MemberYear, Shared, Way


class Side(NamedTuple):
    """What one direction of an exchange, or a gift, is for one member: `sign` is 1 when it counts, -1 when no longer.

    `on` is the day as MM-DD, `kind` the way and the category with a space between, `other` "" where nobody in particular
    is on the other side. `exchanges`, `times` and `with_other` are the sign, or 0 where another side of the same
    exchange says it already.
    """

    member: str
    year: str
    on: str
    item: str
    sign: int
    kind: str
    other: str
    given: int
    received: int
    gifts_given: int
    gifts_received: int
    exchanges: int
    times: int
    with_other: int


def sides_of_exchange(fact: Any, movements: Sequence[Posting], sign: int) -> Iterator[Side]:
    """An exchange, for each who took part. A skill exchange is one exchange, in two kinds of help."""
    day, item, legs = fact.given_on.isoformat(), fact.exchange, fact.legs
    year, on = day[:4], day[5:]
    ways = ("help-given ", "help-received ") if len(legs) == 1 else ("swap-given ", "swap-received ")
    said: set[tuple[str, ...]] = set()
    for place, (member, given, received) in enumerate(movements):
        kind, other = ways[place & 1] + legs[place // 2].category, movements[place ^ 1].account
        new = [sign, sign, sign]
        if len(legs) > 1:
            told = [(member,), (member, "in", kind), (member, "with", other)]
            new = [0 if one in said else sign for one in told]
            said.update(told)
        yield Side(member, year, on, item, sign, kind, other, given, received, 0, 0, *new)


def sides_of_gift(fact: Any, sign: int) -> Iterator[Side]:
    """A gift, for its giver, and for its receiver if that is a member."""
    day, item = fact.given_on.isoformat(), fact.gift
    year, on, between_two = day[:4], day[5:], is_member(fact.receiver)
    other = fact.receiver if between_two else ""
    yield Side(fact.giver, year, on, item, sign, f"gift-given {fact.category}", other, 0, 0, sign, 0, 0, sign, 0)
    if between_two:
        kind = f"gift-received {fact.category}"
        yield Side(fact.receiver, year, on, item, sign, kind, fact.giver, 0, 0, 0, sign, 0, sign, 0)


class KeptYear:
    """The text, and what changes it. What counts no more is not there: a year without anything is one line end."""

    def __init__(self, text: str = "\n") -> None:
        self.text = text

    def __iter__(self) -> Iterator[str]:
        """What there is a line for."""
        return (line.partition("=")[0] for line in self.text.split("\n") if line)

    @property
    def is_empty(self) -> bool:
        """Whether nothing counts in it."""
        return len(self.text) == 1

    def count(self, side: Side) -> None:
        """Takes in one side of something that counts, or no longer does."""
        _, _, on, item, sign, kind, other, given, received, gifts_given, gifts_received, exchanges, times, new = side
        self._share(on, given, received, exchanges, gifts_given, gifts_received, None)
        self._help(kind, given + received, times, (sign, on, item))
        if other:
            self._share(other, given, received, new, gifts_given, gifts_received, (sign, on, item))

    def by(self, on: str) -> tuple[int, int]:
        """Minutes given and received on all days of the year up to this one, MM-DD."""
        given = received = 0
        for line in self.text.split("\n"):
            key, _, values = line.partition("=")
            if len(key) == len(on) and key[2] == "-" and key <= on:
                parts = values.split(",", 2)
                given += int(parts[0])
                received += int(parts[1])
        return given, received

    def read(self, year: str) -> MemberYear:
        """The year as it is read: days, kinds and people in order."""
        days: list[Day] = []
        kinds: list[KindOfYear] = []
        people: list[Companion] = []
        for key, values in sorted(line.split("=") for line in self.text.split("\n") if line):
            parts = values.split(",")
            if is_member(key):
                people.append(Companion(MemberId(key), Shared(*map(int, parts[:5])), _first(year, parts)))
            elif len(parts) == _IN_ALL:
                days.append(Day(date.fromisoformat(f"{year}-{key}"), Shared(*map(int, parts))))
            else:
                way, category = key.split(" ")
                kind = cast("Way", way), CategoryKey(category)
                kinds.append(KindOfYear(*kind, int(parts[0]), int(parts[1]), _first(year, parts)))
        return MemberYear(year, days, kinds, people)

    def _share(
        self,
        key: str,
        given: int,
        received: int,
        exchanges: int,
        gifts_given: int,
        gifts_received: int,
        act: tuple[int, str, str] | None,
    ) -> None:
        """Changes the line of a day, or of a neighbour."""
        begin, end, parts = self._line(key)
        first = ""
        if parts:
            given += int(parts[0])
            received += int(parts[1])
            exchanges += int(parts[2])
            gifts_given += int(parts[3])
            gifts_received += int(parts[4])
        if act:
            first = _first_after(parts, act)
        # Where another side of the same exchange took the last of it away, nothing may be left to take from.
        counts = exchanges or gifts_given or gifts_received
        line = f"{key}={given},{received},{exchanges},{gifts_given},{gifts_received}{first}\n" if counts else ""
        self.text = f"{self.text[:begin]}{line}{self.text[end:]}"

    def _help(self, key: str, minutes: int, times: int, act: tuple[int, str, str]) -> None:
        """Changes the line of a kind of help."""
        begin, end, parts = self._line(key)
        if parts:
            minutes += int(parts[0])
            times += int(parts[1])
        line = f"{key}={minutes},{times}{_first_after(parts, act)}\n" if times else ""
        self.text = f"{self.text[:begin]}{line}{self.text[end:]}"

    def _line(self, key: str) -> tuple[int, int, list[str]]:
        """Where a line begins and ends, and its values; a new one has none, and its place is the end."""
        found = self.text.find(f"\n{key}=")
        if found < 0:
            return len(self.text), len(self.text), []
        end = self.text.index("\n", found + 1)
        return found + 1, end + 1, self.text[found + len(key) + 2 : end].split(",")


_IN_ALL = 5
"""The numbers of a day, and all of its values."""


def _first_after(parts: list[str], act: tuple[int, str, str]) -> str:
    """Only the earliest is known. When it is taken back, its day stays as the earliest that the others can be on."""
    sign, on, item = act
    if parts:
        kept_on, kept_item = parts[-2:]
        if sign < 0:
            on, item = kept_on, "" if kept_item == item else kept_item
        elif on >= kept_on:
            on, item = kept_on, kept_item
    return f",{on},{item}"


def _first(year: str, parts: Sequence[str]) -> First:
    return First(date.fromisoformat(f"{year}-{parts[-2]}"), cast("Any", parts[-1]))
