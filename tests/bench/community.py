"""A generated community of a given size, ready to be measured: its log, its people, its read models."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from ledger.agreements.commands import FoundCommunity
from ledger.deciding.requests import Caller
from ledger.identifiers import HOST, MemberId, new_command_id
from ledger.members.facts import MemberInvited
from ledger.personal_data.store import PersonalText
from ledger.time_bank import TimeBank
from projections.views import Views
from tests.bench import logs

BEFORE = datetime(2017, 1, 1, tzinfo=UTC)
"""The community is founded before its first entry. Older entries are imported, and their months close later."""


def found(url: str, entries: int) -> MemberId:
    """Found a community with about this many entries in its log. Return its coordinator."""
    with TimeBank.open(url, clock=lambda: BEFORE) as bank:
        chidi = (
            bank.do(
                FoundCommunity(name="Bench", time_zone="UTC", coordinator="Chidi Obi"),
                by=Caller(id=new_command_id(), by=HOST, via="cli"),
            )
            .fact(MemberInvited)
            .member
        )
        assert chidi is not None, "a coordinator was named"
        if entries:
            people = [logs.member(number) for number in range(logs.people_for(entries))]
            names = bank.people.seal([PersonalText(one, "name", f"Neighbour {one}") for one in people])
            logs.fill(bank.log, logs.rows(entries, names=dict(zip(people, names, strict=True))))
        return chidi


def sized(folder: Path, entries: int) -> str:
    """The URL of a SQLite community with about this many entries; made once in a run, because a large one takes a minute."""
    url = url_of(folder / f"sized-{entries}")
    if not (folder / f"sized-{entries}").exists():
        found(url, entries)
    return url


def peopled(folder: Path, people: int) -> str:
    """The URL of a SQLite community of this many people after a year. Made once in a run."""
    url = url_of(folder / f"peopled-{people}")
    if not (folder / f"peopled-{people}").exists():
        found(url, 0)
        with opened(url) as bank:
            logs.fill(bank.log, logs.rows_of(people))
    return url


def coordinator_of(bank: TimeBank) -> MemberId:
    """The coordinator of a generated community."""
    (coordinator,) = bank.handler.context(["coordinators"]).coordinators.since
    return coordinator


@contextmanager
def opened(url: str) -> Generator[TimeBank]:
    """Open the time bank, and close it at the end."""
    bank = TimeBank.open(url)
    try:
        yield bank
    finally:
        bank.close()


def project(url: str) -> None:
    """Bring the read models of a community up to date with its log."""
    with opened(url) as bank:
        views = Views.open(bank.place, bank.log)
        views.catch_up()
        views.close()


def url_of(folder: Path) -> str:
    """The URL of a SQLite folder."""
    return f"sqlite:///{folder}"
