"""Somebody with the keys to the database changes the log's tables in plain SQL, with the guards taken down: every time, a host or an
auditor is told, and which entry it concerns.

Three doors are tried after each change: `hours seal`, `hours bundle` with `hours verify`, and `hours doctor`. What the seal does
not cover, because no proof rests on it (the column of kinds, the tags, the positions), the doctor finds.
"""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from click.testing import CliRunner, Result

from tests import providing
from tests.cast import founded
from tests.ledger.seal.conftest import live_a_little
from web.commands.main import hours

Change = Callable[["Community"], object]

SETTLED = 16
"""The entry that every change is about: an exchange of ninety minutes that was settled."""


class Names(NamedTuple):
    """What the tables and their columns are called in one database."""

    entries: str
    position: str
    columns: str
    tags: str
    entry: str
    no_tags: str
    no_data: str
    a_blob: str
    known: str


SQLITE = Names("entries", "position", "(position, type, data, tags)", "tags", "position", "'[]'", "x''", "?", "known")
POSTGRESQL = Names(
    "log.dcb_events_tt_main",
    "id",
    "(id, type, data, tags)",
    "log.dcb_events_tt_tag",
    "main_id",
    "'{}'",
    "''",
    "%s",
    "log.known",
)


class Community:
    """A sealed community whose tables strangers change, and that is put back as it was."""

    def __init__(self, url: str, folder: Path, names: Names) -> None:
        self.url = url
        self.names = names
        self.seal = folder / "seal"
        self._sealed = folder / "sealed"
        with founded(url) as bank:
            live_a_little(bank)
            self.size = len(list(bank.log.scan()))
        assert self.hours("seal").exit_code == 0
        shutil.copytree(self.seal, self._sealed)
        self.change("CREATE TABLE kept_entries AS SELECT * FROM {entries}")
        self.change("CREATE TABLE kept_tags AS SELECT * FROM {tags}")

    def hours(self, *words: str | Path) -> Result:
        """Calls the command as a host would."""
        called = CliRunner(env={"HOURS_SEAL": str(self.seal)})
        return called.invoke(hours, ["--database", self.url, *map(str, words)])

    def change(self, *orders: str, given: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Plain SQL behind the back of the program, past its guards; answers what the last order found."""
        words = [order.format(**self.names._asdict(), at=SETTLED) for order in orders]
        if self.url.startswith("sqlite"):
            with closing(sqlite3.connect(Path(self.url.removeprefix("sqlite:///")) / "log.db")) as stranger:
                for (guard,) in stranger.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                    stranger.execute(f"DROP TRIGGER {guard}")
                answers = [stranger.execute(order, given).fetchall() for order in words]
                stranger.commit()
                return answers[-1]
        with psycopg.connect(self.url) as stranger:
            for table in (self.names.entries, self.names.tags):
                stranger.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL".encode())
            cursors = [stranger.execute(order.encode(), given or None) for order in words]
            return cursors[-1].fetchall() if cursors[-1].description else []

    def put_back(self) -> None:
        """As it was before anybody changed it; also what was sealed."""
        self.change(
            "DELETE FROM {tags}",
            "DELETE FROM {entries}",
            "INSERT INTO {entries} SELECT * FROM kept_entries",
            "INSERT INTO {tags} SELECT * FROM kept_tags",
        )
        shutil.rmtree(self.seal)
        shutil.copytree(self._sealed, self.seal)

    def problems(self) -> dict[str, str]:
        """What the doctor finds wrong; its exit code says whether there is anything."""
        looked = self.hours("doctor", "--all", "--format", "json")
        found = {line["looked_at"]: line["found"] for line in json.loads(looked.stdout) if line["state"] == "problem"}
        assert looked.exit_code == (1 if found else 0)
        return found


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Community:
    """The community in files."""
    folder = tmp_path_factory.mktemp("changed")
    return Community(f"sqlite:///{folder / 'data'}", folder, SQLITE)


@pytest.fixture(scope="module")
def on_postgresql(postgresql: providing.PostgreSQL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Community]:
    """The community in a database."""
    with postgresql.fresh_database() as url:
        yield Community(url, tmp_path_factory.mktemp("changed"), POSTGRESQL)


@pytest.fixture(params=["sqlite", "postgresql"])
def community(request: pytest.FixtureRequest) -> Iterator[Community]:
    """One for all tests on a database; each finds it as it was sealed."""
    one: Community = request.getfixturevalue(f"on_{request.param}")
    yield one
    one.put_back()


def rewritten(old: bytes, new: bytes) -> Change:
    """The bytes of the entry, with something else in them."""

    def change(there: Community) -> None:
        ((data,),) = there.change("SELECT data FROM {entries} WHERE {position} = {at}")
        assert old in data
        changed = bytes(data).replace(old, new, 1)
        there.change("UPDATE {entries} SET data = {a_blob} WHERE {position} = {at}", given=[changed])

    return change


def told(*orders: str) -> Change:
    """These orders, one after the other."""
    return lambda there: there.change(*orders)


ENTRY_16 = "Entry 16 has changed"
LATER = "UPDATE {entries} SET {position} = {position} + 1000 WHERE {position} > {at}"
BACK_AGAIN = "UPDATE {entries} SET {position} = {position} - 999 WHERE {position} > 1000"

OF_THE_BOOK: Mapping[str, tuple[Change, str]] = {
    "a minute more": (rewritten(b'"minutes":90', b'"minutes":91'), ENTRY_16),
    "another giver": (rewritten(b'"giver":"m-ana"', b'"giver":"m-chidi"'), ENTRY_16),
    "another actor": (rewritten(b'"actor":"m-bo"', b'"actor":"m-ana"'), ENTRY_16),
    "another moment": (rewritten(b"T10:30:00", b"T10:30:01"), ENTRY_16),
    "another day": (rewritten(b'"given_on":"2026-03-14"', b'"given_on":"2026-03-13"'), ENTRY_16),
    "another kind": (rewritten(b"exchange-settled", b"exchange-declined"), ENTRY_16),
    "another command": (rewritten(b'"cmd":"', b'"cmd":"x'), ENTRY_16),
    "another nonce": (rewritten(b'"nonce":"', b'"nonce":"0'), ENTRY_16),
    "another spelling of the same": (rewritten(b'{"actor"', b'{ "actor"'), ENTRY_16),
    "a line's end behind it": (rewritten(b'"}', b'"}\n'), ENTRY_16),
    "a byte that is no text": (rewritten(b"web", b"w\xffb"), ENTRY_16),
    "one bit": (rewritten(b"garden", b"gardeo"), ENTRY_16),
    "nothing left of it": (told("UPDATE {entries} SET data = {no_data} WHERE {position} = {at}"), ENTRY_16),
    "taken out": (told("DELETE FROM {entries} WHERE {position} = {at}"), ENTRY_16),
    "the first taken out": (told("DELETE FROM {entries} WHERE {position} = 1"), "Entry 1 has changed"),
    "one put in between": (
        told(
            LATER,
            BACK_AGAIN,
            "INSERT INTO {entries} {columns} SELECT {at} + 1, type, data, tags FROM {entries} WHERE {position} = 2",
        ),
        "Entry 17 has changed",
    ),
    "two in each other's place": (
        told(
            "UPDATE {entries} SET {position} = -1 WHERE {position} = {at}",
            "UPDATE {entries} SET {position} = {at} WHERE {position} = {at} + 1",
            "UPDATE {entries} SET {position} = {at} + 1 WHERE {position} = -1",
        ),
        ENTRY_16,
    ),
    "moved to the end": (told("UPDATE {entries} SET {position} = 1000 WHERE {position} = {at}"), ENTRY_16),
    "the tail cut off": (told("DELETE FROM {entries} WHERE {position} >= {at}"), "16 to 24 are missing"),
}
"""What a stranger does to the entries themselves, and what is said of it at each door."""


@pytest.mark.parametrize("change", OF_THE_BOOK)
def test_every_command_names_a_sealed_entry_that_was_changed(community: Community, tmp_path: Path, change: str) -> None:
    do, words = OF_THE_BOOK[change]
    do(community)

    sealing = community.hours("seal")
    bundling = community.hours("bundle", tmp_path / "bundle")
    found = community.problems()
    shutil.rmtree(next(community.seal.glob("*/tree")))
    without_cache = community.hours("seal")

    assert (sealing.exit_code, without_cache.exit_code, bundling.exit_code) == (1, 1, 1)
    assert words in sealing.stderr, sealing.stderr
    assert words in " ".join(found.values()), found
    assert not (tmp_path / "bundle").exists()


def test_an_emptied_log_cannot_be_sealed(community: Community) -> None:
    community.change("DELETE FROM {entries}")

    assert community.hours("seal").exit_code == 1 and "The log is empty" in community.hours("seal").stderr
    assert "no community" in community.problems()["community"]


THE_ENTRY = "at position 16 is indexed under different tags"
ITS_TAGS = "FROM {tags} WHERE {entry} = {at} AND tag = 'account:m-bo'"

OUTSIDE_THE_SEAL: Mapping[str, tuple[Change, str]] = {
    "another kind in its column": (
        told("UPDATE {entries} SET type = 'exchange-declined' WHERE {position} = {at}"),
        THE_ENTRY,
    ),
    "its own tags gone": (told("UPDATE {entries} SET tags = {no_tags} WHERE {position} = {at}"), THE_ENTRY),
    "one row of tags gone": (told("DELETE " + ITS_TAGS), THE_ENTRY),
    "both gone": (
        told(
            "DELETE FROM {tags} WHERE {entry} = {at}", "UPDATE {entries} SET tags = {no_tags} WHERE {position} = {at}"
        ),
        THE_ENTRY,
    ),
    "a tag of somebody else": (
        told("UPDATE {tags} SET tag = 'account:m-ruth' WHERE {entry} = {at} AND tag = 'account:m-bo'"),
        THE_ENTRY,
    ),
    "a tag too many": (told("INSERT INTO {tags} (tag, {entry}) VALUES ('account:m-ruth', {at})"), THE_ENTRY),
    "a tag that leads to another entry": (
        told("UPDATE {tags} SET {entry} = 2 WHERE {entry} = {at} AND tag = 'account:m-bo'"),
        "at position 2 is indexed",
    ),
    "its command forgotten": (told("DELETE FROM {tags} WHERE {entry} = {at} AND tag LIKE 'command:%'"), THE_ENTRY),
    "all rows of tags gone": (told("DELETE FROM {tags}"), "at position 1 is indexed"),
    "all moved, and their tags left behind": (
        told("UPDATE {entries} SET {position} = {position} + 1000"),
        "at position 1 is indexed",
    ),
}
"""Changes that a seal cannot show but decisions depend on: the bytes, order and number of entries are as sealed."""


@pytest.mark.parametrize("change", OUTSIDE_THE_SEAL)
def test_the_doctor_finds_changed_tags(community: Community, tmp_path: Path, change: str) -> None:
    do, words = OUTSIDE_THE_SEAL[change]
    do(community)

    bundling = community.hours("bundle", tmp_path / "bundle")

    assert words in community.problems()["log"]
    assert bundling.exit_code == 0, bundling.stderr
    assert community.hours("verify", "bundle", tmp_path / "bundle").exit_code == 0, "the log itself is sound"


def test_false_snapshots_are_found_and_discarded(community: Community) -> None:
    """Snapshots of busy accounts spare reading all their entries, and decide about limits."""
    rich = b'1{"id":"m-ruth","given":60000}'
    community.change("INSERT INTO {known} VALUES ('account:m-ruth', {at}, {a_blob})", given=[rich])

    assert "totals of m-ruth do not match the entries" in community.problems()["snapshots"]
    assert community.hours("rebuild").exit_code == 0
    assert community.problems() == {}


def test_a_bundle_is_refused_if_an_entry_was_inserted_by_hand(community: Community, tmp_path: Path) -> None:
    community.change(
        "INSERT INTO {entries} {columns} SELECT 1000, type, data, tags FROM {entries} WHERE {position} = {at}"
    )

    bundling = community.hours("bundle", tmp_path / "bundle")

    assert bundling.exit_code == 1 and f"entry {community.size + 1}" in bundling.stderr
    assert "at position 1000 is indexed" in community.problems()["log"]


def test_every_command_finds_an_unchanged_community_sound(community: Community, tmp_path: Path) -> None:
    assert community.hours("seal").exit_code == 0
    assert community.hours("bundle", tmp_path / "bundle").exit_code == 0
    assert community.hours("verify", "bundle", tmp_path / "bundle").exit_code == 0
    assert community.problems() == {}
