"""The people of an imported file: those who are here already, those to invite, and those who cannot be told."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

from ledger import tags
from ledger.agreements.rules import Agreements
from ledger.deciding.requests import Caller
from ledger.identifiers import COMMUNITY, HOST, AccountId, CommandId, MemberId, is_identifier
from ledger.importing.rows import command_of
from ledger.members.commands import LONGEST_NAME, InviteMember
from ledger.members.facts import MemberInvited
from ledger.personal_data.search import FoundAccount, find_all
from ledger.personal_data.store import as_address, folded
from ledger.refusals import Refusal, UnknownMember, WordsTooLong, WordsUnreadable
from ledger.time_bank import TimeBank

_AT_ONCE = 400


class Newcomer(NamedTuple):
    """Somebody to invite: what the file calls them, and their address when it gave that instead of a name."""

    name: str
    email: str = ""


class NamedPeople(NamedTuple):
    """Everybody whom a file names, by `person_key`: accounts that exist, people to invite, and what is wrong."""

    accounts: dict[str, AccountId]
    new: dict[str, Newcomer]
    wrong: dict[str, str]


def person_key(text: str) -> str:
    """What is equal for all ways to write one person in one file: capitals, spaces, and marks of a name do not matter."""
    return as_address(text) if "@" in text else folded(text)


def name_people(bank: TimeBank | None, agreements: Agreements, texts: Iterable[str]) -> NamedPeople:
    """Who is meant: whom an earlier import brought under this text, else who has this identifier, address or name."""
    named = NamedPeople({}, {}, {})
    by_key = {person_key(text): text for text in texts}
    known = _imported_before(bank if agreements.origin else None, by_key)
    found = find_all(bank, by_key.values()) if bank else {}
    for key, text in by_key.items():
        matches = found.get(text, [])
        if key in known:
            named.accounts[key] = known[key]
        elif len(matches) == 1:
            named.accounts[key] = matches[0].account
        elif matches:
            named.wrong[key] = _ambiguous(text, matches)
        elif key in (COMMUNITY, folded(agreements.name)):
            named.accounts[key] = COMMUNITY
        elif wrong := _unfit(text):
            named.wrong[key] = wrong
        else:
            named.new[key] = _person(text)
    return named


def invite(bank: TimeBank, people: Sequence[Newcomer]) -> dict[str, AccountId]:
    """Invites and welcomes people, once in this community's life for each text; answers their accounts by it."""
    accounts: dict[str, AccountId] = {}
    secret = import_secret(bank)
    waiting = iter(people)
    while batch := list(islice(waiting, _AT_ONCE)):
        requests = [
            bank.handler.request(
                InviteMember(name=person.name, email=person.email, and_welcome=True),
                Caller(_command_of(secret, _text(person)), HOST, "import"),
            )
            for person in batch
        ]
        for person, outcome in zip(batch, bank.handler.do_all(requests), strict=True):
            if isinstance(outcome, Refusal):
                raise outcome
            accounts[person_key(_text(person))] = AccountId(outcome.fact(MemberInvited).member)
    return accounts


def import_secret(bank: TimeBank) -> str:
    """What makes the command ids of imported rows and people this community's own."""
    return bank.people.secret("import")


def _imported_before(bank: TimeBank | None, keys: Iterable[str]) -> dict[str, AccountId]:
    before: dict[str, AccountId] = {}
    if bank is None:
        return before
    secret = import_secret(bank)
    waiting = iter(keys)
    while batch := list(islice(waiting, _AT_ONCE)):
        commands = {key: _command_of(secret, key) for key in batch}
        known = bank.handler.context([tags.command(command) for command in commands.values()])
        for key, command in commands.items():
            for fact in known.done(command).facts:
                if isinstance(fact, MemberInvited):
                    before[key] = AccountId(fact.member)
    return before


def _command_of(secret: str, text: str) -> CommandId:
    return command_of(secret, ("person", person_key(text)))


def _text(person: Newcomer) -> str:
    return person.email or person.name


def _person(text: str) -> Newcomer:
    """An address instead of a name: nobody should read it on a page, so they are called by what stands before the @."""
    before, at, after = text.partition("@")
    if before and at and "." in after and " " not in text:
        return Newcomer(before, text)
    return Newcomer(" ".join(text.split()))


def _unfit(text: str) -> str:
    if is_identifier(text):
        return UnknownMember.sentence
    if len(text) > LONGEST_NAME:
        return f"“{text[:40]}…” is too long for a name. " + str(WordsTooLong(limit=LONGEST_NAME))
    return str(WordsUnreadable()) if any(sign in text for sign in "\t\r\n") else ""


def _ambiguous(text: str, matches: Sequence[FoundAccount]) -> str:
    who = ", ".join(sorted(MemberId(match.account) for match in matches))
    return f"“{text}” matches {len(matches)} people ({who}). Use the identifier of the person you mean."
