"""Drawings as plain numbers for the templates: hours as strokes, bars in tables, who helps who as arcs, and QR codes."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
from markupsafe import Markup

HOURS_TO_A_ROW = 25
MOST_HOURS = 100
"""Above a hundred hours nobody counts strokes, so only the number is shown."""

GROUP_WIDTH = 30
ROW_HEIGHT = 33
STROKE_HEIGHT = 19
_LEANS = ((4.4, -1.1), (9.6, 0.5), (15.1, 1.1), (21.0, 0.9))
_TOPS = (5.4, 4.4, 5.0, 3.9, 4.7, 5.9, 4.1, 6.3, 4.2, 5.2, 3.8, 5.7, 4.6)
"""Strokes differ a little in height, as in handwriting; each counts the same."""

BAR_WIDTH = 200
"""The width of a full bar; the page stretches it."""

MOST_NAMES = 10
MOST_LINES = 30
"""With more names or lines, a table is clearer."""

ARCS_WIDTH = 420
MIDDLE = 210
NAME_HEIGHT = 52
EDGE = 66
"""How far from the middle the lines begin and end; the names are between them."""
TIP = 9
REACH = 183
"""How far out the control points of the longest line are; the line reaches three quarters of that."""
NEAREST = 36
SPREAD = 34
"""The part of the height of a row that its lines share."""
THINNEST, THICKEST = 2.4, 9.0
EQUAL_WIDTH = 3.0
LONGEST_LINE = 14


class Strokes(msgspec.Struct, frozen=True):
    """A tally: paths of upright strokes, of the fifth strokes below them, and of the ruled lines."""

    width: int
    height: int
    upright: str
    ground: str
    feint: str


def strokes(minutes: int) -> Strokes | None:
    """Draw a stroke for each hour, the fifth below four, a shorter one for part of an hour; None above 100 hours."""
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
            ground.append(_fifth_stroke(left, bottom + 4.5, length))
        else:
            foot, lean = _LEANS[place]
            top = _TOPS[hour % len(_TOPS)] if length == 1 else 24 - max(4.0, length * STROKE_HEIGHT)
            upright.append(f"M{left + foot:g} {row * ROW_HEIGHT + top:g}L{left + foot + lean * length:g} {bottom}")
    rows = max(1, -(-len(lengths) // HOURS_TO_A_ROW))
    feint = "".join(f"M0 {row * ROW_HEIGHT + 31}h{5 * GROUP_WIDTH}" for row in range(rows))
    return Strokes(5 * GROUP_WIDTH, rows * ROW_HEIGHT, "".join(upright), "".join(ground), feint)


def face_strokes(hours: int) -> Strokes:
    """Draw up to twenty hours in one row, no wider than its strokes, so that it can be centred."""
    drawn = strokes(hours * 60)
    assert drawn is not None and hours <= 20, "at most twenty hours"
    groups, rest = divmod(hours, 5)
    width = groups * GROUP_WIDTH + (rest * 6 + 5 if rest else 0) or GROUP_WIDTH
    return Strokes(width, drawn.height, drawn.upright, drawn.ground, f"M0 31h{width}")


def bar_widths(amounts: Sequence[int]) -> list[str]:
    """Return the width of each bar, as numbers for a path."""
    longest = max(amounts, default=0)
    return [f"{amount * BAR_WIDTH / longest if longest > 0 else 0:.1f}".removesuffix(".0") for amount in amounts]


def _fifth_stroke(left: float, height: float, length: float) -> str:
    """Draw the fifth hour below the other four; part of an hour is shorter."""
    if length < 1:
        return f"M{left + 2} {height:g}h{22 * length:g}"
    return f"M{left + 2} {height + 0.2:g}C{left + 9} {height - 0.9:g} {left + 17} {height + 1:g} {left + 24} {height - 0.1:g}"


class HelpLine(NamedTuple):
    """A line from giver to receiver, as thick as the minutes; without minutes, all lines are the same."""

    giver: str
    receiver: str
    minutes: int | None


class Arc(msgspec.Struct, frozen=True):
    """The path and width of a line."""

    path: str
    width: float


class NameLine(msgspec.Struct, frozen=True):
    """One line of a name, and its height."""

    text: str
    y: float


class Arcs(msgspec.Struct, frozen=True):
    """The drawing: lines, arrows at the receivers, and names."""

    width: int
    height: int
    middle: int
    lines: tuple[Arc, ...]
    arrows: str
    names: tuple[NameLine, ...]


class _End(NamedTuple):
    """The end of a line at a row: the number of the line, how many rows away its other end is, and whether it has the arrow."""

    line: int
    away: int
    is_tip: bool


def arcs(people: Sequence[tuple[str, str]], lines: Sequence[HelpLine]) -> Arcs | None:
    """Draw people, as (identifier, name) from top to bottom, and who helped who; None where a table is clearer."""
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
        width = EQUAL_WIDTH if line.minutes is None else THINNEST + (THICKEST - THINNEST) * line.minutes / max(1, most)
        bend = NEAREST + (REACH - NEAREST) * (abs(end - start) - 1) / max(1, len(people) - 2)
        leave, arrive = heights[number, False], heights[number, True]
        root, tip, out = (MIDDLE + side * far for far in (EDGE, EDGE + TIP, EDGE + bend))
        drawn.append(
            Arc(f"M{root:g} {leave:g}C{out:.1f} {leave:g} {out:.1f} {arrive:g} {tip:g} {arrive:g}", round(width, 1))
        )
        half = max(4.0, width * 0.75)
        arrows.append(f"M{root:g} {arrive:g}l{side * (TIP + 2)} {-half:.1f}v{2 * half:.1f}z")
    names = tuple(line for number, (_, name) in enumerate(people) for line in _name(name, _middle_of(number)))
    return Arcs(ARCS_WIDTH, NAME_HEIGHT * len(people), MIDDLE, tuple(drawn), "".join(arrows), names)


def _heights(pairs: Sequence[tuple[int, int]]) -> Mapping[tuple[int, bool], float]:
    """Return the height of both ends of each line, so that lines do not cross at a row."""
    rows: dict[tuple[int, int], list[_End]] = {}
    for number, (start, end) in enumerate(pairs):
        side = 1 if start < end else -1
        rows.setdefault((start, side), []).append(_End(number, end - start, is_tip=False))
        rows.setdefault((end, side), []).append(_End(number, start - end, is_tip=True))
    heights: dict[tuple[int, bool], float] = {}
    for (row, _), ends in rows.items():
        gap = min(11.0, SPREAD / len(ends))
        # From top to bottom: lines to rows above, nearest first, then lines to rows below, furthest first.
        for place, end in enumerate(sorted(ends, key=lambda end: (end.away > 0, -end.away, end.line))):
            heights[end.line, end.is_tip] = round(_middle_of(row) + (place - (len(ends) - 1) / 2) * gap, 1)
    return heights


def _middle_of(row: int) -> float:
    return (row + 0.5) * NAME_HEIGHT


def _name(name: str, middle: float) -> tuple[NameLine, ...]:
    """Set a name on one line, or a long one on two. Longer names are cut, because the table has them in full."""
    first, *rest = name.split() or [""]
    if len(name) <= LONGEST_LINE or not rest:
        return (NameLine(_cut(name), middle + 5.5),)
    while rest and len(first) + 1 + len(rest[0]) <= LONGEST_LINE and len(rest) > 1:
        first = f"{first} {rest.pop(0)}"
    return NameLine(_cut(first), middle - 3), NameLine(_cut(" ".join(rest)), middle + 16)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_LINE else f"{text[: LONGEST_LINE - 1]}\N{HORIZONTAL ELLIPSIS}"


QUIET_SQUARES = 4
"""The quiet zone that ISO/IEC 18004 requires."""


def qr_code(data: bytes, title: str) -> Markup | None:
    """Draw bytes as a QR code, dark on light in every mode; None if they do not fit in one code (2,953 bytes).

    It has the weakest error correction, so that the squares are as large as possible: a signature protects the content.
    The mask is fixed, because trying all eight takes four times as long and signed data looks random anyway.
    """
    # Importing it takes longer than everything else on a page, and few pages show a code.
    import segno

    try:
        code = segno.make_qr(data, error="l", boost_error=False, mask=0)
    except segno.DataOverflowError:
        return None
    svg = code.svg_inline(omitsize=True, border=QUIET_SQUARES, dark="#000", light="#fff", svgclass="qr", title=title)
    return Markup(svg)  # noqa: S704 - the library escapes the title, and everything else is numbers
