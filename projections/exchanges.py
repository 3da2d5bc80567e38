"""Exchanges and gifts: the timeline of each, the history of each member, and what is waiting for whom."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

import sqlalchemy as sa

from ledger.exchanges.facts import (
    ExchangeCalledOff,
    ExchangeConfirmed,
    ExchangeDeclined,
    ExchangeReported,
    ExchangeReversed,
    ExchangeSettled,
    ReversalAsked,
    ReversalDeclined,
)
from ledger.exchanges.rules import Exchange
from ledger.gifts.facts import GiftRecorded, GiftWithdrawn
from ledger.gifts.rules import Gift
from ledger.groups.facts import GroupJoined, GroupLeft
from ledger.identifiers import ExchangeId, GiftId, MemberId
from projections import history
from projections.engine.paging import Cursor, Order, Page
from projections.engine.read_model import IncomingEntry, ReadModel, count, table, word
from projections.engine.tables import TableWriter
from projections.history import ALL, HistoryFilter, HistoryLine
from projections.stories import (
    ExchangeStory,
    ExchangeView,
    GiftStory,
    GiftView,
    Story,
    encode,
    exchange_story,
    gift_story,
    moment,
)

EXCHANGES = table("exchanges", word("id", key=True), count("number"), word("story"))
GIFTS = table("gifts", word("id", key=True), count("number"), word("story"))
WAITS = table(
    "waits",
    word("exchange", key=True),
    word("member", key=True),
    word("what"),
    count("since"),
    sa.Index("waits_by_member", "member", "since", "what"),
    clustered=True,
)

Wait = Literal["word", "others", "reversal"]
"""Why an exchange is listed as waiting: for this member's answer, for others' answers, or for agreement to take it back."""
_COORDINATORS = ""
"""Stands for all coordinators in place of a member."""

_OLDEST_FIRST = Order(WAITS.c.since, descending=False)


class Exchanges(ReadModel):
    """Every exchange and every gift, from report to reversal."""

    name = "exchanges"
    tables = (EXCHANGES, GIFTS, history.LINES, history.MEMBERSHIPS, WAITS)
    concerns = frozenset(
        {
            ExchangeReported,
            ExchangeConfirmed,
            ExchangeSettled,
            ExchangeDeclined,
            ExchangeCalledOff,
            ReversalAsked,
            ReversalDeclined,
            ExchangeReversed,
            GiftRecorded,
            GiftWithdrawn,
            GroupJoined,
            GroupLeft,
        }
    )

    def apply(self, batch: Sequence[IncomingEntry], rows: TableWriter) -> None:
        exchanges: list[IncomingEntry] = []
        gifts: list[IncomingEntry] = []
        memberships: list[GroupJoined | GroupLeft] = []
        for incoming in batch:
            match incoming.entry.data:
                case GiftRecorded() | GiftWithdrawn():
                    gifts.append(incoming)
                case GroupJoined() | GroupLeft() as fact:
                    memberships.append(fact)
                case _:
                    exchanges.append(incoming)
        _apply_exchanges(exchanges, rows)
        _apply_gifts(gifts, rows)
        joined = {(fact.group, fact.member): type(fact) is GroupJoined for fact in memberships}
        rows.replace(history.MEMBERSHIPS, [key for key, is_member in joined.items() if is_member])
        rows.delete(history.MEMBERSHIPS, [key for key, is_member in joined.items() if not is_member])

    def of(self, id: ExchangeId) -> ExchangeView | None:
        """An exchange; None if it is unknown."""
        found = self._views(sa.select(EXCHANGES.c.story).where(EXCHANGES.c.id == id))
        return found[0] if found else None

    def gift(self, id: GiftId) -> GiftView | None:
        """A gift; None if it is unknown."""
        found = self._all(sa.select(GIFTS.c.story).where(GIFTS.c.id == id))
        return gift_story(found[0][0]).view() if found else None

    def many(self, ids: Sequence[ExchangeId]) -> dict[ExchangeId, ExchangeView]:
        """These exchanges by id, for a page of the journal; unknown ones are left out."""
        query = sa.select(EXCHANGES.c.story).where(EXCHANGES.c.id.in_(ids))
        return {view.id: view for view in self._views(query)} if ids else {}

    def gifts(self, ids: Sequence[GiftId]) -> dict[GiftId, GiftView]:
        """These gifts by id, for a page of history; unknown ones are left out."""
        query = sa.select(GIFTS.c.story).where(GIFTS.c.id.in_(ids))
        views = [gift_story(story).view() for (story,) in self._all(query)] if ids else []
        return {view.id: view for view in views}

    def history(
        self, member: MemberId, wanted: HistoryFilter = ALL, cursor: Cursor | None = None, limit: int = 25
    ) -> Page[HistoryLine]:
        """The exchanges and gifts of a member, latest day first. Raise ValueError if the cursor was not made here."""
        with self._engine.connect() as connection:
            return history.page(connection, member, wanted, cursor, limit)

    def counting(
        self, member: MemberId, wanted: HistoryFilter, cursor: Cursor | None = None, limit: int = 25
    ) -> Page[HistoryLine]:
        """The exchanges and gifts of a member that count, earliest day first."""
        with self._engine.connect() as connection:
            return history.page(connection, member, wanted, cursor, limit, only_counting=True)

    def waiting_for(self, member: MemberId, limit: int = 20) -> list[ExchangeView]:
        """Exchanges that this member has to answer, oldest first."""
        return self._waiting(member, "word", limit)

    def waiting_on_others(self, member: MemberId, limit: int = 20) -> list[ExchangeView]:
        """Exchanges that this member reported or agreed to, and that others have to answer, oldest first."""
        return self._waiting(member, "others", limit)

    def reversals_waiting_for(self, member: MemberId, limit: int = 20) -> list[ExchangeView]:
        """Settled exchanges that the other party has asked to take back, oldest request first."""
        return self._waiting(member, "reversal", limit)

    def waiting_everywhere(self, cursor: Cursor | None = None, limit: int = 50) -> Page[ExchangeView]:
        """Pages of all exchanges that wait for an answer, also about taking back, longest first; for coordinators."""
        query = sa.select(WAITS.c.since, EXCHANGES.c.story).join(EXCHANGES, EXCHANGES.c.id == WAITS.c.exchange)
        query = query.where(WAITS.c.member == _COORDINATORS)
        with self._engine.connect() as connection:
            return _OLDEST_FIRST.page(connection, query, cursor, limit, lambda row: exchange_story(row.story).view())

    def latest(self, limit: int = 20) -> list[ExchangeView]:
        """The last reports of the whole community; for coordinators and auditors only."""
        # The lines of history are in the order of reports, one for each of the two parties.
        lines = sa.select(history.LINES.c.item).where(history.LINES.c.kind != "gift")
        latest = lines.order_by(history.LINES.c.number.desc()).limit(2 * limit)
        query = sa.select(EXCHANGES.c.story).where(EXCHANGES.c.id.in_(latest))
        return self._views(query.order_by(EXCHANGES.c.number.desc()))

    def _waiting(self, member: MemberId, what: Wait, limit: int) -> list[ExchangeView]:
        query = sa.select(EXCHANGES.c.story).join(WAITS, WAITS.c.exchange == EXCHANGES.c.id)
        query = query.where(WAITS.c.member == member, WAITS.c.what == what).order_by(WAITS.c.since)
        return self._views(query.limit(limit))

    def _views(self, query: sa.Select[str]) -> list[ExchangeView]:
        return [exchange_story(story).view() for (story,) in self._all(query)]


def _write(rows: TableWriter, table: sa.Table, stories: Mapping[str, Story], known: Collection[str]) -> None:
    """Write the stories of a batch and their lines of history; `known` are those that have been written before."""
    new = [(id, story) for id, story in stories.items() if id not in known]
    changed = [(id, stories[id]) for id in known]
    rows.insert(table, [(id, story.number, encode(story)) for id, story in new])
    rows.replace(table, [(id, story.number, encode(story)) for id, story in changed])
    rows.insert(history.LINES, [line for _, story in new for line in history.rows_of(story)])
    rows.replace(history.LINES, [line for _, story in changed for line in history.rows_of(story)])


def _apply_exchanges(batch: Sequence[IncomingEntry], rows: TableWriter) -> None:
    if not batch:
        return
    facts: list[Any] = [incoming.entry.data for incoming in batch]
    reports = [fact for fact in facts if type(fact) is ExchangeReported]
    changed = {fact.exchange for fact in facts} | {fact.corrects for fact in reports if fact.corrects}
    before = rows.of(EXCHANGES, changed - {fact.exchange for fact in reports})
    stories = {id: exchange_story(story) for id, _, story in before.values()}
    known = set(stories)
    waited = {key: wait for story in stories.values() for key, wait in _waits(story).items()}
    for incoming, fact in zip(batch, facts, strict=True):
        if type(fact) is ExchangeReported:
            note, corrects = incoming.entry.sealed.get("note", ""), fact.corrects or ""
            exchange, timeline = Exchange(id=fact.exchange).after(fact), [moment(incoming)]
            stories[fact.exchange] = ExchangeStory(
                exchange=exchange, number=incoming.number, note=note, corrects=corrects, timeline=timeline
            )
            if fact.corrects:
                stories[fact.corrects].corrected_by = fact.exchange
        else:
            stories[fact.exchange].add(incoming)
    _write(rows, EXCHANGES, stories, known)
    waits = {key: wait for story in stories.values() for key, wait in _waits(story).items()}
    rows.delete(WAITS, waited.keys() - waits.keys())
    rows.replace(WAITS, [(*key, *wait) for key, wait in waits.items() if waited.get(key) != wait])


def _apply_gifts(batch: Sequence[IncomingEntry], rows: TableWriter) -> None:
    if not batch:
        return
    facts: list[Any] = [incoming.entry.data for incoming in batch]
    recorded_now = {fact.gift for fact in facts if type(fact) is GiftRecorded}
    before = rows.of(GIFTS, {fact.gift for fact in facts} - recorded_now)
    stories = {id: gift_story(story) for id, _, story in before.values()}
    known = set(stories)
    for incoming, fact in zip(batch, facts, strict=True):
        if type(fact) is GiftRecorded:
            note = incoming.entry.sealed.get("note", "")
            gift = Gift(id=fact.gift).after(fact)
            stories[fact.gift] = GiftStory(gift=gift, number=incoming.number, note=note, timeline=[moment(incoming)])
        else:
            stories[fact.gift].add(incoming)
    _write(rows, GIFTS, stories, known)


def _waits(story: ExchangeStory) -> dict[tuple[str, str], tuple[Wait, int]]:
    """Exchange and member -> what the member or the others have to do, and since which entry."""
    exchange = story.exchange
    if exchange.state == "waiting":
        waits: dict[str, Wait] = dict.fromkeys((*exchange.parties, exchange.reported_by), "others")
        waits |= dict.fromkeys((*exchange.awaiting, _COORDINATORS), "word")
        return {(exchange.id, one): (what, story.number) for one, what in waits.items()}
    if exchange.reversal_asked_by and exchange.state == "settled":
        since = story.reversal_asked_in
        others = [one for one in exchange.parties if one != exchange.reversal_asked_by]
        return {(exchange.id, one): ("reversal", since) for one in (*others, _COORDINATORS)}
    return {}
