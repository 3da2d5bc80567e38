"""Drawings on pages as plain numbers for the templates: hours as strokes, bars in tables, and who helps whom as arcs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
from markupsafe import Markup

HOURS_TO_A_ROW = 25
MOST_HOURS = 100
"""Above a hundred hours nobody counts strokes, so the number stands alone."""

GROUP_WIDTH = 30
ROW_HEIGHT = 33
STROKE_HEIGHT = 19
_LEANS = ((4.4, -1.1), (9.6, 0.5), (15.1, 1.1), (21.0, 0.9))
_TOPS = (5.4, 4.4, 5.0, 3.9, 4.7, 5.9, 4.1, 6.3, 4.2, 5.2, 3.8, 5.7, 4.6)
"""Strokes differ a little in height, like neighbours; each counts the same."""

BAR_WIDTH = 200
"""The width a full bar is drawn in; the page stretches it."""

MOST_NAMES = 10
MOST_LINES = 30
"""More names or lines than this make a tangle: a table tells them better."""

ARCS_WIDTH = 420
MIDDLE = 210
NAME_HEIGHT = 52
EDGE = 66
"""How far the lines begin and end from the middle: between them stand the names."""
TIP = 9
REACH = 183
"""How far out the longest line bends; it comes three quarters of the way."""
NEAREST = 36
SPREAD = 34
"""Of the height of a row, what its lines share."""
THINNEST, THICKEST = 2.4, 9.0
ALIKE = 3.0
LONGEST_WORDS = 14


class Strokes(msgspec.Struct, frozen=True):
    """A tally: upright strokes, the ground under each four, and the ruled lines they stand on."""

    width: int
    height: int
    upright: str
    ground: str
    feint: str


def strokes(minutes: int) -> Strokes | None:
    """One stroke an hour, the fifth laid under four, a part of an hour a shorter stroke; nothing above 100 hours."""
    whole, rest = divmod(minutes, 60)
    if minutes > MOST_HOURS * 60 or minutes < 0:
        return None
    upright: list[str] = []
    ground: list[str] = []
    lengths = [1.0] * whole + ([rest / 60] if rest else [])
    for hour, length in enumerate(lengths):
        group, place = divmod(hour, 5)
        row, column = divmod(group, HOURS_TO_A_ROW // 5)
        left, bottom = column * GROUP_WIDTH, row * ROW_HEIGHT + 24
        if place == 4:
            ground.append(_laid(left, bottom + 4.5, length))
        else:
            foot, lean = _LEANS[place]
            top = _TOPS[hour % len(_TOPS)] if length == 1 else 24 - max(4.0, length * STROKE_HEIGHT)
            upright.append(f"M{left + foot:g} {row * ROW_HEIGHT + top:g}L{left + foot + lean * length:g} {bottom}")
    rows = max(1, -(-len(lengths) // HOURS_TO_A_ROW))
    feint = "".join(f"M0 {row * ROW_HEIGHT + 31}h{5 * GROUP_WIDTH}" for row in range(rows))
    return Strokes(5 * GROUP_WIDTH, rows * ROW_HEIGHT, "".join(upright), "".join(ground), feint)


def face_strokes(hours: int) -> Strokes:
    """So many of twenty hours as strokes in one line, no wider than they are, to be set in the middle."""
    drawn = strokes(hours * 60)
    assert drawn is not None and hours <= 20, "there are twenty hours in all"
    groups, rest = divmod(hours, 5)
    width = groups * GROUP_WIDTH + (rest * 6 + 5 if rest else 0) or GROUP_WIDTH
    return Strokes(width, drawn.height, drawn.upright, drawn.ground, f"M0 31h{width}")


def bar_widths(amounts: Sequence[int]) -> list[str]:
    """How wide each bar is, as numbers for a path; nothing at all is a bar of no width."""
    longest = max(amounts, default=0)
    return [f"{amount * BAR_WIDTH / longest if longest > 0 else 0:.1f}".removesuffix(".0") for amount in amounts]


def _laid(left: float, height: float, length: float) -> str:
    """The fifth hour, as the ground the four stand on; a part of an hour covers a part of it."""
    if length < 1:
        return f"M{left + 2} {height:g}h{22 * length:g}"
    return f"M{left + 2} {height + 0.2:g}C{left + 9} {height - 0.9:g} {left + 17} {height + 1:g} {left + 24} {height - 0.1:g}"


class HelpLine(NamedTuple):
    """Somebody helped somebody; the minutes say how thick the line is. None: all are drawn alike."""

    giver: str
    receiver: str
    minutes: int | None


class Arc(msgspec.Struct, frozen=True):
    """One line as a path, with its width."""

    path: str
    width: float


class NameLine(msgspec.Struct, frozen=True):
    """A line of a name, and where it stands."""

    words: str
    y: float


class Arcs(msgspec.Struct, frozen=True):
    """The picture: lines, their arrows at those who were helped, and the names."""

    width: int
    height: int
    middle: int
    lines: tuple[Arc, ...]
    arrows: str
    names: tuple[NameLine, ...]


class _End(NamedTuple):
    """Where a line touches a row: on which side, and by how far it comes or goes."""

    line: int
    away: int
    is_tip: bool


def arcs(people: Sequence[tuple[str, str]], lines: Sequence[HelpLine]) -> Arcs | None:
    """The picture of these people, as (identifier, name) from top to bottom; None where a table tells it better."""
    if not lines or len(people) > MOST_NAMES or len(lines) > MOST_LINES:
        return None
    place = {identifier: number for number, (identifier, _) in enumerate(people)}
    pairs = [(place[line.giver], place[line.receiver]) for line in lines]
    heights = _heights(pairs)
    most = max((line.minutes or 0 for line in lines), default=0)
    drawn: list[Arc] = []
    arrows: list[str] = []
    for number, (line, (start, end)) in enumerate(zip(lines, pairs, strict=True)):
        side = 1 if start < end else -1
        width = ALIKE if line.minutes is None else THINNEST + (THICKEST - THINNEST) * line.minutes / max(1, most)
        bend = NEAREST + (REACH - NEAREST) * (abs(end - start) - 1) / max(1, len(people) - 2)
        leaves, comes = heights[number, False], heights[number, True]
        root, tip, out = (MIDDLE + side * far for far in (EDGE, EDGE + TIP, EDGE + bend))
        drawn.append(
            Arc(f"M{root:g} {leaves:g}C{out:.1f} {leaves:g} {out:.1f} {comes:g} {tip:g} {comes:g}", round(width, 1))
        )
        half = max(4.0, width * 0.75)
        arrows.append(f"M{root:g} {comes:g}l{side * (TIP + 2)} {-half:.1f}v{2 * half:.1f}z")
    names = tuple(line for number, (_, name) in enumerate(people) for line in _name(name, _middle_of(number)))
    return Arcs(ARCS_WIDTH, NAME_HEIGHT * len(people), MIDDLE, tuple(drawn), "".join(arrows), names)


def _heights(pairs: Sequence[tuple[int, int]]) -> Mapping[tuple[int, bool], float]:
    """Where each line leaves its giver's row and comes to its receiver's, so that those of a row do not cross there."""
    rows: dict[tuple[int, int], list[_End]] = {}
    for number, (start, end) in enumerate(pairs):
        side = 1 if start < end else -1
        rows.setdefault((start, side), []).append(_End(number, end - start, is_tip=False))
        rows.setdefault((end, side), []).append(_End(number, start - end, is_tip=True))
    heights: dict[tuple[int, bool], float] = {}
    for (row, _), ends in rows.items():
        for height, end in zip(_spread(_middle_of(row), len(ends)), _ordered(ends), strict=True):
            heights[end.line, end.is_tip] = height
    return heights


def _ordered(ends: Iterable[_End]) -> list[_End]:
    """From top to bottom: to rows above, the nearest first; then to rows below, the furthest first: so none cross here."""
    return sorted(ends, key=lambda end: (end.away > 0, -end.away, end.line))


def _spread(middle: float, number: int) -> list[float]:
    gap = min(11.0, SPREAD / number)
    return [round(middle + (place - (number - 1) / 2) * gap, 1) for place in range(number)]


def _middle_of(row: int) -> float:
    return (row + 0.5) * NAME_HEIGHT


def _name(name: str, middle: float) -> tuple[NameLine, ...]:
    """A name on one line, or, where it is long, on two; what is longer still is cut, for the table has all of it."""
    words = name.split()
    if len(name) <= LONGEST_WORDS or len(words) == 1:
        return (NameLine(_cut(name), middle + 5.5),)
    first = words[0]
    rest = words[1:]
    while rest and len(first) + 1 + len(rest[0]) <= LONGEST_WORDS and len(rest) > 1:
        first = f"{first} {rest.pop(0)}"
    return NameLine(_cut(first), middle - 3), NameLine(_cut(" ".join(rest)), middle + 16)


def _cut(words: str) -> str:
    return words if len(words) <= LONGEST_WORDS else f"{words[: LONGEST_WORDS - 1]}\N{HORIZONTAL ELLIPSIS}"


QUIET_SQUARES = 4
"""The empty rim that ISO/IEC 18004 asks for."""


def qr_code(data: bytes, title: str) -> Markup | None:
    """The bytes as a drawing, dark on light in every mode; None when they are more than one code can hold (2,953 bytes).

    The weakest correction of errors, so that the squares are as large as can be: what is read is checked by its signature.
    The pattern over the squares is fixed: trying all eight takes four times as long, and what is signed looks random anyway.
    """
    # Loading it takes longer than everything else on a page, and few pages show a code.
    import segno

    try:
        code = segno.make_qr(data, error="l", boost_error=False, mask=0)
    except segno.DataOverflowError:
        return None
    drawn = code.svg_inline(omitsize=True, border=QUIET_SQUARES, dark="#000", light="#fff", svgclass="qr", title=title)
    return Markup(drawn)  # noqa: S704 - the library escapes the title, and everything else in it is numbers
