"""The cast of every test, their fixed clock, and short ways to set up what happened before a test begins.

Ana helps, Bo receives, Chidi coordinates, Ruth audits. The garden is a group. Nothing here decides anything: states are
made by the real rules, and the founded community by the real commands.
"""

import itertools
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from ledger.agreements.commands import FoundCommunity
from ledger.agreements.facts import WhoMustAgree
from ledger.agreements.rules import DEFAULT_CATEGORIES, Agreements
from ledger.catalogue import Fact
from ledger.deciding.requests import Caller, Clock
from ledger.exchanges import rules as exchange_rules
from ledger.exchanges.accounts import Account
from ledger.exchanges.commands import help_given
from ledger.exchanges.facts import Leg
from ledger.exchanges.rules import Exchange
from ledger.gifts import rules as gift_rules
from ledger.gifts.rules import Gift
from ledger.groups.rules import Group
from ledger.identifiers import HOST, AccountId, CategoryKey, CommandId, ExchangeId, GiftId, GroupId, Ids, MemberId
from ledger.log.entry import Via, decode
from ledger.log.store import Log
from ledger.members.commands import GiveRole, InviteMember
from ledger.members.facts import MemberInvited, MemberLeft, MemberWelcomed, Role, RoleGiven
from ledger.members.rules import Coordinators, Member
from ledger.time_bank import TimeBank

ANA = MemberId("m-ana")
BO = MemberId("m-bo")
CHIDI = MemberId("m-chidi")
RUTH = MemberId("m-ruth")
GARDEN = GroupId("g-garden")
CAST = (CHIDI, ANA, BO, RUTH)
NAMES: Mapping[MemberId, str] = {ANA: "Ana Sousa", BO: "Bo Lindqvist", CHIDI: "Chidi Okafor", RUTH: "Ruth Levy"}

NOW = datetime(2026, 3, 14, 10, 30, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=365)
TODAY = date(2026, 3, 14)
EXCHANGE = ExchangeId("x-1")
GIFT = GiftId("f-1")
GARDENING = CategoryKey("garden")

AGREEMENTS = Agreements(
    name="Elm Street", time_zone="UTC", origin="localhost/elm-street/1", categories=DEFAULT_CATEGORIES
)
BOTH_WORDS = Agreements(
    name="Elm Street",
    time_zone="UTC",
    origin="localhost/elm-street/1",
    categories=DEFAULT_CATEGORIES,
    words_needed="both",
)


def clock() -> datetime:
    """Return half past ten on 14 March."""
    return NOW


def counting_ids(start: int = 1) -> Ids:
    """Return a source of identifiers in order: 1, 2, 3."""
    numbers = itertools.count(start)
    return lambda: f"{next(numbers):04}"


def cast_ids(then: Ids) -> Ids:
    """Return a source of the cast's identifiers, in the order in which they are invited, and then others."""
    first = iter([member.removeprefix("m-") for member in CAST])
    return lambda: next(first, None) or then()


_commands = itertools.count(1)


def caller(by: MemberId, identifier: str = "", *, on_behalf: MemberId | None = None, via: Via = "web") -> Caller:
    """Return this person as a caller, with a new command id unless one is given."""
    return Caller(CommandId(identifier or f"command-{next(_commands):06}"), by, via, on_behalf)


# People and accounts for rules


def member(identifier: MemberId, *roles: Role) -> Member:
    """An active member with these roles. Chidi is always a coordinator, Ruth always an auditor."""
    held = {*roles, *(["coordinator"] if identifier == CHIDI else []), *(["auditor"] if identifier == RUTH else [])}
    facts: list[Fact] = [MemberInvited(member=identifier), MemberWelcomed(member=identifier)]
    facts += [RoleGiven(member=identifier, role=role) for role in ("coordinator", "auditor") if role in held]
    return after(Member(id=identifier), facts)


def invited(identifier: MemberId) -> Member:
    """Someone who has not been welcomed."""
    return after(Member(id=identifier), [MemberInvited(member=identifier)])


def coordinators(*who: MemberId, since: datetime = LONG_AGO) -> Coordinators:
    """The coordinators of a community, all since the same time."""
    return Coordinators(dict.fromkeys(who, since))


def gone(identifier: MemberId) -> Member:
    """Someone who has left."""
    return after(member(identifier), [MemberLeft(member=identifier)])


def stranger(identifier: MemberId) -> Member:
    """Someone who was never invited."""
    return Member(id=identifier)


def host() -> Member:
    """The host."""
    return Member(id=HOST)


def garden() -> Group:
    """The garden group."""
    return Group(id=GARDEN, is_formed=True)


def balances(minutes: Mapping[MemberId, int] | None = None) -> Mapping[AccountId, Account]:
    """The accounts of the cast, with these balances in minutes or else zero."""
    wanted = dict.fromkeys(CAST, 0) | dict(minutes or {})
    return {
        AccountId(holder): Account(id=AccountId(holder), given=max(0, balance), received=max(0, -balance))
        for holder, balance in wanted.items()
    }


