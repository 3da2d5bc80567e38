"""A member's year as it is kept: a text with a line for each day, kind of help and neighbour, however many entries.

An entry changes three lines of it and never takes the others apart. The text grows with the days, kinds and people of a
year, some forty bytes for each, and with nothing else.

    03-14=60,0,1,0,0                        minutes given, received, exchanges, gifts given, received
    help-given garden=60,1,03-14,x-1        minutes, times, the first day in the year and what it was
    m-bo=60,0,1,0,0,03-14,x-1               as a day, and the first day in the year and what it was
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple, cast

from ledger.catalogue import Posting
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


def sides_of_exchange(fact: Any, postings: Sequence[Posting], sign: int) -> Iterator[Side]:
    """An exchange, for each who took part. A skill exchange is one exchange, in two kinds of help."""
    day, item, legs = fact.given_on.isoformat(), fact.exchange, fact.legs
    year, on = day[:4], day[5:]
    if len(legs) == 1:
        (giver, given, _), (receiver, _, received) = postings
        kind = legs[0].category
        yield Side(giver, year, on, item, sign, "help-given " + kind, receiver, given, 0, 0, 0, sign, sign, sign)
        yield Side(receiver, year, on, item, sign, "help-received " + kind, giver, 0, received, 0, 0, sign, sign, sign)
        return
    said: set[tuple[str, ...]] = set()
    for place, (member, given, received) in enumerate(postings):
        way = "swap-received " if place & 1 else "swap-given "
        kind, other = way + legs[place // 2].category, postings[place ^ 1].account
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
    """The text, and what changes it. What counts no more is not there: a year without anything is one line end.

    A line that changes is taken apart once, however often it does, and put back in its place when the text is asked for.
    """

    def __init__(self, text: str = "\n") -> None:
        self._text = text
        self._open: dict[str, list[Any]] = {}
        self._places: list[tuple[int, int, str]] = []

    def __iter__(self) -> Iterator[str]:
        """What there is a line for."""
        return (line.partition("=")[0] for line in self.text.split("\n") if line)

    @property
    def text(self) -> str:
        """All lines as they are kept; those that are new come last."""
        if self._open:
            self._close()
        return self._text

    def count(self, side: Side) -> None:
        """Takes in one side of something that counts, or no longer does."""
        _, _, on, item, sign, kind, other, given, received, gifts_given, gifts_received, exchanges, times, new = side
        act = sign, on, item
        self._share(on, given, received, exchanges, gifts_given, gifts_received, None)
        self._help(kind, given + received, times, act)
        if other:
            self._share(other, given, received, new, gifts_given, gifts_received, act)

    @property
    def is_empty(self) -> bool:
        """Whether nothing counts in it."""
        return len(self.text) == 1

    def by(self, on: str) -> tuple[int, int]:
        """Minutes given and received on all days of the year up to this one, MM-DD."""
        given = received = 0
        for key, gave, took in _OF_DAYS.findall(self.text):
            if key <= on:
                given += int(gave)
                received += int(took)
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
        line = self._open.get(key) or self._take_apart(key, _IN_ALL)
        line[0] += given
        line[1] += received
        line[2] += exchanges
        line[3] += gifts_given
        line[4] += gifts_received
        if act:
            _keep_first(line, _IN_ALL, act)
        # Where another side of the same exchange took the last of it away, nothing may be left to take from.
        if not (line[2] or line[3] or line[4]):
            self._take_out(line)

    def _help(self, key: str, minutes: int, times: int, act: tuple[int, str, str]) -> None:
        """Changes the line of a kind of help."""
        line = self._open.get(key) or self._take_apart(key, 2)
        line[0] += minutes
        line[1] += times
        _keep_first(line, 2, act)
        if not line[1]:
            self._take_out(line)

    def _take_apart(self, key: str, numbers: int) -> list[Any]:
        """The values of a line, of which so many are numbers; a new one begins with zeros."""
        found = self._text.find(f"\n{key}=") if len(self._text) > 1 else -1
        if found < 0:
            line = [0] * numbers
        else:
            end = self._text.index("\n", found + 1)
            parts = self._text[found + len(key) + 2 : end].split(",")
            line = [*map(int, parts[:numbers]), *parts[numbers:]]
            self._places.append((found + 1, end + 1, key))
        self._open[key] = line
        return line

    def _take_out(self, line: list[Any]) -> None:
        line.clear()
        self._close()

    def _close(self) -> None:
        text, lines = self._text, self._open
        parts: list[str] = []
        here = 0
        for begin, end, key in sorted(self._places):
            parts += text[here:begin], _line(key, lines.pop(key))
            here = end
        parts.append(text[here:])
        parts += [_line(key, values) for key, values in lines.items()]
        self._text, self._open, self._places = "".join(parts), {}, []


_OF_DAYS = re.compile(r"^(\d\d-\d\d)=(-?\d+),(-?\d+)", re.MULTILINE)
_IN_ALL = 5
"""The numbers of a day, and all of its values."""


_SHAPES = {count: "%s=" + ",".join(["%s"] * count) + "\n" for count in (2 + 2, _IN_ALL, _IN_ALL + 2)}
"""A line by how many values it has; formatting is quicker than joining, and every line of a year goes through it."""


def _line(key: str, values: list[Any]) -> str:
    return _SHAPES[len(values)] % (key, *values) if values else ""


def _keep_first(line: list[Any], numbers: int, act: tuple[int, str, str]) -> None:
    """Only the earliest is known. When it is taken back, its day stays as the earliest that the others can be on."""
    sign, on, item = act
    if len(line) == numbers:
        line += on, item
    elif sign < 0:
        if line[-1] == item:
            line[-1] = ""
    elif on < line[-2]:
        line[-2:] = on, item


def _first(year: str, parts: Sequence[str]) -> First:
    return First(date.fromisoformat(f"{year}-{parts[-2]}"), cast("Any", parts[-1]))
