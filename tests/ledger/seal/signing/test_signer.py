"""The signer seals what it has read, and refuses a log that lost or changed anything it had sealed."""

import shutil
import sqlite3
from pathlib import Path

import psycopg
import pytest

from ledger.exchanges.commands import ReportExchange
from ledger.log.opening import open_log
from ledger.log.store import Log
from ledger.refusals import NoSuchEntry
from ledger.seal.signing.bundle_writer import write_bundle
from ledger.seal.signing.folder import LATEST, SealFolder, SealRefused
from ledger.seal.signing.signer import Signer
from ledger.seal.verify import verify
from ledger.seal.verifying.merkle import Edge, leaf_hash
from ledger.seal.verifying.note import check_checkpoint
from ledger.time_bank import TimeBank
from tests.cast import BO, TODAY, clock, counting_ids, founded, help_of
from tests.ledger.log.programs import acknowledged, appending
from tests.ledger.seal.conftest import SealedCommunity

UNGUARDED = """
ALTER TABLE log.dcb_events_tt_main DISABLE TRIGGER ALL;
ALTER TABLE log.dcb_events_tt_tag DISABLE TRIGGER ALL;
"""


def behind_the_back(bank: TimeBank, sqlite: str, postgresql: str) -> None:
    """Change an entry in the database directly, with its guards removed."""
    if bank.place.is_sqlite:
        stranger = sqlite3.connect(bank.place.path / "log.db")
        for (trigger,) in stranger.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            stranger.execute(f"DROP TRIGGER {trigger}")
        stranger.execute("PRAGMA foreign_keys = OFF")
        stranger.execute(sqlite)
        stranger.commit()
        stranger.close()
    else:
        with psycopg.connect(bank.place.url) as stranger:
            stranger.execute(UNGUARDED.encode())
            stranger.execute(postgresql.encode())


def report(bank: TimeBank) -> None:
    bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=BO)


EDITS = {
    "one word changed": (
        'UPDATE entries SET data = CAST(replace(CAST(data AS TEXT), \'"via":"web"\', \'"via":"api"\') AS BLOB) WHERE position = {}',
        "UPDATE log.dcb_events_tt_main SET data = convert_to(replace(convert_from(data, 'UTF8'), '\"web\"', '\"api\"'), 'UTF8') WHERE id = {}",
        "Entry 7 has changed",
    ),
    "one taken out": (
        "DELETE FROM entries WHERE position = {}",
        "DELETE FROM log.dcb_events_tt_tag WHERE main_id = {0}; DELETE FROM log.dcb_events_tt_main WHERE id = {0}",
        "Entry 7 has changed",
    ),
    "all after it lost": (
        "DELETE FROM entries WHERE position >= {}",
        "DELETE FROM log.dcb_events_tt_tag WHERE main_id >= {0}; DELETE FROM log.dcb_events_tt_main WHERE id >= {0}",
        "missing",
    ),
}


@pytest.mark.parametrize("forgets", [False, True], ids=["cached", "cache-deleted"])
@pytest.mark.parametrize("edit", EDITS)
def test_entries_changed_in_the_database_are_not_sealed(
    each_bank: TimeBank, tmp_path: Path, edit: str, forgets: bool
) -> None:
    signer = Signer(tmp_path / "seal", each_bank.log)
    signer.seal(upto=6)
    report(each_bank)
    assert signer.seal().checkpoint.size >= 15
    sqlite, postgresql, named = EDITS[edit]
    position = list(each_bank.log.scan())[6][0]
    last = signer.folder.latest().checkpoint.size
    behind_the_back(each_bank, sqlite.format(position), postgresql.format(position))
    if forgets:
        shutil.rmtree(signer.folder.path / "tree")

    with pytest.raises(SealRefused) as refused:
        signer.seal()

    if "missing" in named:
        assert f"7 to {last} are missing" in refused.value.wrong
    elif forgets and edit == "one taken out":
        assert f"{last} to {last} are missing" in refused.value.wrong
    else:
        assert (f"7 to {last}" if forgets else named) in refused.value.wrong
    assert signer.folder.latest().checkpoint.size == last


