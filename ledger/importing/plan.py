"""Taking in what was kept elsewhere: everything is decided before anything is written, and a second run adds nothing.

A plan reads; carrying it out writes. Each row and each person has a command id made from what cannot change between two
runs, so a run that was cut short is simply run again.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from ledger import tags
from ledger.agreements.commands import AgreeOnCategories, AgreeOnLimits, FoundCommunity
from ledger.agreements.facts import Category
from ledger.agreements.rules import DEFAULT_CATEGORIES, Agreements
from ledger.deciding.requests import Caller
from ledger.deciding.states import PastCommand
from ledger.identifiers import HOST, CategoryKey, new_command_id
from ledger.importing.people import NamedPeople, Newcomer, import_secret, invite, name_people, person_key
from ledger.importing.rows import ImportRow, category_key, command_of
from ledger.importing.sheets import BadRow, UnusableFile
from ledger.importing.trial import Trial, command_for
from ledger.personal_data.store import folded
from ledger.refusals import Refusal, sentence_of
from ledger.time_bank import TimeBank

AT_ONCE = 250
_MOST_KINDS = 100
_OTHER = "Other help"

Tell = Callable[[int, int], None]
"""Called with how many rows are done, and of how many."""


class NewCommunity(NamedTuple):
    """What a community is founded as when the place is empty."""

    name: str = "Imported community"
    time_zone: str = "UTC"


class Plan(NamedTuple):
    """What an import would do. Nothing was written for it."""

    founds: NewCommunity | None
    debit_limit_minutes: int | None
    people: NamedPeople
    kinds: dict[str, CategoryKey]
    new_kinds: list[Category]
    rows: list[ImportRow]
    already: int
    bad: list[BadRow]
    beyond_limit: bool = False

    @property
    def newcomers(self) -> list[Newcomer]:
        """The people to invite and welcome: those of rows that will be written."""
        needed = dict.fromkeys(person_key(text) for row in self.rows for text in (row.giver, row.receiver))
        return [self.people.new[key] for key in needed if key in self.people.new]


class Outcome(NamedTuple):
    """What an import did: rows recorded, and rows that a change in the meantime made impossible."""

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
    """Decides every row by the ledger's own rules, in order, each seeing those before it. Without a bank, for a new one.

    `debit_limit_minutes` is agreed upon first: what people did elsewhere may lie beyond the limit here.
    """
    agreements = bank.agreements if bank else Agreements()
    founds = None if agreements.is_founded else community
    origin = agreements.origin
    if founds:
        agreements = Agreements(
            name=founds.name, time_zone=founds.time_zone, origin="new", categories=DEFAULT_CATEGORIES
        )
    kinds, brought = _kinds(agreements, (row.category for row in rows))
    if len(agreements.categories) + len(brought) > _MOST_KINDS:
        raise UnusableFile(
            f"The file contains {len(brought)} new kinds of help, but a community can have at most {_MOST_KINDS}.",
            "Use broader kinds, or leave the category column out.",
        )
    people = name_people(
        bank if origin else None, agreements, (text for row in rows for text in (row.giver, row.receiver))
    )
    limit = agreements.debit_limit_minutes if debit_limit_minutes is None else debit_limit_minutes
    by_then = msgspec.structs.replace(
        agreements, categories=(*agreements.categories, *brought), debit_limit_minutes=limit
    )
    trial = Trial(bank if origin else None, by_then, people, kinds, agreements.local(now).date())
    plan = Plan(founds, debit_limit_minutes, people, kinds, [], [], 0, [])
    already = 0
    for start in range(0, len(rows), AT_ONCE):
        batch = rows[start : start + AT_ONCE]
        done = _done(bank, batch) if bank and origin else {}
        for row in batch:
            if row.key not in done:
                refusal = trial.refusal(row)
            elif trial.says_the_same(row, done[row.key]):
                already += 1
                continue
            else:
                refusal = "This row was imported before with different contents."
            if refusal:
                plan.bad.append(BadRow(row.line, refusal))
            else:
                plan.rows.append(row)
    used = {kinds[row.category] for row in plan.rows}
    new_kinds = [category for category in brought if category.key in used]
    return plan._replace(already=already, new_kinds=new_kinds, beyond_limit=trial.beyond_limit)


def carry_out(bank: TimeBank, plan: Plan, tell: Tell = lambda done, of: None) -> Outcome:
    """Writes a plan. A repeat, also of a part of it, adds nothing that is already there."""
    if plan.founds:
        bank.do(FoundCommunity(name=plan.founds.name, time_zone=plan.founds.time_zone), by=_host())
    agreements = bank.agreements
    if plan.debit_limit_minutes is not None:
        limits = AgreeOnLimits(
            debit_limit_minutes=plan.debit_limit_minutes, upper_limit_minutes=agreements.upper_limit_minutes
        )
        bank.do(limits, by=_host())
    if plan.new_kinds:
        kinds = {category.key: category for category in (*plan.new_kinds, *agreements.categories)}
        ordered = dict.fromkeys(category.key for category in (*agreements.categories, *plan.new_kinds))
        bank.do(AgreeOnCategories(categories=tuple(kinds[key] for key in ordered)), by=_host())
    accounts = plan.people.accounts | invite(bank, plan.newcomers)
    secret = import_secret(bank)
    refused: list[BadRow] = []
    for start in range(0, len(plan.rows), AT_ONCE):
        batch = plan.rows[start : start + AT_ONCE]
        requests = [
            bank.handler.request(
                command_for(row, accounts, plan.kinds[row.category]),
                Caller(command_of(secret, row.key), HOST, "import"),
            )
            for row in batch
        ]
        for row, outcome in zip(batch, bank.handler.do_all(requests), strict=True):
            if isinstance(outcome, Refusal):
                refused.append(BadRow(row.line, sentence_of(outcome)))
        tell(start + len(batch), len(plan.rows))
    return Outcome(len(plan.rows) - len(refused), refused)


def _kinds(agreements: Agreements, texts: Iterable[str]) -> tuple[dict[str, CategoryKey], list[Category]]:
    """The key that each text stands for, an agreed one if its key or label says so; and the kinds that are new."""
    agreed = {folded(category.label): category.key for category in agreements.categories}
    agreed |= {category.key: category.key for category in agreements.categories}
    kinds: dict[str, CategoryKey] = {}
    brought: dict[CategoryKey, Category] = {}
    for text in dict.fromkeys(texts):
        label = text or _OTHER
        key = agreed.get(folded(label)) or category_key(label)
        kinds[text] = key
        if key not in agreements.category_keys:
            brought.setdefault(key, Category(key=key, label=label[:1].upper() + label[1:]))
    return kinds, list(brought.values())


def _done(bank: TimeBank, rows: Sequence[ImportRow]) -> dict[tuple[str, ...], PastCommand]:
    """What the rows led to in earlier runs, for those that did."""
    secret = import_secret(bank)
    commands = {row.key: command_of(secret, row.key) for row in rows}
    known = bank.handler.context([tags.command(command) for command in commands.values()])
    done = {key: known.done(command) for key, command in commands.items()}
    return {key: before for key, before in done.items() if before.happened}


def _host() -> Caller:
    return Caller(new_command_id(), HOST, "import")
