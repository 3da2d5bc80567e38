"""The same log and seals always give the same bytes, on any machine and with any number of processes."""

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from ledger.catalogue import Fact
from ledger.exchanges.facts import ExchangeReported, ExchangeSettled
from ledger.identifiers import CommandId, ExchangeId
from ledger.log.entry import encode
from ledger.seal.signing.bundle_writer import write_bundle
from ledger.seal.signing.signer import Signer
from ledger.seal.verifying.bundle_files import CORRECTIONS_HEAD, balances_table
from ledger.seal.verifying.segments import ENTRIES, LogTotals, read_segments, tasks
from ledger.time_bank import TimeBank
from tests.cast import BO, CAST, TODAY, clock, help_of
from tests.ledger.recorded.samples import entry_of
from tests.ledger.seal.conftest import SealedCommunity
from tests.ledger.seal.signing.test_bundle_writer import ROOT, files_of

PLACES: Mapping[str, Mapping[str, str]] = {
    "Kiritimati": {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "1", "WORKERS": "1"},
    "Istanbul": {"TZ": "Europe/Istanbul", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "2", "WORKERS": "2"},
    "St. John's": {"TZ": "America/St_Johns", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "4294967295", "WORKERS": "3"},
    "nowhere, in ASCII": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONHASHSEED": "0"},
}

WRITING = """
import os, sys
from pathlib import Path
from ledger.time_bank import TimeBank
from ledger.seal.verifying.segments import LogTotals, read_segments
from ledger.seal.signing.bundle_writer import write_bundle
from ledger.seal.signing.signer import Signer
from ledger.seal.verify import verify
data, place, folder = map(Path, sys.argv[1:])
workers = int(os.environ.get("WORKERS", "0")) or None
with TimeBank.open(data) as bank:
    signer = Signer(place, bank.log)
    write_bundle(signer, bank.log, folder, workers=workers)
verdict = verify("bundle", folder, keys=[signer.key], workers=workers, rules=False)
sys.exit(len(verdict.findings) - 1)  # only that the rules, which these entries do not follow, were not checked
"""


@pytest.fixture(scope="session")
def long_community(sealed_community: SealedCommunity, tmp_path_factory: pytest.TempPathFactory) -> SealedCommunity:
    """More entries than one segment holds. Do not change it."""
    folder = shutil.copytree(sealed_community.data.parent, tmp_path_factory.mktemp("long") / "book")
    community = SealedCommunity(folder / "data", folder / "seal", folder / "long-bundle", folder / "kept")
    with TimeBank.open(community.data, clock=clock) as bank:
        bank.log.append([_row(number, fact) for number, fact in enumerate(_much_help())], unless=(), after=0)
        write_bundle(Signer(community.place, bank.log), bank.log, community.bundle)
    return community


def _row(number: int, fact: Fact) -> tuple[str, bytes, tuple[str, ...]]:
    entry = msgspec.structs.replace(entry_of(fact), cmd=CommandId(f"much-help-{number:06}"))
    return entry.type, encode(entry), tuple(fact.tags)


def _much_help() -> Iterator[Fact]:
    for number in range(ENTRIES // 2):
        giver, receiver = CAST[number % 4], CAST[(number + 1 + number // 4 % 3) % 4]
        exchange, legs = ExchangeId(f"x-much-{number}"), (help_of(giver, receiver, 1 + number % 90),)
        yield ExchangeReported(exchange=exchange, legs=legs, given_on=TODAY, reported_by=BO, awaiting=())
        yield ExchangeSettled(exchange=exchange, legs=legs, given_on=TODAY)


@pytest.mark.parametrize("place", PLACES)
def test_a_bundle_is_the_same_in_every_time_zone_locale_and_process(
    place: str, long_community: SealedCommunity, tmp_path: Path
) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **PLACES[place]}
    elsewhere = shutil.copytree(long_community.place, tmp_path / "seal", ignore=shutil.ignore_patterns("tree"))

    arguments = [sys.executable, "-c", WRITING, str(long_community.data), str(elsewhere), str(tmp_path / "bundle")]
    ran = subprocess.run(arguments, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stderr
    assert files_of(tmp_path / "bundle") == files_of(long_community.bundle)


def test_root_and_derived_files_are_the_same_in_every_version_of_python() -> None:
    """These values must never change: if they do, no existing seal matches its log any more."""
    data = [row for _, row, _ in map(_row, range(ENTRIES), _much_help())]
    file = io.BytesIO(b"".join(entry + b"\n" for entry in data))
    community, journal = LogTotals(), sha256()
    for segment in read_segments(file, tasks(file, len(data), "localhost/elm-street/1", [], b"secret"), workers=1):
        community.add(segment)
        journal.update(segment.journal)

    assert community.finish() == CORRECTIONS_HEAD and community.faults == []
    assert community.edge.root.hex() == "f80a4d4592efe08093c6f16025c39f25d09a539cc38e839562683e374c1425bb"
    assert journal.hexdigest() == "52eefaa48bf87ab074aaaa5d185029eaebf8bd66607ccdd1df767a29f4df22bd"
    assert (
        sha256(balances_table(community.balances)).hexdigest()
        == "2c4bc17cc411be854ee48c30dd52359a347677802a13fcc1cf2a48e5041777f4"
    )
