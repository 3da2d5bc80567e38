"""A member's year as it is stored: a text with a line for each day, kind of help and neighbour.

An entry changes three lines and never parses the others. The text grows by about forty bytes for each day, kind and person
of a year, however many entries there are.

    03-14=60,0,1,0,0                        minutes given, received, exchanges, gifts given, received
    help-given garden=60,1,03-14,x-1        minutes, times, first day in the year and its exchange or gift
    m-bo=60,0,1,0,0,03-14,x-1               as for a day, and first day in the year and its exchange or gift
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple, cast

from ledger.catalogue import Posting
from ledger.identifiers import CategoryKey, MemberId, is_member
from projections.member_years import Companion, Day, First, KindOfYear, MemberYear, Shared, Way


class Side(NamedTuple):
    """What one direction of an exchange, or a gift, is for one member: `sign` is 1 when it counts, -1 when taken back.

    `on` is the day as MM-DD, `kind` the way and the category separated by a space, `other` is "" for a gift to no
    particular person. `exchanges`, `times` and `with_other` are the sign, or 0 if another side of the same exchange
    has it already.
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
    """Return an exchange as each party sees it. A skill exchange is one exchange, in two kinds of help."""
    day, item, legs = fact.given_on.isoformat(), fact.exchange, fact.legs
    year, on = day[:4], day[5:]
    if len(legs) == 1:
        (giver, given, _), (receiver, _, received) = postings
        kind = legs[0].category
        yield Side(giver, year, on, item, sign, "help-given " + kind, receiver, given, 0, 0, 0, sign, sign, sign)
        yield Side(receiver, year, on, item, sign, "help-received " + kind, giver, 0, received, 0, 0, sign, sign, sign)
        return
    counted: set[tuple[str, ...]] = set()
    for index, (member, given, received) in enumerate(postings):
        way = "swap-received " if index & 1 else "swap-given "
        kind, other = way + legs[index // 2].category, postings[index ^ 1].account
        keys = [(member,), (member, "in", kind), (member, "with", other)]
        new = [0 if key in counted else sign for key in keys]
        counted.update(keys)
        yield Side(member, year, on, item, sign, kind, other, given, received, 0, 0, *new)


def sides_of_gift(fact: Any, sign: int) -> Iterator[Side]:
    """Return a gift as its giver sees it, and its receiver if that is a member."""
    day, item = fact.given_on.isoformat(), fact.gift
    year, on, between_two = day[:4], day[5:], is_member(fact.receiver)
    other = fact.receiver if between_two else ""
    yield Side(fact.giver, year, on, item, sign, f"gift-given {fact.category}", other, 0, 0, sign, 0, 0, sign, 0)
    if between_two:
        kind = f"gift-received {fact.category}"
        yield Side(fact.receiver, year, on, item, sign, kind, fact.giver, 0, 0, 0, sign, 0, sign, 0)


_Act = tuple[int, str, str]
"""Sign, day and item of a side."""


class StoredYear:
    """The text of a year, and what changes it. It has no lines for what no longer counts: an empty year is one newline.

    A line is parsed the first time it changes, and formatted in its place when the text is read.
    """

    def __init__(self, text: str = "\n") -> None:
        self._text = text
        self._parsed: dict[str, list[Any]] = {}
        self._places: list[tuple[int, int, str]] = []

    def __iter__(self) -> Iterator[str]:
        """The key of each line."""
        return (line.partition("=")[0] for line in self.text.split("\n") if line)

    @property
    def text(self) -> str:
        """All lines as they are stored, new ones last."""
        if self._parsed:
            self._format()
        return self._text

    def count(self, side: Side) -> None:
        """Count one side of an exchange or gift, or of one that was taken back."""
        _, _, on, item, sign, kind, other, given, received, gifts_given, gifts_received, exchanges, times, new = side
        act = sign, on, item
        self._share(on, None, given, received, exchanges, gifts_given, gifts_received)
        self._help(kind, given + received, times, act)
        if other:
            self._share(other, act, given, received, new, gifts_given, gifts_received)

    @property
    def is_empty(self) -> bool:
        """Whether nothing counts in the year."""
        return len(self.text) == 1

    def by(self, on: str) -> tuple[int, int]:
        """Minutes given and received in the year up to and including a day, MM-DD."""
        given = received = 0
        for key, gave, took in _OF_DAYS.findall(self.text):
            if key <= on:
                given += int(gave)
                received += int(took)
        return given, received

    def read(self, year: str) -> MemberYear:
        """Parse the year; days, kinds and people are in order."""
        days: list[Day] = []
        kinds: list[KindOfYear] = []
        people: list[Companion] = []
        for key, values in sorted(line.split("=") for line in self.text.split("\n") if line):
            parts = values.split(",")
            if is_member(key):
                people.append(Companion(MemberId(key), Shared(*map(int, parts[:5])), _first(year, parts)))
            elif len(parts) == _NUMBERS:
                days.append(Day(date.fromisoformat(f"{year}-{key}"), Shared(*map(int, parts))))
            else:
                way, category = key.split(" ")
                kind = cast("Way", way), CategoryKey(category)
                kinds.append(KindOfYear(*kind, int(parts[0]), int(parts[1]), _first(year, parts)))
        return MemberYear(year, days, kinds, people)

    def _share(
        self, key: str, act: _Act | None, given: int, received: int, exchanges: int, gave: int, got: int
    ) -> None:
        """Change the line of a day, or of a neighbour; `gave` and `got` are gifts."""
        line = self._parsed.get(key) or self._parse(key, _NUMBERS)
        line[0] += given
        line[1] += received
        line[2] += exchanges
        line[3] += gave
        line[4] += got
        if act:
            _update_first(line, _NUMBERS, act)
        # If another side of the same exchange removed the last of it, this one starts again from zeros.
        if not (line[2] or line[3] or line[4]):
            self._remove(line)

    def _help(self, key: str, minutes: int, times: int, act: _Act) -> None:
        """Change the line of a kind of help."""
        line = self._parsed.get(key) or self._parse(key, 2)
        line[0] += minutes
        line[1] += times
        _update_first(line, 2, act)
        if not line[1]:
            self._remove(line)

    def _parse(self, key: str, numbers: int) -> list[Any]:
        """Return the values of a line, of which the first `numbers` are numbers; a new line has zeros."""
        found = self._text.find(f"\n{key}=") if len(self._text) > 1 else -1
        if found < 0:
            line = [0] * numbers
        else:
            end = self._text.index("\n", found + 1)
            parts = self._text[found + len(key) + 2 : end].split(",")
            line = [*map(int, parts[:numbers]), *parts[numbers:]]
            self._places.append((found + 1, end + 1, key))
        self._parsed[key] = line
        return line

    def _remove(self, line: list[Any]) -> None:
        line.clear()
        self._format()

    def _format(self) -> None:
        text, lines = self._text, self._parsed
        parts: list[str] = []
        here = 0
        for begin, end, key in sorted(self._places):
            parts += text[here:begin], _line(key, lines.pop(key))
            here = end
        parts.append(text[here:])
        parts += [_line(key, values) for key, values in lines.items()]
        self._text, self._parsed, self._places = "".join(parts), {}, []


_OF_DAYS = re.compile(r"^(\d\d-\d\d)=(-?\d+),(-?\d+)", re.MULTILINE)
_NUMBERS = 5
"""How many numbers a day or a person has; a day has no other values."""

_SHAPES = {count: "%s=" + ",".join(["%s"] * count) + "\n" for count in (2 + 2, _NUMBERS, _NUMBERS + 2)}
"""The format of a line by the number of its values; formatting is quicker than joining, and it is used for every line."""


def _line(key: str, values: list[Any]) -> str:
    return _SHAPES[len(values)] % (key, *values) if values else ""


def _update_first(line: list[Any], numbers: int, act: _Act) -> None:
    """Update the first time. When it is taken back, its day stays, as the earliest that the next one can be on."""
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
