"""A member's history of exchanges and gifts: filtered, by month, in pages."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Annotated, Literal, NamedTuple

import msgspec
from litestar import Response
from litestar.exceptions import ClientException, NotFoundException
from msgspec import Meta

from ledger.identifiers import AccountId, CategoryKey, GiftId, GroupId, MemberId, is_identifier, is_member
from projections.engine.paging import Page
from projections.exchanges import HistoryFilter, HistoryLine
from projections.views import Views
from web.framework.access import MEMBERS
from web.framework.call import Call, get
from web.framework.forms import Form
from web.pages.exchanges.fields import labels_of
from web.wording.names import Person, find_member, names_of
from web.wording.translation import N_, gettext

Short = Annotated[str, Meta(max_length=60)]


class HistoryForm(msgspec.Struct, kw_only=True):
    """The filter. Coordinators and auditors name a `member` to read another person's history."""

    member: Short = ""
    who: Annotated[str, Meta(max_length=100)] = ""
    other: Short = msgspec.field(default="", name="with")
    kind: Literal["", "help", "skill-exchange", "gift"] = ""
    category: Short = ""
    group: Short = ""
    first: date | None = msgspec.field(default=None, name="from")
    last: date | None = msgspec.field(default=None, name="to")
    cursor: Annotated[str, Meta(max_length=200)] = ""


SENTENCES = {
    "from.not_a_day": N_("Enter the date like this: 2026-11-21"),
    "to.not_a_day": N_("Enter the date like this: 2026-11-21"),
}


class HistoryMonth(NamedTuple):
    """The lines of one month."""

    month: date
    lines: list[HistoryLine]


@get("/exchanges", may=MEMBERS)
def show_history(call: Call) -> Response[str]:
    """Show the reader's own history, or that of `member` to a coordinator or an auditor."""
    as_of = call.views.catch_up()
    query = call.query
    form = call.form(HistoryForm, SENTENCES)
    member = _whose(call, query.one("member"))
    other, several = _other(call, form)
    found = Page[HistoryLine]([], None, None) if form.problems else _found(form.data, member, other, call.views)
    groups = call.views.groups.all().rows
    people = [tie.other for tie in call.views.balances.people(AccountId(member))]
    in_lines = [who for line in found.rows for who in (line.other, *line.awaits)]
    names = names_of(call, [member, other, *in_lines, *people, *(group.id for group in groups)])
    reads_notes = member == call.visitor.member or call.visitor.is_coordinator
    chosen = {name: query.one(name) for name in ("member", "kind", "category", "group", "from", "to")} | {"with": other}
    return call.page(
        "history.html",
        form=form,
        member=member,
        other=other,
        is_mine=member == call.visitor.member,
        months=_months(found.rows),
        newer=found.newer,
        older=found.older,
        query={name: value for name, value in chosen.items() if value},
        names=names,
        labels=labels_of(call.bank),
        words=call.bank.people.words(line.note for line in found.rows) if reads_notes else {},
        received=_gifts_received(found.rows, member, call.views),
        several=several,
        people=[names[person] for person in people if is_member(person)],
        groups=sorted(((str(group.id), names[group.id]) for group in groups), key=lambda pair: pair[1].casefold()),
        as_of=as_of.number,
    )


def _whose(call: Call, member: str) -> MemberId:
    """Return the member whose history it is; 404 for readers who cannot see it."""
    if not member or member == call.visitor.member:
        return call.visitor.member
    if not call.visitor.reads_the_log or not is_identifier(member):
        raise NotFoundException
    if call.views.members.of(MemberId(member)) is None:
        raise NotFoundException
    return MemberId(member)


def _other(call: Call, form: Form[HistoryForm]) -> tuple[str, tuple[Person, ...]]:
    """Return the other person, chosen or typed, including people who have left."""
    chosen, typed = form.value("with"), form.value("who").strip()
    chosen = chosen if is_identifier(chosen) else ""
    if not typed or "who" in form.problems:
        return chosen, ()
    sought = find_member(call, typed, only_active=False)
    if chosen in [person.id for person in sought.choices]:
        return chosen, ()
    if sought.member is None:
        form.refuse("who", sought.sentence.rstrip("."))
    return sought.member or "", sought.choices


def _found(typed: HistoryForm, member: MemberId, other: str, views: Views) -> Page[HistoryLine]:
    chosen = HistoryFilter(
        other=AccountId(other),
        kind=typed.kind,
        category=CategoryKey(typed.category),
        group=GroupId(typed.group),
        first_day=typed.first,
        last_day=typed.last,
    )
    try:
        return views.exchanges.history(member, chosen, typed.cursor or None)
    except ValueError as error:
        raise ClientException(gettext("That page of the list does not exist.")) from error


def _gifts_received(lines: Sequence[HistoryLine], member: MemberId, views: Views) -> set[str]:
    """Return the gifts this member received; a line only says who the other person was."""
    between_two = [GiftId(line.item) for line in lines if line.kind == "gift" and is_member(line.other)]
    gifts = (views.exchanges.gift(gift) for gift in between_two)
    return {gift.id for gift in gifts if gift and gift.receiver == member}


def _months(lines: Sequence[HistoryLine]) -> list[HistoryMonth]:
    by_month = groupby(lines, key=lambda line: line.given_on.replace(day=1))
    return [HistoryMonth(month, list(some)) for month, some in by_month]
