"""Who took part in a group and who helped whom, as far as its people agreed that the reader may see it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from babel.lists import format_list
from markupsafe import Markup

from ledger.application.time_bank import TimeBank
from ledger.identifiers import GroupId, MemberId
from ledger.log.people import folded
from projections.groups import GroupRow
from projections.privacy.agreed import Agreed, Seen
from projections.views import Views
from web.drawings import Arcs, Line, arcs
from web.pages.people import Names
from web.visitors import Visitor
from web.words import ngettext, speech

MOST_NAMED = 60
MOST_LINES = 200
"""Longer lists than these are cut, and say so."""


class PeopleSeen(NamedTuple):
    """What the page tells of a year: a sentence of names, lines as (giver, receiver, minutes, times), and the picture.

    `agreed` is None where nothing is known of the year. `more` lines are left out of the table.
    """

    year: str
    agreed: Agreed | None
    sentence: Markup
    lines: Sequence[tuple[str, str, int | None, int | None]]
    more: int
    drawn: Arcs | None


def people_seen(group: GroupRow, year: str, visitor: Visitor, bank: TimeBank, views: Views) -> PeopleSeen:
    """What this reader may see of the people of a group in a closed year; "" where there is none."""
    agreed = views.ties.agreed_in(group.id, year, seen_by(visitor, views)) if year else None
    if agreed is None:
        return PeopleSeen(year, None, Markup(), (), 0, None)
    every = {*agreed.named, *(one for line in agreed.drawn for one in (line.giver, line.receiver))}
    names = Names(bank, views).of(every)
    lines = sorted(agreed.drawn, key=lambda line: (_in_order(line.giver, names), _in_order(line.receiver, names)))
    in_picture = sorted(
        {one for line in lines for one in (line.giver, line.receiver)}, key=lambda one: _in_order(one, names)
    )
    return PeopleSeen(
        year,
        agreed,
        _named(agreed, names),
        [(names[line.giver], names[line.receiver], line.minutes, line.times) for line in lines[:MOST_LINES]],
        max(0, len(lines) - MOST_LINES),
        arcs(
            [(one, names[one]) for one in in_picture],
            [Line(line.giver, line.receiver, line.minutes) for line in lines],
        ),
    )


def seen_by(visitor: Visitor, views: Views) -> Seen:
    """Whom this reader may see, in which groups: coordinators in all of them, others in their own."""
    if visitor.coordinates:
        return views.visibility.everywhere("coordinators")
    own = [GroupId(group.id) for group in views.groups.of_member(visitor.member)]
    return views.visibility.among(own, "groups")


def _named(agreed: Agreed, names: Mapping[str, str]) -> Markup:
    """Everybody who is named, and how many took part beside them, if that may be said."""
    ordered = sorted(agreed.named, key=lambda one: _in_order(one, names))
    parts = [Markup("<bdi>{}</bdi>").format(names[one]) for one in ordered[:MOST_NAMED]]
    others = (agreed.others or 0) + max(0, len(ordered) - MOST_NAMED)
    if others:
        parts.append(Markup("{}").format(ngettext("%(num)s other", "%(num)s others", others)))
    said = format_list([str(part) for part in parts], locale=speech().locale)
    return Markup(said)  # noqa: S704 - names are marked up and escaped above; between them stand words of the language


def _in_order(member: MemberId, names: Mapping[str, str]) -> tuple[str, str]:
    return folded(names[member]), member
