"""My story as files to download: every line as CSV, and everything the pages show the reader as JSON."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import msgspec
from litestar.response import Stream

from ledger.identifiers import AccountId, GiftId, MemberId
from projections.exchanges import GiftView, HistoryLine
from projections.years import first_times
from web.framework.access import MEMBERS
from web.framework.call import Call, get
from web.pages.exchanges.fields import labels_of
from web.wording.names import joined_on, names_of
from web.wording.translation import current_locale, use_locale

AT_ONCE = 200
"""How many lines to read and send at a time, so that a long history takes no more memory than a short one."""

COLUMNS = (
    "day",
    "entry",
    "kind",
    "with",
    "given_minutes",
    "received_minutes",
    "gifts_given",
    "gifts_received",
    "category",
    "category_back",
    "state",
    "note",
    "id",
)

_ENCODER = msgspec.json.Encoder()


@get("/story.csv", may=MEMBERS)
def story_as_csv(call: Call) -> Stream:
    """Send every exchange and gift of the reader, latest first, with the notes they can read."""
    call.views.catch_up()
    return download(_as_csv(call, call.visitor.member), "text/csv", "my-story.csv")


@get("/story.json", may=MEMBERS)
def story_as_json(call: Call) -> Stream:
    """Send the reader's name, totals, each year with its days, kinds, people and first times, and every line."""
    as_of = call.views.catch_up().number
    return download(_as_json(call, call.visitor.member, as_of), "application/json", "my-story.json")


def download(parts: Iterator[str], kind: str, name: str) -> Stream:
    """Send a file part by part, in the language of the request."""
    return Stream(
        _in_language(parts), media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'}
    )


def _in_language(parts: Iterator[str]) -> Iterator[str]:
    """Yield the parts, each in the language of the request, whichever thread makes it."""
    chosen = current_locale()

    def next_part() -> str | None:
        with use_locale(chosen):
            return next(parts, None)

    return iter(next_part, None)


def _as_csv(call: Call, member: MemberId) -> Iterator[str]:
    yield _row(COLUMNS)
    for lines in _lines(call, member):
        yield "".join(_row([line[column] for column in COLUMNS]) for line in lines)


def _as_json(call: Call, member: MemberId, as_of: int) -> Iterator[str]:
    yield _json(_about(call, member, as_of))[:-1] + ',"years":['
    for place, year in enumerate(call.views.years.all(member)):
        yield ("," if place else "") + _json(_year(call, member, year))
    yield '],"lines":['
    for place, lines in enumerate(_lines(call, member)):
        yield ("," if place else "") + ",".join(map(_json, lines))
    yield "]}\n"


def _about(call: Call, member: MemberId, as_of: int) -> dict[str, Any]:
    row = call.views.members.of(member)
    account = call.views.balances.of(AccountId(member))
    groups = call.views.groups.of_member(member)
    names = names_of(call, [member, *(group.id for group in groups)])
    span = call.views.years.span(member)
    return {
        "community": call.bank.agreements.name,
        "entry": as_of,
        "member": member,
        "name": names[member],
        "joined_on": joined_on(row) if row else None,
        "groups": [{"id": group.id, "name": names[group.id]} for group in groups],
        "given_minutes": account.given,
        "received_minutes": account.received,
        "exchanges": account.exchanges,
        "gifts_given": account.gifts_given,
        "gifts_received": account.gifts_received,
        "people_helped": account.people_helped,
        "helped_by": account.helped_by,
        "first_day": span[0] if span else None,
        "last_day": span[1] if span else None,
    }


def _year(call: Call, member: MemberId, wanted: str) -> dict[str, Any]:
    year = call.views.years.of(member, wanted)
    labels = labels_of(call.bank)
    names = names_of(call, [one.member for one in year.people])
    firsts = first_times(call.views.years, call.views.exchanges, member, year)
    return {
        "year": wanted,
        **_shared(year.total),
        "people_helped": year.people_helped,
        "helped_by": year.helped_by,
        "months": [{"month": f"{one.month:%Y-%m}", **_shared(one.shared)} for one in year.months],
        "days": [{"day": one.day, **_shared(one.shared)} for one in year.days],
        "kinds": [
            {
                "way": kind.way,
                "category": kind.category,
                "label": labels.get(kind.category, kind.category),
                "minutes": kind.minutes,
                "times": kind.times,
            }
            for kind in year.kinds
        ],
        "people": [{"id": one.member, "name": names[one.member], **_shared(one.shared)} for one in year.people],
        "first_times": [{"day": one.on, "id": one.item, "what": one.what, "of": one.of} for one in firsts],
    }


def _shared(shared: Any) -> dict[str, int]:
    given, received, exchanges, gifts_given, gifts_received = shared
    return {
        "given_minutes": given,
        "received_minutes": received,
        "exchanges": exchanges,
        "gifts_given": gifts_given,
        "gifts_received": gifts_received,
    }


def _lines(call: Call, member: MemberId) -> Iterator[list[dict[str, Any]]]:
    """Yield a member's history, some lines at a time, latest day first; never an empty list."""
    labels = labels_of(call.bank)
    cursor = None
    while True:
        found = call.views.exchanges.history(member, cursor=cursor, limit=AT_ONCE)
        names = names_of(call, [line.other for line in found.rows])
        words = call.bank.people.words(line.note for line in found.rows)
        gifts = call.views.exchanges.gifts([GiftId(line.item) for line in found.rows if line.kind == "gift"])
        if found.rows:
            yield [_line(line, member, names, labels, words, gifts) for line in found.rows]
        if found.older is None:
            return
        cursor = found.older


def _line(
    line: HistoryLine,
    member: MemberId,
    names: dict[str, str],
    labels: dict[str, str],
    words: Any,
    gifts: dict[GiftId, GiftView],
) -> dict[str, Any]:
    gift = gifts.get(GiftId(line.item))
    return {
        "day": line.given_on.isoformat(),
        "entry": line.number,
        "kind": line.kind,
        "with": names[line.other],
        "given_minutes": line.given,
        "received_minutes": line.received,
        "gifts_given": int(gift is not None and gift.giver == member),
        "gifts_received": int(gift is not None and gift.giver != member),
        "category": labels.get(line.category, line.category),
        "category_back": labels.get(line.category_back, line.category_back),
        "state": line.state,
        "note": words.get(line.note, ""),
        "id": line.item,
    }


def _row(cells: Any) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([_safe_cell(cell) for cell in cells])
    return text.getvalue()


def _safe_cell(cell: str | int) -> str | int:
    """Prefix text that a spreadsheet would take for a formula and run."""
    return (
        f"'{cell}"
        if isinstance(cell, str) and cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
        else cell
    )


def _json(value: Any) -> str:
    return _ENCODER.encode(value).decode()
