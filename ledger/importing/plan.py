"""Imports records kept elsewhere. Everything is decided before anything is written, and a second run adds nothing.

Planning reads; carrying out the plan writes. Each row and each person has a command id made from what cannot change between
two runs, so a run that was interrupted can simply be repeated.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from ledger.agreements.commands import AgreeOnCategories, AgreeOnLimits, FoundCommunity
from ledger.agreements.facts import Category
from ledger.agreements.rules import DEFAULT_CATEGORIES, Agreements
from ledger.deciding.requests import Caller, Command, Request
from ledger.exchanges.commands import ReportExchange, help_given
from ledger.gifts.commands import RecordGift
from ledger.identifiers import HOST, AccountId, CategoryKey, CommandId, MemberId, is_category_key, new_command_id
from ledger.importing.dry_run import DryRun, Newcomer, PeopleInFile, find_people
from ledger.importing.earlier import EarlierRows, commands_of, number_equal_rows, recorded_before
from ledger.importing.rows import ImportRow
from ledger.importing.sheets import BadRow, UnusableFile
from ledger.members.commands import InviteMember
from ledger.members.facts import MemberInvited
from ledger.personal_data.imported import command_of, make_secrets, person_key, remember_people
from ledger.personal_data.spelling import folded
from ledger.refusals import Refusal
from ledger.time_bank import TimeBank

BATCH = 250
_MOST_KINDS = 100
_OTHER_HELP = "Other help"

Progress = Callable[[int, int], None]
"""Called with how many rows are done, and of how many."""


class NewCommunity(NamedTuple):
    """The community to found if there is none yet."""

    name: str = "Imported community"
    time_zone: str = "UTC"


class Plan(NamedTuple):
    """What an import would do. Nothing has been written for it."""

    founds: NewCommunity | None
    debit_limit_minutes: int | None
    people: PeopleInFile
    kinds: dict[str, CategoryKey]
    new_kinds: list[Category]
    rows: list[ImportRow]
    numbers: dict[tuple[str, ...], int]
    already: int
    bad: list[BadRow]
    beyond_limit: bool

    @property
    def newcomers(self) -> list[Newcomer]:
        """The people to invite and welcome: those named in rows that will be written."""
        needed = dict.fromkeys(person_key(text) for row in self.rows for text in (row.giver, row.receiver))
        return [self.people.new[key] for key in needed if key in self.people.new]


class ImportOutcome(NamedTuple):
    """What an import did: how many rows it recorded, and rows refused because of a change in the meantime."""

    recorded: int
    refused: list[BadRow]


def plan_import(
    bank: TimeBank | None,
    rows: Sequence[ImportRow],
    *,
    now: datetime,
    community: NewCommunity = NewCommunity(),  # noqa: B008 - a tuple, never changed
    debit_limit_minutes: int | None = None,
) -> Plan:
    """Decide every row by the ledger's own rules, in order, each seeing those before it. Without a bank, plan for a new one.

    `debit_limit_minutes` is agreed first, because what people did elsewhere may be beyond the limit here.
    """
    agreements = bank.agreements if bank else Agreements()
    founds = None if agreements.is_founded else community
    existing = None if founds else bank
    if founds:
        agreements = Agreements(
            name=founds.name, time_zone=founds.time_zone, origin="new", categories=DEFAULT_CATEGORIES
        )
    kinds, new_kinds = _kinds(agreements, (row.category for row in rows))
    if len(agreements.categories) + len(new_kinds) > _MOST_KINDS:
        raise UnusableFile(
            f"The file contains {len(new_kinds)} new kinds of help, but a community can have at most {_MOST_KINDS}.",
            "Use broader kinds, or leave the category column out.",
        )
    people = find_people(existing, agreements, (text for row in rows for text in (row.giver, row.receiver)))
    limit = agreements.debit_limit_minutes if debit_limit_minutes is None else debit_limit_minutes
    by_then = msgspec.structs.replace(
        agreements, categories=(*agreements.categories, *new_kinds), debit_limit_minutes=limit
    )
    dry_run = DryRun(existing, by_then, people, kinds, agreements.local(now).date())
    accepted: list[ImportRow] = []
    bad: list[BadRow] = []
    already = 0
    numbers = number_equal_rows(rows, people.accounts)
    earlier = EarlierRows(existing) if existing else None
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        done = recorded_before(existing, batch, numbers, people.accounts) if existing else {}
        for row in batch:
            if row.key in done:
                is_there = dry_run.matches(row, done[row.key])
                refusal = "This row was imported before with different contents."
            else:
                is_there = earlier is not None and earlier.take(row, people.accounts, kinds[row.category])
                refusal = "" if is_there else dry_run.refusal(row)
            if is_there:
                already += 1
                continue
            if refusal:
                bad.append(BadRow(row.line, refusal))
            else:
                accepted.append(row)
    used = {kinds[row.category] for row in accepted}
    return Plan(
        founds=founds,
        debit_limit_minutes=debit_limit_minutes,
        people=people,
        kinds=kinds,
        new_kinds=[category for category in new_kinds if category.key in used],
        rows=accepted,
        numbers=numbers,
        already=already,
        bad=bad,
        beyond_limit=dry_run.beyond_limit,
    )


def carry_out(bank: TimeBank, plan: Plan, progress: Progress = lambda done, of: None) -> ImportOutcome:
    """Write what a plan says. Repeating it, or a part of it, adds nothing that is already there."""
    if plan.founds:
        bank.do(FoundCommunity(name=plan.founds.name, time_zone=plan.founds.time_zone), by=_host())
    agreements = bank.agreements
    if plan.debit_limit_minutes is not None:
        limits = AgreeOnLimits(
            debit_limit_minutes=plan.debit_limit_minutes, upper_limit_minutes=agreements.upper_limit_minutes
        )
        bank.do(limits, by=_host())
    if plan.new_kinds:
        added = (category for category in plan.new_kinds if category.key not in agreements.category_keys)
        bank.do(AgreeOnCategories(categories=(*agreements.categories, *added)), by=_host())
    accounts = plan.people.accounts | _invite(bank, plan.newcomers)
    sides = {accounts[person_key(text)] for row in plan.rows for text in (row.giver, row.receiver)}
    commands = commands_of(plan.rows, plan.numbers, accounts, make_secrets(bank.people, sides))
    refused: list[BadRow] = []
    for start in range(0, len(plan.rows), BATCH):
        batch = plan.rows[start : start + BATCH]
        requests = [
            bank.handler.request(_command(row, accounts, plan.kinds[row.category]), _host(commands[row.key]))
            for row in batch
        ]
        for row, outcome in zip(batch, bank.handler.do_all(requests), strict=True):
            if isinstance(outcome, Refusal):
                refused.append(BadRow(row.line, str(outcome)))
        progress(start + len(batch), len(plan.rows))
    return ImportOutcome(len(plan.rows) - len(refused), refused)


def _kinds(agreements: Agreements, texts: Iterable[str]) -> tuple[dict[str, CategoryKey], list[Category]]:
    """Return the key for each text, an agreed one if its key or label matches, and the kinds that are new."""
    agreed = {folded(category.label): category.key for category in agreements.categories}
    agreed |= {category.key: category.key for category in agreements.categories}
    kinds: dict[str, CategoryKey] = {}
    new: dict[CategoryKey, Category] = {}
    for text in dict.fromkeys(texts):
        label = text or _OTHER_HELP
        key = agreed.get(folded(label)) or _key_of(label)
        kinds[text] = key
        if key not in agreements.category_keys:
            new.setdefault(key, Category(key=key, label=label[:1].upper() + label[1:]))
    return kinds, list(new.values())


def _invite(bank: TimeBank, people: Sequence[Newcomer]) -> dict[str, AccountId]:
    """Invite and welcome people who were not invited by an earlier import. Return the accounts of all of them."""
    accounts: dict[str, AccountId] = {}
    for start in range(0, len(people), BATCH):
        batch = {person_key(person.text): person for person in people[start : start + BATCH]}
        members = remember_people(bank.people, batch, bank.handler.ids)
        secrets = make_secrets(bank.people, [AccountId(member) for member in members.values()])
        requests = [
            _invitation(person, members[key], secrets[AccountId(members[key])]) for key, person in batch.items()
        ]
        for key, outcome in zip(batch, bank.handler.do_all(requests), strict=True):
            if isinstance(outcome, Refusal):
                raise outcome
            accounts[key] = AccountId(outcome.fact(MemberInvited).member)
    return accounts


def _invitation(person: Newcomer, member: MemberId, secret: str) -> Request:
    invite = InviteMember(name=person.name, email=person.email, and_welcome=True)
    return Request(invite, _host(command_of([secret], ["invitation"])), lambda: member.removeprefix("m-"))


def _command(row: ImportRow, accounts: Mapping[str, AccountId], kind: CategoryKey) -> Command:
    """The command that records a row."""
    giver, receiver = MemberId(accounts[person_key(row.giver)]), accounts[person_key(row.receiver)]
    if row.kind == "gift":
        return RecordGift(giver=giver, receiver=receiver, category=kind, given_on=row.given_on, note=row.note)
    leg = help_given(giver, MemberId(receiver), row.minutes, kind)
    return ReportExchange(legs=(leg,), given_on=row.given_on, note=row.note)


def _host(command: CommandId | None = None) -> Caller:
    return Caller(command or new_command_id(), HOST, "import")


def _key_of(label: str) -> CategoryKey:
    """Make the key of a new kind of help: its label in plain letters, or a hash if it has none."""
    letters = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in folded(label))
    key = "-".join(part for part in letters.split("-") if part)[:40].strip("-")
    if is_category_key(key):
        return CategoryKey(key)
    return CategoryKey(f"kind-{hashlib.sha256(folded(label).encode()).hexdigest()[:10]}")