# Exchanges and gifts for rules


def help_of(giver: MemberId = ANA, receiver: MemberId = BO, minutes: int = 60, category: str = GARDENING) -> Leg:
    """By default, an hour of gardening from Ana to Bo."""
    return help_given(giver, receiver, minutes, category)


def skills(minutes: int = 60, back: int = 120) -> tuple[Leg, Leg]:
    """An hour of guitar from Ana to Bo, for two hours of sewing from Bo to Ana."""
    return help_of(ANA, BO, minutes, "learning"), help_of(BO, ANA, back, "home")


def reported(
    *,
    by: MemberId,
    giver: MemberId = ANA,
    receiver: MemberId = BO,
    minutes: int = 60,
    legs: Iterable[Leg] = (),
    words_needed: WhoMustAgree = "receiver",
) -> Exchange:
    """An exchange after this report."""
    return after(
        Exchange(id=EXCHANGE),
        exchange_rules.report(
            EXCHANGE,
            tuple(legs) or (help_of(giver, receiver, minutes),),
            TODAY,
            by=member(by),
            parties={AccountId(one): member(one) for one in CAST},
            accounts=balances(),
            agreements=BOTH_WORDS if words_needed == "both" else AGREEMENTS,
            today=TODAY,
        ),
    )


def settled(*, giver: MemberId = ANA, receiver: MemberId = BO, minutes: int = 60) -> Exchange:
    """A settled exchange, reported by the receiver."""
    return reported(by=receiver, giver=giver, receiver=receiver, minutes=minutes)


def declined() -> Exchange:
    """An exchange that Ana reported and Bo did not agree to."""
    waiting = reported(by=ANA)
    return after(waiting, exchange_rules.decline(waiting, by=member(BO)))


def called_off() -> Exchange:
    """An exchange that Ana reported and cancelled."""
    waiting = reported(by=ANA)
    return after(waiting, exchange_rules.call_off(waiting, by=member(ANA)))


def asked_back(*, by: MemberId = BO) -> Exchange:
    """A settled exchange that one party has asked to take back."""
    return after(settled(), exchange_rules.ask_reversal(settled(), by=member(by)))


def reversed_exchange() -> Exchange:
    """An exchange that was taken back: Bo asked, Ana agreed."""
    asked = asked_back(by=BO)
    return after(asked, exchange_rules.approve_reversal(asked, by=member(ANA)))


def given_gift(*, giver: MemberId = ANA, receiver: Member | Group | None = None, by: MemberId = ANA) -> Gift:
    """A recorded gift, by default to the whole community."""
    return after(
        Gift(id=GIFT),
        gift_rules.record(
            GIFT,
            giver=member(giver),
            receiver=receiver,
            category=GARDENING,
            given_on=TODAY,
            by=member(by),
            agreements=AGREEMENTS,
            today=TODAY,
        ),
    )


_Subject = TypeVar("_Subject", Member, Exchange, Gift, Group, Account, Agreements)


def after(subject: _Subject, facts: Iterable[Fact]) -> _Subject:
    """The subject once these facts have happened."""
    for fact in facts:
        subject = subject.after(fact)
    return subject


# A founded community


def founded(url: str | Path, *, clock: Clock = clock, ids: Ids | None = None, time_zone: str = "UTC") -> TimeBank:
    """Found a community with the cast as members. Close it, or use it in a `with`."""
    bank = TimeBank.open(url, clock=clock, ids=cast_ids(then=ids or counting_ids()))
    bank.do(
        FoundCommunity(name="Elm Street", time_zone=time_zone, coordinator=NAMES[CHIDI], email="chidi@elm.example"),
        by=HOST,
    )
    for who in CAST[1:]:
        email = f"{NAMES[who].split()[0].lower()}@elm.example"
        bank.do(InviteMember(name=NAMES[who], email=email, and_welcome=True), by=CHIDI)
    bank.do(GiveRole(member=RUTH, role="auditor"), by=CHIDI)
    return bank


def reopened(bank: TimeBank, *, ids: Ids | None = None) -> TimeBank:
    """Open the same stores again, with an empty cache."""
    return TimeBank.open(bank.place, clock=clock, ids=ids or counting_ids(5000))


def minutes_of(bank: TimeBank, who: MemberId) -> int:
    """Return a member's current balance in minutes."""
    tag = f"account:{who}"
    return bank.handler.context([tag]).account(AccountId(who)).balance


def replayed(log: Log) -> dict[AccountId, int]:
    """Return every balance in minutes, computed from the log alone. Accounts without postings are left out."""
    sums: dict[AccountId, int] = {}
    for _, data in log.scan():
        for posting in decode(data).data.postings:
            sums[posting.account] = sums.get(posting.account, 0) + posting.minutes
    return sums


def facts_in(log: Log) -> list[Fact]:
    """Return every fact in the log, in order."""
    return [decode(data).data for _, data in log.scan()]
