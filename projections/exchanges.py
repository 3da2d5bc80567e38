"""Exchanges and gifts: the story of each, everybody's history, and what waits for whose word."""

from collections.abc import Sequence
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
from projections.history import HistoryFilter, HistoryLine
from projections.stories import (
    ExchangeStory,
    ExchangeView,
    GiftStory,
    GiftView,
    exchange_story,
    gift_story,
    kept,
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

What = Literal["word", "others", "reversal"]
_EVERYBODY = ""
"""Who stands in for all coordinators among those that something waits for."""

_OLDEST_FIRST = Order(WAITS.c.since, descending=False)


class Exchanges(ReadModel):
    """Every exchange and every gift, from report to reversal."""

    name = "exchanges"
    tables = (EXCHANGES, GIFTS, history.LINES, history.BELONGINGS, WAITS)
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
        belongings: list[GroupJoined | GroupLeft] = []
        for incoming in batch:
            match incoming.entry.data:
                case GiftRecorded() | GiftWithdrawn():
                    gifts.append(incoming)
                case GroupJoined() | GroupLeft() as fact:
                    belongings.append(fact)
                case _:
                    exchanges.append(incoming)
        _take_in_exchanges(exchanges, rows)
        _take_in_gifts(gifts, rows)
        belongs = {(fact.group, fact.member): type(fact) is GroupJoined for fact in belongings}
        rows.replace(history.BELONGINGS, [key for key, joined in belongs.items() if joined])
        rows.delete(history.BELONGINGS, [key for key, joined in belongs.items() if not joined])

    def of(self, id: ExchangeId) -> ExchangeView | None:
        """An exchange with its story; None when there is none of this id."""
        found = self._views(sa.select(EXCHANGES.c.story).where(EXCHANGES.c.id == id))
        return found[0] if found else None

    def gift(self, id: GiftId) -> GiftView | None:
        """A gift with its story; None when there is none of this id."""
        with self._engine.connect() as connection:
            story = connection.scalar(sa.select(GIFTS.c.story).where(GIFTS.c.id == id))
        return gift_story(story).view() if story else None

    def many(self, ids: Sequence[ExchangeId]) -> dict[ExchangeId, ExchangeView]:
        """These exchanges by id; unknown ones are left out. As many as a page of the journal holds, in one question."""
        query = sa.select(EXCHANGES.c.story).where(EXCHANGES.c.id.in_(ids))
        return {view.id: view for view in self._views(query)} if ids else {}

    def gifts(self, ids: Sequence[GiftId]) -> dict[GiftId, GiftView]:
        """These gifts by id; unknown ones are left out. As many as a page of history holds, in one question."""
        query = sa.select(GIFTS.c.story).where(GIFTS.c.id.in_(ids))
        with self._engine.connect() as connection:
            views = [gift_story(story).view() for story in connection.scalars(query)] if ids else []
        return {view.id: view for view in views}

    def history(
        self, member: MemberId, wanted: HistoryFilter | None = None, cursor: Cursor | None = None, limit: int = 25
    ) -> Page[HistoryLine]:
        """The exchanges and gifts of a member, the latest day first. A cursor that was not given here is a ValueError."""
        with self._engine.connect() as connection:
            return history.page(connection, member, wanted or HistoryFilter(), cursor, limit)

    def counting(
        self, member: MemberId, wanted: HistoryFilter, cursor: Cursor | None = None, limit: int = 25
    ) -> Page[HistoryLine]:
        """Those exchanges and gifts of a member that count, the earliest day first."""
        with self._engine.connect() as connection:
            return history.counting(connection, member, wanted, cursor, limit)

    def waiting_for(self, member: MemberId, limit: int = 20) -> list[ExchangeView]:
        """Exchanges that need this member's word, the oldest first."""
        return self._waiting(member, "word", limit)

    def waiting_on_others(self, member: MemberId, limit: int = 20) -> list[ExchangeView]:
        """Exchanges that this member reported or agreed to, and that need somebody else's word, the oldest first."""
        return self._waiting(member, "others", limit)

    def reversals_waiting_for(self, member: MemberId, limit: int = 20) -> list[ExchangeView]:
        """Settled exchanges that the other party asks to take back, the oldest wish first."""
        return self._waiting(member, "reversal", limit)

    def waiting_everywhere(self, cursor: Cursor | None = None, limit: int = 50) -> Page[ExchangeView]:
        """All that waits for anybody's word, asked reversals among it, the longest first; for coordinators."""
        query = sa.select(WAITS.c.since, EXCHANGES.c.story).join(EXCHANGES, EXCHANGES.c.id == WAITS.c.exchange)
        query = query.where(WAITS.c.member == _EVERYBODY)
        with self._engine.connect() as connection:
            return _OLDEST_FIRST.page(connection, query, cursor, limit, lambda row: exchange_story(row.story).view())

    def latest(self, limit: int = 20) -> list[ExchangeView]:
        """What was reported last in the whole community; for coordinators and auditors only."""
        # The lines of history lie in the order of reports, one for each of the two who took part.
        lines = sa.select(history.LINES.c.item).where(history.LINES.c.kind != "gift")
        latest = lines.order_by(history.LINES.c.number.desc()).limit(2 * limit)
        query = sa.select(EXCHANGES.c.story).where(EXCHANGES.c.id.in_(latest))
        return self._views(query.order_by(EXCHANGES.c.number.desc()))

    def _waiting(self, member: MemberId, what: What, limit: int) -> list[ExchangeView]:
        query = sa.select(EXCHANGES.c.story).join(WAITS, WAITS.c.exchange == EXCHANGES.c.id)
        query = query.where(WAITS.c.member == member, WAITS.c.what == what).order_by(WAITS.c.since)
        return self._views(query.limit(limit))

    def _views(self, query: sa.Select[str]) -> list[ExchangeView]:
        with self._engine.connect() as connection:
            return [exchange_story(story).view() for story in connection.scalars(query)]


def _take_in_exchanges(batch: Sequence[IncomingEntry], rows: TableWriter) -> None:
    if not batch:
        return
    facts: list[Any] = [incoming.entry.data for incoming in batch]
    reports = [fact for fact in facts if type(fact) is ExchangeReported]
    told = {fact.exchange for fact in facts} | {fact.corrects for fact in reports if fact.corrects}
    before = rows.of(EXCHANGES, told - {fact.exchange for fact in reports})
    stories = {id: exchange_story(story) for id, _, story in before.values()}
    known = set(stories)
    waited = {key: wait for story in stories.values() for key, wait in _waits(story).items()}
    for incoming, fact in zip(batch, facts, strict=True):
        if type(fact) is ExchangeReported:
            stories[fact.exchange] = _reported(incoming, fact)
            if fact.corrects:
                stories[fact.corrects].corrected_by = fact.exchange
        else:
            stories[fact.exchange].take_in(incoming)
    rows.insert(EXCHANGES, [_row(story) for id, story in stories.items() if id not in known])
    rows.replace(EXCHANGES, [_row(stories[id]) for id in known])
    rows.insert(
        history.LINES,
        [line for id, story in stories.items() if id not in known for line in history.rows_of_exchange(story)],
    )
    rows.replace(history.LINES, [line for id in known for line in history.rows_of_exchange(stories[id])])
    waits = {key: wait for story in stories.values() for key, wait in _waits(story).items()}
    rows.delete(WAITS, waited.keys() - waits.keys())
    rows.replace(WAITS, [(*key, *wait) for key, wait in waits.items() if waited.get(key) != wait])


def _take_in_gifts(batch: Sequence[IncomingEntry], rows: TableWriter) -> None:
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
            stories[fact.gift].take_in(incoming)
    added = [story for id, story in stories.items() if id not in known]
    changed = [stories[id] for id in known]
    rows.insert(GIFTS, [(story.gift.id, story.number, kept(story)) for story in added])
    rows.replace(GIFTS, [(story.gift.id, story.number, kept(story)) for story in changed])
    rows.insert(history.LINES, [line for story in added for line in history.rows_of_gift(story)])
    rows.replace(history.LINES, [line for story in changed for line in history.rows_of_gift(story)])


def _reported(incoming: IncomingEntry, fact: ExchangeReported) -> ExchangeStory:
    return ExchangeStory(
        exchange=Exchange(id=fact.exchange).after(fact),
        number=incoming.number,
        note=incoming.entry.sealed.get("note", ""),
        corrects=fact.corrects or "",
        timeline=[moment(incoming)],
    )


def _row(story: ExchangeStory) -> tuple[str, int, str]:
    return story.exchange.id, story.number, kept(story)


def _waits(story: ExchangeStory) -> dict[tuple[str, str], tuple[What, int]]:
    """Whom the exchange waits for, or whose word it has while it waits for others; and since which entry."""
    exchange = story.exchange
    if exchange.state == "waiting":
        whose: dict[str, What] = dict.fromkeys((*exchange.parties, exchange.reported_by), "others")
        whose |= dict.fromkeys((*exchange.awaiting, _EVERYBODY), "word")
        return {(exchange.id, one): (what, story.number) for one, what in whose.items()}
    if exchange.reversal_asked_by and exchange.state == "settled":
        asked_in = story.reversal_asked_in
        others = [one for one in exchange.parties if one != exchange.reversal_asked_by]
        return {(exchange.id, one): ("reversal", asked_in) for one in (*others, _EVERYBODY)}
    return {}
