"""A backup is restored completely, to either database, and only to a place that is free or can be set aside."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from ledger.backup.file import BackupRefused
from ledger.backup.restoring import checked
from ledger.erasure.commands import AskForErasure, EraseMember
from ledger.exchanges.commands import ReportExchange
from ledger.identifiers import AccountId
from ledger.seal.signing.bundle_writer import write_bundle
from ledger.seal.signing.signer import Signer
from ledger.seal.verify import verify
from ledger.seal.verifying.receipt import Receipt
from ledger.time_bank import TimeBank
from tests.cast import ANA, BO, CHIDI, TODAY, founded, help_of, minutes_of, replayed
from tests.ledger.backup.conftest import again, backed_up, everything_in, put_back, silent


def test_a_backup_of_either_database_can_be_restored_to_either(
    lively: TimeBank, elsewhere: str, tmp_path: Path
) -> None:
    backed_up(lively, tmp_path / "backup.zip")

    restored = put_back(tmp_path / "backup.zip", elsewhere, tmp_path / "seals")

    assert restored.filled.missing == 0 and restored.set_aside == ""
    with again(elsewhere) as bank:
        assert everything_in(bank) == everything_in(lively)
        assert minutes_of(bank, ANA) == minutes_of(lively, ANA) != 0
        assert bank.people.member_with_address("ana@elm.example") == ANA
        bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=BO)
        assert replayed(bank.log)[AccountId(ANA)] == minutes_of(bank, ANA) == minutes_of(lively, ANA) + 60


def test_a_place_with_a_community_is_left_alone(lively: TimeBank, lively_backup: Path, tmp_path: Path) -> None:
    before = everything_in(lively)

    with pytest.raises(BackupRefused, match="is a community already"):
        put_back(lively_backup, lively.place.url, tmp_path / "seals")

    assert everything_in(lively) == before


def test_a_place_that_a_program_has_open_is_left_alone(lively: TimeBank, lively_backup: Path, tmp_path: Path) -> None:
    before = everything_in(lively)

    with pytest.raises(BackupRefused, match="open"):
        put_back(lively_backup, lively.place.url, tmp_path / "seals", replace=True)

    assert everything_in(lively) == before
    lively.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=BO)


def test_the_replaced_community_is_set_aside_complete(each_bank: TimeBank, lively_backup: Path, tmp_path: Path) -> None:
    url, before = each_bank.place.url, everything_in(each_bank)
    each_bank.close()

    restored = put_back(lively_backup, url, tmp_path / "seals", replace=True)

    assert "aside" in restored.set_aside
    with again(url) as bank:
        assert len(everything_in(bank)[0]) > len(before[0])
        bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=BO)
    if url.startswith("sqlite"):
        with again(f"sqlite:///{restored.set_aside}") as aside:
            assert everything_in(aside) == before


def test_a_damaged_community_can_be_replaced(bank: TimeBank, lively_backup: Path, tmp_path: Path) -> None:
    folder = bank.place.path
    bank.close()
    (folder / "log.db").write_bytes(b"no database at all")

    restored = put_back(lively_backup, f"sqlite:///{folder}", tmp_path / "seals", replace=True)

    assert (Path(restored.set_aside) / "log.db").read_bytes() == b"no database at all"
    with again(f"sqlite:///{folder}") as mended:
        assert minutes_of(mended, BO) < 0


def test_an_existing_empty_folder_is_free(lively_backup: Path, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    put_back(lively_backup, f"sqlite:///{tmp_path / 'data'}", tmp_path / "seals")

    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["log.db", "people.db"]
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]


def test_after_a_move_the_signer_continues_and_old_receipts_still_verify(
    lively: TimeBank, elsewhere: str, tmp_path: Path
) -> None:
    seals = tmp_path / "seals"
    signer = Signer(seals, lively.log)
    before, receipt = signer.seal(), signer.receipt(9)
    backed_up(lively, tmp_path / "backup.zip")
    put_back(tmp_path / "backup.zip", elsewhere, seals)

    with again(elsewhere) as bank:
        moved = Signer(seals, bank.log)
        assert moved.seal() == before and moved.receipt(9) == receipt
        bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=BO)
        assert moved.seal().checkpoint.size == before.checkpoint.size + 2
        write_bundle(moved, bank.log, tmp_path / "bundle")
    (tmp_path / "kept").write_bytes(before.note.data)
    assert verify("bundle", tmp_path / "bundle", known=[tmp_path / "kept"]).code == 0
    assert proves(receipt, moved, tmp_path)


def proves(receipt: Receipt, signer: Signer, folder: Path) -> bool:
    (folder / "receipt").write_bytes(receipt.data)
    return verify("receipt", folder / "receipt", keys=[signer.key]).code == 0


def test_a_backup_older_than_the_last_seal_is_refused_unless_allowed(bank: TimeBank, tmp_path: Path) -> None:
    seals = tmp_path / "seals"
    backed_up(bank, tmp_path / "old.zip")
    size = Signer(seals, bank.log).seal().checkpoint.size
    for _ in range(3):
        bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=BO)
    Signer(seals, bank.log).seal()

    missing = rf"entries {size + 1} to {size + 6} are missing"
    with pytest.raises(BackupRefused, match=missing):
        put_back(tmp_path / "old.zip", f"sqlite:///{tmp_path / 'new'}", seals)
    assert not (tmp_path / "new").exists()
    with checked(tmp_path / "old.zip", seals, behind=True, progress=silent) as found:
        assert f"entries {size + 1} to {size + 6} are missing" in found.seal_says and "HOURS_SEAL" in found.seal_says
    put_back(tmp_path / "old.zip", f"sqlite:///{tmp_path / 'new'}", seals, behind=True)


def test_another_history_than_the_one_sealed_here_is_refused(bank: TimeBank, tmp_path: Path) -> None:
    Signer(tmp_path / "seals", bank.log).seal()
    with founded(tmp_path / "twin") as twin:
        backed_up(twin, tmp_path / "twin.zip")

    with pytest.raises(BackupRefused, match="not the history that was sealed here"):
        put_back(tmp_path / "twin.zip", f"sqlite:///{tmp_path / 'new'}", tmp_path / "seals", behind=True)


def test_a_bundle_alone_restores_the_log_without_names(lively: TimeBank, elsewhere: str, tmp_path: Path) -> None:
    signer = Signer(tmp_path / "seals", lively.log)
    write_bundle(signer, lively.log, tmp_path / "bundle")

    restored = put_back(tmp_path / "bundle", elsewhere, tmp_path / "seals")

    assert restored.filled.words == 0 and restored.filled.missing > 4
    with again(elsewhere) as bank:
        assert everything_in(bank) == (everything_in(lively)[0], [])
        assert replayed(bank.log) == replayed(lively.log)
        assert Signer(tmp_path / "seals", bank.log).seal() == signer.seal()


def test_a_newer_bundle_with_the_names_of_an_older_backup_loses_no_entry(bank: TimeBank, tmp_path: Path) -> None:
    backed_up(bank, tmp_path / "monday.zip")
    bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY, note="On Tuesday"), by=BO)
    write_bundle(Signer(tmp_path / "seals", bank.log), bank.log, tmp_path / "tuesday")
    url = f"sqlite:///{tmp_path / 'new'}"

    restored = put_back(tmp_path / "tuesday", url, tmp_path / "seals", words=tmp_path / "monday.zip")

    assert restored.filled.missing == 1
    with again(url) as mended:
        assert everything_in(mended)[0] == everything_in(bank)[0]
        assert mended.people.of(CHIDI, "name") == bank.people.of(CHIDI, "name") != []


def test_erased_members_are_erased_before_a_restored_community_can_be_opened(
    lively: TimeBank, elsewhere: str, tmp_path: Path
) -> None:
    backed_up(lively, tmp_path / "monday.zip")
    lively.do(AskForErasure(member=BO), by=BO)
    lively.do(EraseMember(member=BO), by=CHIDI)
    write_bundle(Signer(tmp_path / "seals", lively.log), lively.log, tmp_path / "tuesday")

    put_back(tmp_path / "tuesday", elsewhere, tmp_path / "seals", words=tmp_path / "monday.zip")

    assert people_in(elsewhere).isdisjoint({"Bo", "bo@elm.example"})
    with again(elsewhere) as bank:
        assert everything_in(bank) == everything_in(lively)


def people_in(url: str) -> set[str]:
    """The stored personal data, read before any program has opened the community."""
    if url.startswith("sqlite"):
        stored = sa.create_engine(f"{url}/people.db")
    else:
        stored = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    schema = "" if url.startswith("sqlite") else "people."
    with stored.connect() as connection:
        values = {value for (value,) in connection.exec_driver_sql(f"SELECT value FROM {schema}words")}
    stored.dispose()
    assert values
    return values


def test_names_are_accepted_only_for_a_bundle_of_the_same_history(bank: TimeBank, tmp_path: Path) -> None:
    with founded(tmp_path / "twin") as twin:
        backed_up(twin, tmp_path / "twin.zip")
    backed_up(bank, tmp_path / "own.zip")
    write_bundle(Signer(tmp_path / "seals", bank.log), bank.log, tmp_path / "bundle")

    with pytest.raises(BackupRefused, match="not the first ones of this bundle"):
        put_back(tmp_path / "bundle", f"sqlite:///{tmp_path / 'new'}", tmp_path / "seals", words=tmp_path / "twin.zip")
    with pytest.raises(BackupRefused, match="is not a bundle"):
        put_back(tmp_path / "own.zip", f"sqlite:///{tmp_path / 'new'}", tmp_path / "seals", words=tmp_path / "own.zip")


def test_a_changed_bundle_is_refused(bank: TimeBank, tmp_path: Path) -> None:
    write_bundle(Signer(tmp_path / "seals", bank.log), bank.log, tmp_path / "bundle")
    entries = tmp_path / "bundle" / "entries.jsonl"
    entries.write_bytes(entries.read_bytes().replace(b'"via":"web"', b'"via":"api"', 1))

    with pytest.raises(BackupRefused, match="not a sound bundle"):
        put_back(tmp_path / "bundle", f"sqlite:///{tmp_path / 'new'}", tmp_path / "seals")


def test_a_bundle_that_is_swapped_after_it_was_verified_is_refused(bank: TimeBank, tmp_path: Path) -> None:
    bundle, forged = tmp_path / "bundle", tmp_path / "forged"
    write_bundle(Signer(tmp_path / "seals", bank.log), bank.log, bundle)
    with founded(tmp_path / "twin") as twin:
        twin.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=BO)
        write_bundle(Signer(tmp_path / "other-seals", twin.log), twin.log, forged)

    def swap(_done: int, _of: int) -> None:
        for name in ("checkpoint", "entries.jsonl"):
            shutil.copy(forged / name, tmp_path / "swapped")
            (tmp_path / "swapped").rename(bundle / name)

    with pytest.raises(BackupRefused), checked(bundle, tmp_path / "none", progress=lambda _: swap):
        pass


def test_a_full_disk_leaves_everything_as_it_was(lively_backup: Path, tmp_path: Path) -> None:
    script = f"""
import resource
from tests.ledger.backup.conftest import put_back
from pathlib import Path
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
put_back(Path({str(lively_backup)!r}), "sqlite:///{tmp_path / "data"}", Path({str(tmp_path / "seals")!r}))
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)

    assert ended.returncode != 0
    assert list(tmp_path.iterdir()) == []