def test_a_changed_entry_gets_no_receipt(sealed_bank: TimeBank, community: SealedCommunity) -> None:
    signer = Signer(community.place, sealed_bank.log)
    position = list(sealed_bank.log.scan())[6][0]
    behind_the_back(sealed_bank, f"UPDATE entries SET data = x'00' WHERE position = {position}", "")

    with pytest.raises(SealRefused, match="Entry 7 "):
        signer.receipt(7)


def test_a_restored_older_backup_is_not_sealed_and_missing_entries_are_named(
    community: SealedCommunity, tmp_path: Path
) -> None:
    backup = shutil.copytree(community.data, tmp_path / "backup")
    with TimeBank.open(community.data, clock=clock, ids=counting_ids(500)) as bank:
        before = Signer(community.place, bank.log).seal().checkpoint.size
        report(bank)
        Signer(community.place, bank.log).seal()

    with TimeBank.open(backup, clock=clock, ids=counting_ids(600)) as bank:
        signer = Signer(community.place, bank.log)
        with pytest.raises(SealRefused, match=rf"{before + 1} to {before + 2} are missing"):
            signer.seal()
        for _ in range(3):
            report(bank)
        with pytest.raises(SealRefused, match=rf"Entry {before + 1} has changed"):
            signer.seal()
        shutil.rmtree(signer.folder.path / "tree")
        with pytest.raises(SealRefused, match=rf"among entries {before + 1} to {before + 2} "):
            signer.seal()


def test_two_copies_that_both_seal_are_detected_with_the_other_seal(community: SealedCommunity, tmp_path: Path) -> None:
    twin = shutil.copytree(community.data.parent, tmp_path / "twin")
    for folder, start in ((community.data.parent, 500), (twin, 600)):
        with TimeBank.open(folder / "data", clock=clock, ids=counting_ids(start)) as bank:
            report(bank)
            signer = Signer(folder / "seal", bank.log)
            (folder / "newest").write_bytes(signer.seal().note.data)
            report(bank)
            write_bundle(signer, bank.log, folder / "whole")

    ours, theirs = community.data.parent, twin
    assert verify("bundle", ours / "whole", known=[ours / "newest", community.kept]).code == 0
    crossed = verify("bundle", ours / "whole", known=[theirs / "newest"])
    assert crossed.code == 2 and "are not the ones it seals" in "\n".join(crossed.lines)
    shutil.copy(theirs / "newest", ours / "whole" / "checkpoints" / (ours / "newest").read_text().split("\n")[1])
    assert verify("bundle", ours / "whole").code == 2


def test_a_log_that_has_not_grown_is_not_signed_again(sealed_bank: TimeBank, community: SealedCommunity) -> None:
    signer = Signer(community.place, sealed_bank.log)

    assert signer.seal().note.data == signer.seal(whole=False).note.data == (signer.folder.path / LATEST).read_bytes()


def test_a_seal_over_fewer_entries_is_the_same_as_before_and_does_not_replace_the_last(
    sealed_bank: TimeBank, community: SealedCommunity
) -> None:
    signer = Signer(community.place, sealed_bank.log)
    latest = signer.seal()

    assert signer.seal(upto=14).note.data == community.kept.read_bytes()
    assert signer.seal(upto=3).checkpoint.size == 3
    assert signer.folder.latest() == latest
    assert [earlier.checkpoint.size for earlier in signer.earlier(14)] == [], "it is not among those that were given"
    with pytest.raises(NoSuchEntry):
        signer.seal(upto=latest.checkpoint.size + 1)


def test_a_seal_is_created_once_and_never_silently_replaced(sealed_bank: TimeBank, community: SealedCommunity) -> None:
    signer = Signer(community.place, sealed_bank.log)
    assert not signer.is_new
    (signer.folder.path / LATEST).write_bytes(b"")
    with pytest.raises(SealRefused, match="cannot be read"):
        signer.seal()
    (signer.folder.path / LATEST).unlink()
    with pytest.raises(SealRefused, match=r"cannot be read: no such file"):
        signer.seal()
    (signer.folder.path / LATEST).write_bytes(community.kept.read_bytes())
    (signer.folder.path / "key.pem").unlink()
    with pytest.raises(SealRefused, match=r"key\.pem cannot be read"):
        Signer(community.place, sealed_bank.log).seal()


