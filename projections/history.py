"""The history of each member's exchanges and gifts: its lines, and how they are filtered."""

from datetime import date
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa

from ledger.identifiers import AccountId, CategoryKey, ExchangeId, GiftId, GroupId, MemberId, is_member
from projections.engine.paging import Cursor, Order, Page
from projections.engine.read_model import count, table, word
from projections.engine.tables import Row
from projections.stories import ExchangeStory, GiftStory, Kind, Story

# The entry number comes before the member, so that new lines are always added at the end. The index holds the columns that
# filters use, so that lines that do not match are skipped without being read.
LINES = table(
    "history_lines",
    count("number", key=True),
    word("member", key=True),
    word("item"),
    word("kind"),
    word("state"),
    word("given_on"),
    word("other"),
    word("category"),
    word("category_back"),
    count("given"),
    count("received"),
    word("note"),
    word("awaits"),
    sa.Index(
        "history_lines_by_day",
        "member",
        "given_on",
        "number",
        "other",
        "kind",
        "category",
        "category_back",
        unique=True,
    ),
    clustered=True,
)
MEMBERSHIPS = table("history_belongings", word("group_id", key=True), word("member", key=True), clustered=True)

_NEWEST_FIRST = Order(LINES.c.given_on, LINES.c.number, descending=True)
_EARLIEST_FIRST = Order(LINES.c.given_on, LINES.c.number, descending=False)
_COUNTS = LINES.c.state.in_(("settled", "recorded"))


class HistoryFilter(NamedTuple):
    """What to show of a history; what is left out is not filtered. Days are those on which help was given.

    `group` selects what was shared with current members of the group, or with the group itself.
    """

    other: AccountId | Literal[""] = ""
    kind: Kind | Literal[""] = ""
    category: CategoryKey | Literal[""] = ""
    group: GroupId | Literal[""] = ""
    first_day: date | None = None
    last_day: date | None = None


ALL = HistoryFilter()


class HistoryLine(NamedTuple):
    """One exchange or gift, as one of the parties sees it. Minutes.

    A skill exchange has two kinds of help: `category` is the one this member gave, `category_back` the other.
    """

    item: ExchangeId | GiftId
    kind: Kind
    state: str
    given_on: date
    number: int
    other: AccountId
    category: CategoryKey
    category_back: CategoryKey | Literal[""]
    given: int
    received: int
    note: str
    awaiting_me: bool
    awaits: tuple[MemberId, ...]


def page(
    connection: sa.Connection,
    member: MemberId,
    wanted: HistoryFilter,
    cursor: Cursor | None,
    limit: int,
    *,
    only_counting: bool = False,
) -> Page[HistoryLine]:
    """Return exchanges and gifts of a member, latest day first; or only those that count, earliest day first."""
    conditions = [LINES.c.member == member, *([_COUNTS] if only_counting else ()), *_conditions(wanted)]
    order = _EARLIEST_FIRST if only_counting else _NEWEST_FIRST
    query = sa.select(LINES).where(*conditions)
    return order.page(connection, query, cursor, limit, lambda row: _line(row, member))


def rows_of(story: Story) -> list[Row]:
    """Return the lines of an exchange or gift as rows, one for each member who is a party."""
    return _rows_of_exchange(story) if isinstance(story, ExchangeStory) else _rows_of_gift(story)


def _rows_of_exchange(story: ExchangeStory) -> list[Row]:
    exchange = story.exchange
    one, awaits = exchange.legs[0], " ".join(exchange.awaiting)
    back_category, back_minutes = (
        (exchange.legs[1].category, exchange.legs[1].minutes) if exchange.legs[1:] else ("", 0)
    )
    what = (exchange.id, story.kind, exchange.state, exchange.given_on.isoformat())
    as_giver = (one.receiver, one.category, back_category, one.minutes, back_minutes)
    as_receiver = (one.giver, back_category or one.category, back_category and one.category, back_minutes, one.minutes)
    return [
        (story.number, one.giver, *what, *as_giver, story.note, awaits),
        (story.number, one.receiver, *what, *as_receiver, story.note, awaits),
    ]


def _rows_of_gift(story: GiftStory) -> list[Row]:
    gift = story.gift
    what = (gift.id, "gift", gift.state, gift.given_on.isoformat())
    sides: list[tuple[str, str]] = [(gift.giver, gift.receiver)]
    if is_member(gift.receiver):
        sides.append((gift.receiver, gift.giver))
    return [(story.number, one, *what, other, gift.category, "", 0, 0, story.note, "") for one, other in sides]


def _conditions(wanted: HistoryFilter) -> list[sa.ColumnElement[bool]]:
    equal = ((LINES.c.other, wanted.other), (LINES.c.kind, wanted.kind))
    conditions: list[sa.ColumnElement[bool]] = [column == value for column, value in equal if value]
    if wanted.category:
        conditions.append(sa.or_(LINES.c.category == wanted.category, LINES.c.category_back == wanted.category))
    if wanted.group:
        members = sa.select(MEMBERSHIPS.c.member).where(MEMBERSHIPS.c.group_id == wanted.group)
        conditions.append(sa.or_(LINES.c.other == wanted.group, LINES.c.other.in_(members)))
    if wanted.first_day:
        conditions.append(LINES.c.given_on >= wanted.first_day.isoformat())
    if wanted.last_day:
        conditions.append(LINES.c.given_on <= wanted.last_day.isoformat())
    return conditions


def _line(row: Any, member: MemberId) -> HistoryLine:
    number, _, item, kind, state, given_on, *what, awaits = row
    waits_for = tuple(awaits.split())
    return HistoryLine._make(
        (item, kind, state, date.fromisoformat(given_on), number, *what, member in waits_for, waits_for)
    )
