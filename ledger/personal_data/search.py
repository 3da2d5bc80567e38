"""Search for people and groups by identifier, email address or name."""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

import sqlalchemy as sa

from ledger import tags
from ledger.identifiers import AccountId, MemberId, is_group, is_identifier, is_member
from ledger.log.entry import decode
from ledger.personal_data.spelling import as_address, displayed, folded
from ledger.personal_data.store import PERSONAL_TEXTS
from ledger.time_bank import TimeBank

_BATCH = 400
_LIMIT = 20


class FoundAccount(NamedTuple):
    """A member or a group, with their name; empty if it was erased."""

    account: AccountId
    name: str


def find_all(bank: TimeBank, texts: Iterable[str]) -> dict[str, list[FoundAccount]]:
    """Find for each text the accounts with this identifier, address or full name, ignoring accents and capitals.

    Names and addresses are only valid if the log has a commitment to them.
    """
    found: dict[str, dict[AccountId, FoundAccount]] = {text: {} for text in texts}
    identified = [text for text in found if is_identifier(text)]
    sought: dict[tuple[str, str], list[str]] = {}
    for text in found:
        sought.setdefault(("name", folded(text)), []).append(text)
        sought.setdefault(("email", as_address(text)), []).append(text)
    rows = _rows(bank, sought)
    sealed = _sealed(bank, {*(row.subject for row in rows), *identified})
    for row in rows:
        if row.commitment in sealed[row.subject]:
            for text in sought[row.field, row.folded]:
                found[text][AccountId(row.subject)] = FoundAccount(AccountId(row.subject), _name(bank, row))
    for text in identified:
        if sealed[text]:
            found[text][AccountId(text)] = FoundAccount(AccountId(text), next(iter(bank.people.of(text, "name")), ""))
    return {text: list(matches.values()) for text, matches in found.items()}


def find_members(bank: TimeBank, text: str) -> list[FoundAccount]:
    """Find members by identifier, address or full name, or else those whose name contains the text."""
    found = [match for match in find_all(bank, [text])[text] if is_member(match.account)]
    if found or not text.strip():
        return found
    near = bank.people.named(text, limit=_LIMIT)
    sealed = _sealed(bank, {row.subject for row in near})
    return [FoundAccount(AccountId(row.subject), row.name) for row in near if row.commitment in sealed[row.subject]]


def look_alikes(bank: TimeBank, names: Mapping[MemberId, str]) -> dict[MemberId, list[FoundAccount]]:
    """Find, for members by identifier and name, the others whose name looks the same, whatever characters it consists of."""
    alike: dict[str, list[_Row]] = {}
    for row in _rows(bank, {("name", folded(name)) for name in names.values()}):
        if is_member(row.subject):
            alike.setdefault(displayed(row.value), []).append(row)
    others = {who: [row for row in alike.get(displayed(names[who]), ()) if row.subject != who] for who in names}
    sealed = _sealed(bank, {row.subject for rows in others.values() for row in rows})
    return {
        who: [FoundAccount(AccountId(row.subject), row.value) for row in rows if row.commitment in sealed[row.subject]]
        for who, rows in others.items()
    }


class _Row(NamedTuple):
    subject: str
    field: str
    commitment: str
    value: str
    folded: str


def _rows(bank: TimeBank, sought: Iterable[tuple[str, str]]) -> list[_Row]:
    wanted = sorted((field, text) for field, text in sought if text)
    columns = [PERSONAL_TEXTS.c[name] for name in _Row._fields]
    searched = sa.tuple_(PERSONAL_TEXTS.c.field, PERSONAL_TEXTS.c.folded)
    rows: list[_Row] = []
    with bank.people.engine.connect() as connection:
        for start in range(0, len(wanted), _BATCH):
            query = sa.select(*columns).where(searched.in_(wanted[start : start + _BATCH]))
            rows.extend(_Row(*row) for row in connection.execute(query))
    return rows


def _sealed(bank: TimeBank, identifiers: Collection[str]) -> dict[str, frozenset[str]]:
    """Return the commitments in the entries of each identifier; empty if the log does not know it."""
    by_tag = {tags.member(each): each for each in identifiers if is_member(each)}
    by_tag |= {tags.group(each): each for each in identifiers if is_group(each)}
    sealed = {identifier: frozenset[str]() for identifier in identifiers}
    wanted = list(by_tag)
    for start in range(0, len(wanted), _BATCH):
        entries, _ = bank.log.read(dict.fromkeys(wanted[start : start + _BATCH], 0))
        for stored in entries:
            commitments = frozenset(decode(stored.data).sealed.values())
            for tag in by_tag.keys() & stored.tags:
                sealed[by_tag[tag]] |= commitments
    return sealed


def _name(bank: TimeBank, row: _Row) -> str:
    return row.value if row.field == "name" else next(iter(bank.people.of(row.subject, "name")), "")
