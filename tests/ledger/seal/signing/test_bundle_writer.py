"""Bundles are reproducible, complete or absent, and other programs get the same sums from them."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from ledger.erasure.commands import AskForErasure, EraseMember
from ledger.erasure.facts import PersonalDataErased
from ledger.exchanges.commands import ReportExchange
from ledger.log.entry import decode
from ledger.personal_data.store import PERSONAL_TEXTS
from ledger.seal.signing.bundle_writer import write_bundle
from ledger.seal.signing.folder import SealRefused
from ledger.seal.signing.signer import Signer
from ledger.seal.verify import verify
from ledger.time_bank import TimeBank
from tests import providing
from tests.cast import ANA, BO, CHIDI, RUTH, TODAY, caller, facts_in, help_of, replayed
from tests.ledger.seal.conftest import SealedCommunity

ROOT = Path(__file__).parents[4]


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_lines_are_the_stored_bytes_and_balances_are_those_of_the_ledger(
    sealed_bank: TimeBank, community: SealedCommunity
) -> None:
    lines = (community.bundle / "entries.jsonl").read_bytes().splitlines()
    rows = [line.split(",") for line in (community.bundle / "balances.csv").read_text().splitlines()[1:]]

    assert lines == [data for _, data in sealed_bank.log.scan()]
    assert {account: int(balance) for account, _, _, balance in rows} == replayed(sealed_bank.log)


def test_the_corrections_name_what_they_correct(community: SealedCommunity) -> None:
    entries = [decode(line) for line in (community.bundle / "entries.jsonl").read_bytes().splitlines()]
    rows = [line.split(",") for line in (community.bundle / "corrections.csv").read_text().splitlines()[1:]]

    assert [(row[2], entries[int(row[4]) - 1].type) for row in rows] == [
        ("exchange-reversed", "exchange-settled"),
        ("exchange-reported", "exchange-reversed"),
        ("gift-withdrawn", "gift-recorded"),
    ]
    assert all(entries[int(row[0]) - 1].type == row[2] for row in rows)
    assert rows[0][6:9] == ["-90", "m-bo", "m-ana"]


def test_a_bundle_contains_no_names(community: SealedCommunity) -> None:
    whole = b"".join(files_of(community.bundle).values())

    assert not any(word in whole for word in (b"Sousa", b"Lindqvist", b"elm.example", b"hedge", b"Twice"))


def test_the_same_log_gives_the_same_bytes_later(
    sealed_bank: TimeBank, community: SealedCommunity, tmp_path: Path
) -> None:
    signer = Signer(community.place, sealed_bank.log)
    write_bundle(signer, sealed_bank.log, tmp_path / "again")
    sealed_bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=BO)
    signer.seal(upto=27)
    shutil.rmtree(signer.folder.path / "tree")
    write_bundle(signer, sealed_bank.log, tmp_path / "later", upto=26)

    assert files_of(tmp_path / "again") == files_of(tmp_path / "later") == files_of(community.bundle)


def test_the_first_entries_of_a_log_can_be_bundled(
    sealed_bank: TimeBank, community: SealedCommunity, tmp_path: Path
) -> None:
    signer = Signer(community.place, sealed_bank.log)
    for upto in (1, 14, 15, 21):
        write_bundle(signer, sealed_bank.log, tmp_path / str(upto), upto=upto)
        assert verify("bundle", tmp_path / str(upto)).code == 0


def test_a_bundle_is_complete_or_absent(
    sealed_bank: TimeBank, community: SealedCommunity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer = Signer(community.place, sealed_bank.log)
    folder = tmp_path / "out" / "bundle"
    monkeypatch.setattr("ledger.seal.signing.bundle_writer.guide", _full_disk)
    with pytest.raises(OSError, match="full"):
        write_bundle(signer, sealed_bank.log, folder)
    monkeypatch.undo()

    assert list(folder.parent.iterdir()) == []
    folder.mkdir()
    write_bundle(signer, sealed_bank.log, folder)
    with pytest.raises(SealRefused, match="already exists"):
        write_bundle(signer, sealed_bank.log, folder)


def _full_disk(*_: object) -> bytes:
    raise OSError(28, "the disk is full")


def test_a_log_that_no_one_could_verify_is_not_bundled(
    sealed_bank: TimeBank, community: SealedCommunity, tmp_path: Path
) -> None:
    settled = next(data for _, data in sealed_bank.log.scan() if b"exchange-settled" in data)
    sealed_bank.log.append([("exchange-settled", settled, ())], unless=(), after=0)

    with pytest.raises(SealRefused, match="could verify entry 27"):
        write_bundle(Signer(community.place, sealed_bank.log), sealed_bank.log, tmp_path / "bundle")


def balances_by(program: str, journal: Path) -> dict[str, int]:
    """The balances that another program gets from the journal, without accounts at zero."""
    arguments = [program, "--file", str(journal), "balance", "--flat"]
    output = subprocess.run(arguments, capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in output.splitlines()]
    return {row[2]: int(row[0]) for row in rows if len(row) == 3 and row[1] == "min"}


@pytest.mark.parametrize("program", providing.JOURNAL_PROGRAMS)
def test_other_programs_get_our_balances_from_the_journal(
    program: str, sealed_bank: TimeBank, community: SealedCommunity
) -> None:
    path = providing.journal_program(program)
    ours = {account: minutes for account, minutes in replayed(sealed_bank.log).items() if minutes}

    assert ours and balances_by(path, community.bundle / "journal.ledger") == ours


@pytest.mark.parametrize(
    "arguments",
    [
        ["hledger", "check", "--strict", "ordereddates"],
        ["hledger", "register", "tag:exchange=x-0001"],
        ["ledger", "--pedantic", "balance"],
    ],
    ids=" ".join,
)
def test_other_programs_reject_the_journal_only_if_a_minute_was_changed(
    arguments: list[str], community: SealedCommunity
) -> None:
    journal = community.bundle / "journal.ledger"
    program, *rest = arguments
    call = [providing.journal_program(program), "--file", str(journal), *rest]
    assert subprocess.run(call, capture_output=True, check=False).returncode == 0

    journal.write_text(journal.read_text().replace("  90 min", "  91 min", 1).replace("  -90 min", "  -91 min", 1))
    assert subprocess.run(call, capture_output=True, check=False).returncode != 0, "a changed balance is noticed"


def test_postings_in_the_journal_are_those_of_the_log(sealed_bank: TimeBank, community: SealedCommunity) -> None:
    wanted = [
        f"{posting.account}  {posting.minutes} min"
        for _, data in sealed_bank.log.scan()
        for posting in decode(data).data.postings
    ]
    lines = [line.strip() for line in (community.bundle / "journal.ledger").read_text().splitlines()]

    assert wanted == [line for line in lines if line.endswith(" min") and "=" not in line and line != "commodity min"]


ALONE = """
import json, sys
sys.modules.update(dict.fromkeys(
    ["msgspec", "eventsourcing", "sqlalchemy", "psycopg", "click", "litestar", "ledger.log", "ledger.catalogue", "ledger.events",
     "ledger.domain", "ledger.application", "ledger.refusals", "ledger.hours", "ledger.identifiers", "web", "projections"]
))
from ledger.seal import verify
print(json.dumps(sorted(name for name, module in sys.modules.items() if module and name.split(".")[0] == "ledger")))
places = {name.split(".")[0]: getattr(module, "__file__", None) or "" for name, module in sys.modules.items() if module}
print(json.dumps(sorted(name for name, place in places.items() if "site-packages" in place)))
sys.exit(verify.main(sys.argv[1:]))
"""


def test_verifying_needs_only_python_cryptography_and_the_seal(community: SealedCommunity) -> None:
    arguments = [sys.executable, "-c", ALONE, "bundle", str(community.bundle), "--known", str(community.kept)]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)

    ours, others = (json.loads(line) for line in done.stdout.splitlines()[:2])
    assert done.returncode == 0, done.stderr
    assert all(name == "ledger" or name.startswith("ledger.seal") for name in ours)
    # The others are how this checkout is installed and measured.
    ways = ("__editable__", "_distutils_hack", "coverage", "sitecustomize", "a1_coverage")
    assert [name for name in others if not name.startswith(ways)] in (
        ["cryptography"],
        ["_cffi_backend", "cryptography"],
    )
    assert "SOUND" in done.stdout


def test_erasing_someone_without_stored_data_leaves_the_bundle_sound(
    sealed_bank: TimeBank, community: SealedCommunity, tmp_path: Path
) -> None:
    """Delete all personal data, as after a restore from a bundle."""
    with sealed_bank.people.engine.connect() as connection:
        everything = list(connection.execute(sa.select(PERSONAL_TEXTS.c.commitment)).scalars())
    sealed_bank.people.drop(everything)
    sealed_bank.do(AskForErasure(member=RUTH), by=RUTH)
    sealed_bank.do(EraseMember(member=RUTH), by=CHIDI)

    write_bundle(Signer(community.place, sealed_bank.log), sealed_bank.log, tmp_path / "after")
    verdict = verify("bundle", tmp_path / "after")

    assert verdict.code == 0, verdict.lines
    assert any(line.startswith("erasures of personal data: 1, of 0 kinds in all") for line in verdict.checked)


def test_erasures_are_listed_and_nothing_else_changes(
    sealed_bank: TimeBank, community: SealedCommunity, tmp_path: Path
) -> None:
    assert not any("erasures" in line for line in verify("bundle", community.bundle).lines)
    before = replayed(sealed_bank.log)
    for number, member in enumerate((ANA, BO, RUTH)):
        sealed_bank.do(AskForErasure(member=member), by=member)
        sealed_bank.do(EraseMember(member=member), by=caller(CHIDI, f"erase-{number:04}"))

    write_bundle(Signer(community.place, sealed_bank.log), sealed_bank.log, tmp_path / "after")
    verdict = verify("bundle", tmp_path / "after")

    last = len((tmp_path / "after" / "entries.jsonl").read_bytes().splitlines())
    kinds = [len(fact.fields) for fact in facts_in(sealed_bank.log) if isinstance(fact, PersonalDataErased)]
    finding = f"erasures of personal data: 3, of {sum(kinds)} kinds in all, the last on {TODAY} (entry {last:,})"
    assert [line for line in verdict.checked if "erasures" in line] == [f"{finding}. They changed no entry"]
    assert len(kinds) == 3
    assert verdict.code == 0 and replayed(sealed_bank.log) == before