def test_the_key_is_readable_by_its_owner_only(community: SealedCommunity) -> None:
    assert (community.folder.path / "key.pem").stat().st_mode & 0o077 == 0
    assert community.folder.path.stat().st_mode & 0o077 == 0


def test_another_community_cannot_use_this_seal(community: SealedCommunity, tmp_path: Path) -> None:
    with founded(tmp_path / "another") as another, pytest.raises(SealRefused, match="HOURS_SEAL"):
        Signer(community.place, another.log).seal()


def test_an_empty_log_has_nothing_to_seal(tmp_path: Path) -> None:
    log = open_log(f"sqlite:///{tmp_path / 'log.db'}")
    with pytest.raises(SealRefused, match="empty"):
        Signer(tmp_path / "seal", log)
    assert not (tmp_path / "seal").exists()
    log.close()


def test_an_origin_cannot_escape_the_folder_of_seals(tmp_path: Path) -> None:
    for origin in ("../../elsewhere", "..", "/etc", "host/…/1", "", "\x00"):
        assert SealFolder(tmp_path, origin).path.parent == tmp_path


def test_seals_made_while_eight_writers_append_are_consistent(each_bank: TimeBank, tmp_path: Path) -> None:
    signer = Signer(tmp_path / "seal", each_bank.log)
    programs = [appending(each_bank.place.log_url, who, 120) for who in ("ana", "bo")]  # four threads each
    sizes = {signer.seal(whole=False).checkpoint.size}
    while any(program.poll() is None for program in programs):
        sizes.add(signer.seal(whole=False).checkpoint.size)
    promised = sum(len(acknowledged(program.communicate()[0])) for program in programs)

    final = signer.seal().checkpoint
    assert promised == 240 and final.size == 14 + 240 and len(sizes) > 2
    roots = roots_of(each_bank.log)
    for path in (signer.folder.path / "checkpoints").iterdir():
        checkpoint = check_checkpoint(path.read_bytes(), [signer.key]).checkpoint
        assert roots[checkpoint.size] == checkpoint.root


def roots_of(log: Log) -> list[bytes]:
    """The root over the first entries, for every number of entries."""
    edge = Edge()
    roots = [edge.root]
    for _, data in log.scan():
        edge.append(leaf_hash(data))
        roots.append(edge.root)
    return roots


def test_several_processes_create_one_seal(each_bank: TimeBank, tmp_path: Path) -> None:
    first = Signer(tmp_path / "seal", each_bank.log)
    late = SealFolder(tmp_path / "seal", first.folder.origin)

    late.begin()

    assert late.key == first.key, "the first key counts"
    assert [path.name for path in (tmp_path / "seal").iterdir()] == [first.folder.path.name]


def test_each_seal_is_stored_before_it_is_returned(
    sealed_bank: TimeBank, community: SealedCommunity, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer = Signer(community.place, sealed_bank.log)
    report(sealed_bank)
    latest = signer.folder.latest()
    monkeypatch.setattr("ledger.seal.signing.folder.os.fsync", _full_disk)

    with pytest.raises(OSError, match="full"):
        signer.seal()

    monkeypatch.undo()
    assert signer.folder.latest() == latest, "no seal was shown to anyone, and none is stored"
    assert signer.seal().checkpoint.size > latest.checkpoint.size


def _full_disk(_handle: int) -> None:
    raise OSError(28, "the disk is full")


def test_a_log_moved_to_other_positions_still_matches_its_seal(
    sealed_bank: TimeBank, community: SealedCommunity, tmp_path: Path
) -> None:
    before = Signer(community.place, sealed_bank.log).seal()
    moved = open_log(f"sqlite:///{tmp_path / 'log.db'}")
    stranger = sqlite3.connect(tmp_path / "log.db")
    stranger.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('entries', 1000)")
    stranger.commit()
    stranger.close()
    entries = sealed_bank.log.from_position(0, limit=100)
    moved.append([(entry.type, entry.data, entry.tags) for entry in entries], unless=(), after=0)

    signer = Signer(community.place, moved)

    assert next(iter(moved.scan()))[0] == 1001 and signer.seal() == before
    assert signer.receipt(5).entry == entries[4].data
    moved.close()
