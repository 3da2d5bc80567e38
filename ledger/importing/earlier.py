"""Recognises rows that an earlier run recorded, so that no file counts twice.

A row has a command id made from the secrets of both accounts, which goes when one of them is erased. Rows with someone who was
erased since, and rows that versions before these ids recorded, are recognised by what their entries say. A name that nobody has
any more stands for everyone who was erased: somebody who tries out a name learns nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ledger import tags
from ledger.deciding.context import PastCommand
from ledger.erasure.facts import PersonalDataErased
from ledger.exchanges.facts import ExchangeReported
from ledger.gifts.facts import GiftRecorded
from ledger.identifiers import AccountId, CategoryKey, CommandId
from ledger.importing.rows import ImportRow
from ledger.log.entry import decode
from ledger.personal_data.imported import command_of, is_old_command, person_key, secrets_of
from ledger.time_bank import TimeBank

Key = tuple[str, ...]


def number_equal_rows(rows: Iterable[ImportRow], accounts: Mapping[str, AccountId]) -> dict[Key, int]:
    """Return for each row how many rows before it say the same about the same people."""
    equal: Counter[tuple[object, ...]] = Counter()
    numbers: dict[Key, int] = {}
    for row in rows:
        sides = (accounts.get(key := person_key(text), key) for text in (row.giver, row.receiver))
        content = (*sides, row.kind, row.given_on, row.minutes, row.category, row.note)
        numbers[row.key] = equal[content]
        equal[content] += 1
    return numbers


def commands_of(
    rows: Iterable[ImportRow],
    numbers: Mapping[Key, int],
    accounts: Mapping[str, AccountId],
    secrets: Mapping[AccountId, str],
) -> dict[Key, CommandId]:
    """Return the command ids of those rows whose accounts have secrets, by key of the row."""
    commands: dict[Key, CommandId] = {}
    for row in rows:
        sides = [accounts.get(person_key(text), AccountId("")) for text in (row.giver, row.receiver)]
        if all(side in secrets for side in sides):
            commands[row.key] = command_of((secrets[side] for side in sides), _identity(row, numbers[row.key]))
    return commands


def _identity(row: ImportRow, number: int) -> Key:
    if row.reference:
        return (row.kind, "reference", row.reference)
    return (row.kind, row.given_on.isoformat(), str(row.minutes), row.category, row.note, str(number))


def recorded_before(
    bank: TimeBank, rows: Sequence[ImportRow], numbers: Mapping[Key, int], accounts: Mapping[str, AccountId]
) -> dict[Key, PastCommand]:
    """Return what earlier runs recorded under the command ids of these rows, by key of the row."""
    sides = {
        accounts[key] for row in rows for text in (row.giver, row.receiver) if (key := person_key(text)) in accounts
    }
    commands = commands_of(rows, numbers, accounts, secrets_of(bank.people, sides))
    context = bank.handler.context([tags.command(command) for command in commands.values()])
    done = {key: context.past_command(command) for key, command in commands.items()}
    return {key: before for key, before in done.items() if before.facts}


class _Contents(NamedTuple):
    """What an entry says about a row. A side that was erased is empty."""

    kind: str
    giver: str
    receiver: str
    category: str
    given_on: str
    minutes: int


class EarlierRows:
    """Imported entries that no command id leads to any more. Each stands for one row."""

    def __init__(self, bank: TimeBank) -> None:
        self._people = bank.people
        self._notes: dict[_Contents, list[str]] = {}
        erasures, _ = bank.log.read({tags.ERASURES: 0})
        facts = (decode(stored.data).data for stored in erasures)
        erased = {fact.member for fact in facts if isinstance(fact, PersonalDataErased)}
        for _, data in bank.log.scan():
            if b'"via":"import"' not in data:
                continue
            entry = decode(data)
            match entry.data:
                case ExchangeReported(legs=(leg,)) as reported:
                    kind, given_on, giver, receiver = "help", reported.given_on, leg.giver, leg.receiver
                    category, minutes = leg.category, leg.minutes
                case GiftRecorded() as gift:
                    kind, given_on, giver, receiver = "gift", gift.given_on, gift.giver, gift.receiver
                    category, minutes = gift.category, 0
                case _:
                    continue
            giver, receiver = ("" if side in erased else side for side in (giver, receiver))
            if is_old_command(entry.cmd) or not (giver and receiver):
                contents = _Contents(kind, giver, receiver, category, given_on.isoformat(), minutes)
                self._notes.setdefault(contents, []).append(entry.sealed.get("note", ""))

    def take(self, row: ImportRow, accounts: Mapping[str, AccountId], category: CategoryKey) -> bool:
        """Whether an entry that stands for no row yet says what this row says. It stands for this row from then on."""
        giver, receiver = (accounts.get(person_key(text), "") for text in (row.giver, row.receiver))
        notes = self._notes.get(
            _Contents(row.kind, giver, receiver, category, row.given_on.isoformat(), row.minutes), []
        )
        for commitment in notes:
            if not (row.note and commitment) or self._people.says_the_same(commitment, row.note):
                notes.remove(commitment)
                return True
        return False
