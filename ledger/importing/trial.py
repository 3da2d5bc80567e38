"""Deciding imported rows on paper: the ledger's own rules, with everybody and every account as they would be by then."""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import islice

from ledger import tags
from ledger.agreements.rules import Agreements
from ledger.catalogue import Fact
from ledger.deciding.requests import Command
from ledger.deciding.states import PastCommand
from ledger.exchanges import rules as exchange_rules
from ledger.exchanges.accounts import Account
from ledger.exchanges.commands import ReportExchange, help_given
from ledger.exchanges.facts import ExchangeReported
from ledger.gifts import rules as gift_rules
from ledger.gifts.commands import RecordGift
from ledger.gifts.facts import GiftRecorded
from ledger.groups.rules import Group
from ledger.identifiers import (
    COMMUNITY,
    HOST,
    AccountId,
    CategoryKey,
    ExchangeId,
    GiftId,
    GroupId,
    MemberId,
    is_group,
    is_member,
)
from ledger.importing.people import NamedPeople, person_key
from ledger.importing.rows import ImportRow
from ledger.members.rules import Member
from ledger.refusals import BeyondDebitLimit, Refusal, sentence_of
from ledger.time_bank import TimeBank

_AT_ONCE = 400


class Trial:
    """Rows decided one after the other, each seeing those before it; nothing is written."""

    def __init__(
        self,
        bank: TimeBank | None,
        agreements: Agreements,
        people: NamedPeople,
        kinds: Mapping[str, CategoryKey],
        today: date,
    ) -> None:
        self._bank = bank
        self._agreements = agreements
        self._people = people
        self._kinds = kinds
        self._today = today
        self._host = Member(id=HOST)
        self.beyond_limit = False
        self._members, self._groups, self._accounts = _standing(bank, people.accounts.values())
        for key in people.new:
            newcomer = MemberId(f"m-{key}")
            self._members[newcomer] = Member(id=newcomer, is_invited=True, is_welcomed=True)

    def refusal(self, row: ImportRow) -> str:
        """Why the ledger would not take this row; empty when it would, and the row then counts for those after it."""
        for text in (row.giver, row.receiver):
            if wrong := self._people.wrong.get(person_key(text)):
                return wrong
        try:
            for fact in self._decide(row):
                for account in (self._account(row.giver), self._account(row.receiver)):
                    if account in self._accounts:
                        self._accounts[account] = self._accounts[account].after(fact)
        except Refusal as refusal:
            self.beyond_limit = self.beyond_limit or isinstance(refusal, BeyondDebitLimit)
            return sentence_of(refusal)
        return ""

    def says_the_same(self, row: ImportRow, done: PastCommand) -> bool:
        """Whether what this row led to in an earlier run is what it says now."""
        match done.facts[0]:
            case ExchangeReported(legs=(leg,)) as reported:
                told = (leg.giver, leg.receiver, leg.category, reported.given_on, leg.minutes)
            case GiftRecorded() as gift:
                told = (gift.giver, gift.receiver, gift.category, gift.given_on, 0)
            case _:
                return False
        now = (
            self._account(row.giver),
            self._account(row.receiver),
            self._kinds[row.category],
            row.given_on,
            row.minutes,
        )
        commitment = done.sealed.get("note", "")
        return told == now and (
            not (row.note and commitment)
            or (self._bank is not None and self._bank.people.says_the_same(commitment, row.note))
        )

    def _decide(self, row: ImportRow) -> Iterable[Fact]:
        giver, receiver = MemberId(self._account(row.giver)), self._account(row.receiver)
        kind = self._kinds[row.category]
        if row.kind == "gift":
            return gift_rules.record(
                GiftId("f-trial"),
                giver=self._member(giver),
                receiver=self._receiver(receiver),
                category=kind,
                given_on=row.given_on,
                by=self._host,
                agreements=self._agreements,
                today=self._today,
            )
        leg = help_given(giver, MemberId(receiver), row.minutes, kind)
        for account in (leg.giver, leg.receiver):
            self._accounts.setdefault(account, Account(id=account))
        return exchange_rules.report(
            ExchangeId("x-trial"),
            [leg],
            row.given_on,
            by=self._host,
            parties={account: self._member(MemberId(account)) for account in (leg.giver, leg.receiver)},
            accounts=self._accounts,
            agreements=self._agreements,
            today=self._today,
        )

    def _account(self, text: str) -> AccountId:
        key = person_key(text)
        return self._people.accounts.get(key) or AccountId(f"m-{key}")

    def _member(self, member: MemberId) -> Member:
        return self._members.get(member) or Member(id=member)

    def _receiver(self, account: AccountId) -> Member | Group | None:
        if account == COMMUNITY:
            return None
        if is_group(account):
            return self._groups[GroupId(account)]
        return self._member(MemberId(account))


def command_for(row: ImportRow, accounts: Mapping[str, AccountId], kind: CategoryKey) -> Command:
    """The command that records a row."""
    giver, receiver = MemberId(accounts[person_key(row.giver)]), accounts[person_key(row.receiver)]
    if row.kind == "gift":
        return RecordGift(giver=giver, receiver=receiver, category=kind, given_on=row.given_on, note=row.note)
    leg = help_given(giver, MemberId(receiver), row.minutes, kind)
    return ReportExchange(legs=(leg,), given_on=row.given_on, note=row.note)


def _standing(
    bank: TimeBank | None, accounts: Iterable[AccountId]
) -> tuple[dict[MemberId, Member], dict[GroupId, Group], dict[AccountId, Account]]:
    members: dict[MemberId, Member] = {}
    groups: dict[GroupId, Group] = {}
    tallies: dict[AccountId, Account] = {}
    waiting = iter(dict.fromkeys(accounts))
    while bank is not None and (batch := list(islice(waiting, _AT_ONCE))):
        people = [MemberId(account) for account in batch if is_member(account)]
        circles = [GroupId(account) for account in batch if is_group(account)]
        known = bank.handler.context(
            [
                *(tags.member(person) for person in people),
                *(tags.account(person) for person in people),
                *(tags.group(circle) for circle in circles),
            ]
        )
        members |= {person: known.member(person) for person in people}
        groups |= {circle: known.group(circle) for circle in circles}
        tallies |= {AccountId(person): known.account(AccountId(person)) for person in people}
    return members, groups, tallies
