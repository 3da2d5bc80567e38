"""Checks imported rows without writing: finds the people they name, then applies the ledger's own rules to each row in turn."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import NamedTuple

from ledger import tags
from ledger.agreements.rules import Agreements
from ledger.catalogue import Fact
from ledger.deciding.context import PastCommand
from ledger.exchanges import rules as exchange_rules
from ledger.exchanges.accounts import Account
from ledger.exchanges.commands import help_given
from ledger.exchanges.facts import ExchangeReported
from ledger.gifts import rules as gift_rules
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
    is_identifier,
    is_member,
)
from ledger.importing.rows import ImportRow
from ledger.members.names import LONGEST_NAME, checked_name
from ledger.members.rules import Member
from ledger.personal_data.imported import people_named, person_key
from ledger.personal_data.search import FoundAccount, find_all
from ledger.personal_data.spelling import folded
from ledger.refusals import BeyondDebitLimit, Refusal, TextTooLong, UnknownMember, UnreadableText
from ledger.time_bank import TimeBank

_BATCH = 400


class Newcomer(NamedTuple):
    """A person to invite: their name in the file, and their address if the file gives one instead of a name."""

    name: str
    email: str = ""

    @property
    def text(self) -> str:
        """How the file names them."""
        return self.email or self.name


class PeopleInFile(NamedTuple):
    """Everyone a file names, by `person_key`: existing accounts, people to invite, and names with a problem."""

    accounts: dict[str, AccountId]
    new: dict[str, Newcomer]
    wrong: dict[str, str]


def find_people(bank: TimeBank | None, agreements: Agreements, texts: Iterable[str]) -> PeopleInFile:
    """Find out who is meant: the person an earlier import invited under this text, or who has this identifier, address or name."""
    people = PeopleInFile({}, {}, {})
    by_key = {person_key(text): text for text in texts}
    known = _imported_before(bank, by_key) if bank else {}
    found = find_all(bank, by_key.values()) if bank else {}
    for key, text in by_key.items():
        matches = found.get(text, [])
        if key in known:
            people.accounts[key] = known[key]
        elif len(matches) == 1:
            people.accounts[key] = matches[0].account
        elif matches:
            people.wrong[key] = _ambiguous(text, matches)
        elif key in (COMMUNITY, folded(agreements.name)):
            people.accounts[key] = COMMUNITY
        elif wrong := _unusable(text):
            people.wrong[key] = wrong
        else:
            people.new[key] = _newcomer(text)
    return people


class DryRun:
    """Decides rows one after the other, each seeing those before it. Nothing is written."""

    def __init__(
        self,
        bank: TimeBank | None,
        agreements: Agreements,
        people: PeopleInFile,
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
        self._members, self._groups, self._accounts = _current_state(bank, people.accounts.values())
        for key in people.new:
            newcomer = MemberId(f"m-{key}")
            self._members[newcomer] = Member(id=newcomer, is_invited=True, is_welcomed=True)

    def refusal(self, row: ImportRow) -> str:
        """Return why the ledger would refuse this row. If it would not, return nothing, and count the row for those after it."""
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
            return str(refusal)
        return ""

    def matches(self, row: ImportRow, done: PastCommand) -> bool:
        """Whether an earlier run recorded this row with the contents it has now."""
        match done.facts[0]:
            case ExchangeReported(legs=(leg,)) as reported:
                recorded = (leg.giver, leg.receiver, leg.category, reported.given_on, leg.minutes)
            case GiftRecorded() as gift:
                recorded = (gift.giver, gift.receiver, gift.category, gift.given_on, 0)
            case _:
                return False
        giver, receiver = self._account(row.giver), self._account(row.receiver)
        if recorded != (giver, receiver, self._kinds[row.category], row.given_on, row.minutes):
            return False
        commitment = done.sealed.get("note", "")
        return not (row.note and commitment) or (
            self._bank is not None and self._bank.people.says_the_same(commitment, row.note)
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


def _imported_before(bank: TimeBank, keys: Iterable[str]) -> dict[str, AccountId]:
    before: dict[str, AccountId] = {}
    waiting = iter(keys)
    while batch := list(islice(waiting, _BATCH)):
        members = people_named(bank.people, batch)
        context = bank.handler.context([tags.member(member) for member in members.values()])
        before |= {key: AccountId(who) for key, who in members.items() if context.member(who).is_invited}
    return before


def _newcomer(text: str) -> Newcomer:
    """Someone named by an address is called by the part before the @, so that nobody reads the address on a page."""
    before, at, after = text.partition("@")
    if before and at and "." in after and " " not in text:
        return Newcomer(before, text)
    return Newcomer(" ".join(text.split()))


def _unusable(text: str) -> str:
    if is_identifier(text):
        return UnknownMember.sentence
    if len(text) > LONGEST_NAME:
        return f"“{text[:40]}…” is too long for a name. " + str(TextTooLong(limit=LONGEST_NAME))
    if any(character in text for character in "\t\r\n"):
        return str(UnreadableText())
    try:
        checked_name(_newcomer(text).name)
    except Refusal as refusal:
        return str(refusal)
    return ""


def _ambiguous(text: str, matches: Sequence[FoundAccount]) -> str:
    who = ", ".join(sorted(match.account for match in matches))
    return f"“{text}” matches {len(matches)} people ({who}). Use the identifier of the person you mean."


def _current_state(
    bank: TimeBank | None, identifiers: Iterable[AccountId]
) -> tuple[dict[MemberId, Member], dict[GroupId, Group], dict[AccountId, Account]]:
    members: dict[MemberId, Member] = {}
    groups: dict[GroupId, Group] = {}
    accounts: dict[AccountId, Account] = {}
    waiting = iter(dict.fromkeys(identifiers))
    while bank is not None and (batch := list(islice(waiting, _BATCH))):
        people = [MemberId(account) for account in batch if is_member(account)]
        in_batch = [GroupId(account) for account in batch if is_group(account)]
        context = bank.handler.context(
            [
                *(tags.member(person) for person in people),
                *(tags.account(person) for person in people),
                *(tags.group(group) for group in in_batch),
            ]
        )
        members |= {person: context.member(person) for person in people}
        groups |= {group: context.group(group) for group in in_batch}
        accounts |= {AccountId(person): context.account(AccountId(person)) for person in people}
    return members, groups, accounts
