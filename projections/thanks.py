"""Thanks for exchanges and gifts: who thanked whom, and whether both let others read it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from ledger.exchanges.facts import ExchangeReversed
from ledger.gifts.facts import GiftWithdrawn, ThanksGiven, ThanksSharingChosen
from ledger.identifiers import ExchangeId, GiftId, MemberId
from ledger.log.prepared_queries import PreparedQuery
from projections.engine.read_model import IncomingEntry, ReadModel, count, table, word
from projections.engine.tables import TableWriter

THANKS = table(
    "thanks",
    word("item", key=True),
    word("given_by", key=True),
    word("to_member", key=True),
    count("number"),
    word("at"),
    word("text"),
    sa.Index("thanks_by_receiver", "to_member", "number"),
)
SHARING = table("thanks_sharing", word("item", key=True), word("member", key=True), word("choice"), clustered=True)
"""What each person of an exchange or gift chose, `shown` or `private`; under no member, `over` when it no longer counts."""


class ThanksLine(NamedTuple):
    """One thanks: for which exchange or gift, by whom, to whom, and the commitment to what was written, if anything."""

    item: ExchangeId | GiftId
    given_by: MemberId
    to: MemberId
    number: int
    at: str
    text: str
    is_shared: bool
    """Whether both of them let others read it."""


class Thanks(ReadModel):
    """All thanks of the community."""

    name = "thanks"
    tables = (THANKS, SHARING)
    concerns = frozenset({ThanksGiven, ThanksSharingChosen, ExchangeReversed, GiftWithdrawn})

    def apply(self, batch: Sequence[IncomingEntry], rows: TableWriter) -> None:
        given: dict[tuple[str, ...], tuple[Any, ...]] = {}
        choices: dict[tuple[str, str], str] = {}
        for incoming in batch:
            entry = incoming.entry
            match entry.data:
                case ThanksGiven() as fact:
                    item = fact.exchange or fact.gift or ""
                    key = (item, fact.given_by, fact.to)
                    given[key] = (*key, incoming.number, entry.at, entry.sealed.get("thanks", ""))
                    choices[item, fact.given_by] = "shown" if fact.may_be_shown else "private"
                case ThanksSharingChosen() as fact:
                    item = fact.exchange or fact.gift or ""
                    choices[item, fact.chosen_by] = "shown" if fact.may_be_shown else "private"
                case ExchangeReversed(exchange=item) | GiftWithdrawn(gift=item):
                    choices[item, ""] = "over"
                case _:
                    raise AssertionError(f"{entry.type} has nothing to do with thanks")
        rows.replace(THANKS, list(given.values()))
        rows.replace(SHARING, [(*key, choice) for key, choice in choices.items()])

    def of(self, item: ExchangeId | GiftId) -> list[ThanksLine]:
        """The thanks for an exchange or a gift, the earliest first."""
        return [ThanksLine(*row) for row in _OF.ask(self._engine, item=item)]

    def lets_others_read(self, item: ExchangeId | GiftId, member: MemberId) -> bool:
        """Whether this member lets others read the thanks for an exchange or a gift."""
        return any(choice == "shown" for (choice,) in _CHOICE.ask(self._engine, item=item, member=member))

    def shared_with(self, member: MemberId, limit: int = 20) -> list[ThanksLine]:
        """Thanks to a member that both let others read, for what still counts, the latest first."""
        return [ThanksLine(*row) for row in _TO.ask(self._engine, member=member, most=limit)]


def _chose(member: sa.ColumnElement[str], choice: str) -> sa.ColumnElement[bool]:
    chosen = sa.select(SHARING.c.item).where(
        SHARING.c.item == THANKS.c.item, SHARING.c.member == member, SHARING.c.choice == choice
    )
    return chosen.correlate(THANKS).exists()


_SHARED = sa.and_(_chose(THANKS.c.given_by, "shown"), _chose(THANKS.c.to_member, "shown"))
_LINES = sa.select(THANKS, sa.case((_SHARED, 1), else_=0))
_OF = PreparedQuery(_LINES.where(THANKS.c.item == sa.bindparam("item")).order_by(THANKS.c.number))
_CHOICE = PreparedQuery(
    sa.select(SHARING.c.choice).where(
        SHARING.c.item == sa.bindparam("item"), SHARING.c.member == sa.bindparam("member")
    )
)
_TO = PreparedQuery(
    _LINES.where(THANKS.c.to_member == sa.bindparam("member"), _SHARED, ~_chose(sa.literal(""), "over"))
    .order_by(THANKS.c.number.desc())
    .limit(sa.bindparam("most", type_=sa.Integer))
)
