"""Imports, as the personal data remembers them: under which text a file named someone, and a random secret of each account.

Command ids of imported entries are derived from these secrets, never from names. Both are rows about the person, so they go when
the person is erased, and nothing is left that a guessed name could be tried against.
"""

import hmac
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice

import msgspec
import sqlalchemy as sa

from ledger import tags
from ledger.identifiers import AccountId, CommandId, Ids, MemberId
from ledger.log.entry import decode
from ledger.log.places import creating
from ledger.log.store import Log
from ledger.members.facts import MemberInvited
from ledger.personal_data.erasing import clean
from ledger.personal_data.spelling import as_address, folded
from ledger.personal_data.store import FORGOTTEN, IMPORTED, PERSONAL_TEXTS, RANDOM, PersonalData, PersonalText

_BATCH = 400
_SUBJECT, _FIELD = PERSONAL_TEXTS.c.subject, PERSONAL_TEXTS.c.field
_OLD_SUBJECT = "import"
_OLD_COMMAND = re.compile(r"import:[0-9a-f]{48}")


def person_key(text: str) -> str:
    """Return a key that is the same however a file writes one person: case, spaces and accents make no difference."""
    return as_address(text) if "@" in text else folded(text)


def command_of(secrets: Iterable[str], key: Iterable[str]) -> CommandId:
    """Return the command id of something imported about these accounts: the same in every run, as long as none of them is erased."""
    digest = hmac.digest("".join(secrets).encode(), msgspec.json.encode(tuple(key)), "sha256").hex()
    return CommandId(f"import:2:{digest[:48]}")


def is_old_command(command: CommandId) -> bool:
    """Whether this is the id of an imported entry from before ids were derived from secrets of accounts."""
    return _OLD_COMMAND.fullmatch(command) is not None


def people_named(people: PersonalData, keys: Collection[str]) -> dict[str, MemberId]:
    """Return the members whom imports have invited, or were about to invite, by key."""
    with people.engine.connect() as connection:
        return _people_named(connection, keys)


def remember_people(people: PersonalData, keys: Collection[str], ids: Ids) -> dict[str, MemberId]:
    """Return the members of these keys. Those that are new get a random identifier, before they are invited."""
    with creating(people.engine) as connection:
        known = _people_named(connection, keys)
        new = {key: MemberId(f"m-{ids()}") for key in keys if key not in known}
        people.insert(connection, [PersonalText(member, IMPORTED, key) for key, member in new.items()])
    return known | new


def secrets_of(people: PersonalData, accounts: Collection[AccountId]) -> dict[AccountId, str]:
    """Return the secrets of these accounts, if they have one."""
    with people.engine.connect() as connection:
        return _secrets_of(connection, accounts)


def make_secrets(people: PersonalData, accounts: Collection[AccountId]) -> dict[AccountId, str]:
    """Return the secrets of these accounts, and make those that are missing."""
    with creating(people.engine) as connection:
        known = _secrets_of(connection, accounts)
        new = [people.random_text(account) for account in dict.fromkeys(accounts) if account not in known]
        people.insert(connection, new)
    return known | {AccountId(row.subject): row.text for row in new}


def sweep_people(log: Log, people: PersonalData) -> int:
    """Delete what imports remember of people whom they never invited, because they were killed. Return how many people."""
    with people.engine.connect() as connection:
        query = sa.select(_SUBJECT).where(_FIELD == IMPORTED, people.is_settled)
        subjects = list(connection.execute(query).scalars())
    unknown: set[str] = set()
    for batch in _batches(subjects):
        entries, _ = log.read({tags.member(MemberId(subject)): 0 for subject in batch})
        found = {tag for entry in entries for tag in entry.tags}
        unknown.update(subject for subject in batch if tags.member(MemberId(subject)) not in found)
    with people.engine.execution_options(writes=True).begin() as connection:
        for batch in _batches(unknown):
            connection.execute(sa.delete(PERSONAL_TEXTS).where(_SUBJECT.in_(batch), _FIELD.in_((IMPORTED, RANDOM))))
    return len(unknown)


def drop_old_secret(log: Log, people: PersonalData) -> None:
    """Delete the secret that earlier versions derived command ids from names with, so that nobody can try names against them.

    People whom those imports invited, and who were not erased, are remembered instead. Their rows are recognised by contents from
    then on, see `ledger.importing.earlier`.
    """
    secret = min(people.of(_OLD_SUBJECT, RANDOM), default="")
    if not secret:
        return
    commands: dict[str, CommandId] = {}
    for _, data in log.scan():
        if b'"via":"import"' in data and b'"member-invited"' in data:
            entry = decode(data)
            if isinstance(entry.data, MemberInvited):
                commands[entry.data.member] = entry.cmd
    with creating(people.engine) as connection:
        named = [
            PersonalText(row.subject, IMPORTED, person_key(row.value))
            for batch in _batches(commands)
            for row in connection.execute(
                sa.select(_SUBJECT, PERSONAL_TEXTS.c.value, PERSONAL_TEXTS.c.folded).where(
                    _SUBJECT.in_(batch), _FIELD.in_(("name", "email"))
                )
            ).all()
            if _old_command(secret, ("person", row.folded)) == commands[row.subject]
        ]
        known = _people_named(connection, [row.text for row in named])
        people.insert(connection, [row for row in named if row.text not in known])
        connection.execute(sa.delete(PERSONAL_TEXTS).where(_SUBJECT == _OLD_SUBJECT, _FIELD == RANDOM))
        connection.execute(sa.update(FORGOTTEN).values(is_clean=0))
    clean(people.engine)


def _old_command(secret: str, key: tuple[str, ...]) -> str:
    return f"import:{hmac.digest(secret.encode(), msgspec.json.encode(key), 'sha256').hex()[:48]}"


def _people_named(connection: sa.Connection, keys: Collection[str]) -> dict[str, MemberId]:
    found: dict[str, MemberId] = {}
    for batch in _batches(keys):
        query = sa.select(PERSONAL_TEXTS.c.folded, _SUBJECT).where(
            _FIELD == IMPORTED, PERSONAL_TEXTS.c.folded.in_(batch)
        )
        found.update((row.folded, MemberId(row.subject)) for row in connection.execute(query.order_by(_SUBJECT.desc())))
    return found


def _secrets_of(connection: sa.Connection, accounts: Collection[AccountId]) -> dict[AccountId, str]:
    found: dict[AccountId, str] = {}
    for batch in _batches(accounts):
        query = sa.select(_SUBJECT, PERSONAL_TEXTS.c.value).where(_SUBJECT.in_(batch), _FIELD == RANDOM)
        found.update((AccountId(row.subject), row.value) for row in connection.execute(query))
    return found


def _batches(values: Iterable[str] | Mapping[str, object]) -> Iterator[list[str]]:
    rest = iter(values)
    while batch := list(islice(rest, _BATCH)):
        yield batch
