"""A community and its witnesses, as processes with files of their own: who has seen what, and who is found out."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import pytest
from click.testing import CliRunner

from ledger.seal.verify import verify
from ledger.seal.verifying.note import parse_note
from ledger.seal.verifying.verdict import Verdict
from ledger.seal.witnessing.witness import Witness
from tests.commands.eyes import HOURS, ROOT, watching
from web.commands.main import hours

FIRST = "date,giver,receiver,minutes,category\n2026-03-28,Ana,Bo,90,garden\n"
NEXT = "date,giver,receiver,minutes,category\n2026-03-29,Bo,Ana,45,food\n"
OTHERWISE = "date,giver,receiver,minutes,category\n2026-03-29,Bo,Ana,{},food\n"


class Told(NamedTuple):
    """What a call of `hours` came to."""

    code: int
    out: str
    err: str


class Community:
    """A data folder and a folder of the seal, and `hours` called on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def hours(self, *words: object) -> Told:
        environment = {"HOURS_SEAL": str(self.folder / "seal")}
        ran = CliRunner().invoke(hours, self._words(words), env=environment)
        return Told(ran.exit_code, ran.stdout, ran.stderr)

    def _words(self, words: Sequence[object]) -> list[str]:
        return ["--data", str(self.folder / "data"), *map(str, words)]

    def done(self, *words: object) -> str:
        ran = self.hours(*words)
        assert ran.code == 0, f"{words}: {ran.out}{ran.err}"
        return ran.out

    def help(self, text: str) -> None:
        (self.folder / "help.csv").write_text(text)
        self.done("import", self.folder / "help.csv")

    def twin(self, folder: Path) -> Self:
        """A copy of everything, as on a second machine that runs from a backup."""
        return type(self)(shutil.copytree(self.folder, folder))

    @property
    def key(self) -> str:
        """The public key of the seal."""
        (line,) = (line for line in self.done("seal").splitlines() if line.startswith("key"))
        return line.split()[1]


class Apart(Community):
    """The same, each call in a process of its own."""

    def hours(self, *words: object) -> Told:
        environment = os.environ | {"HOURS_SEAL": str(self.folder / "seal")}
        command = [*HOURS, *self._words(words)]
        ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        return Told(ran.returncode, ran.stdout, ran.stderr)


@pytest.fixture
def riverside(tmp_path: Path) -> Community:
    return begun(Community(tmp_path / "riverside"))


def begun(community: Community) -> Community:
    """Founded, with a first hour of help in it."""
    community.folder.mkdir()
    community.done("found", "--name", "Riverside", "--timezone", "Europe/London", "--coordinator", "Chidi")
    community.help(FIRST)
    return community


def test_a_seal_lists_the_witnesses_who_signed_and_who_did_not(riverside: Community, tmp_path: Path) -> None:
    assert "signed by  no witness" in riverside.done("seal")
    key = riverside.key
    with watching(tmp_path / "library", "--name", "library.example", "--log", key) as eye:
        riverside.done("witnesses", "add", "library", eye.key, eye.address)
        with watching(tmp_path / "hall", "--name", "hall.example") as hall:
            riverside.done("witnesses", "add", "hall", hall.key, hall.address)
            sheet = riverside.hours("seal")
    assert sheet.code == 0 and "signed by  library, 20" in sheet.out
    assert "not signed by  hall: it does not follow this log yet" in sheet.out

    riverside.done("witnesses", "need", "2")
    later = riverside.hours("seal")
    assert later.code == 0 and "signed by  library, 20" in later.out, "what was said stays said"
    assert "not signed by  hall: it cannot be reached (Connection refused)" in later.out
    assert "at least 2 of library, hall" in later.err
    listed = riverside.done("witnesses", "list")
    assert eye.address in listed and "not signed by  hall" in listed


def test_a_bundle_and_a_receipt_can_be_checked_with_a_policy(riverside: Community, tmp_path: Path) -> None:
    key = riverside.key
    policy = tmp_path / "policy"
    with watching(tmp_path / "library", "--name", "library.example", "--log", key) as eye:
        riverside.done("witnesses", "add", "library", eye.key, eye.address)
        policy.write_text(riverside.done("witnesses", "policy"))
        riverside.help(NEXT)
        bundled = riverside.hours("bundle", tmp_path / "bundle")
        assert bundled.code == 0 and "signed by  library" in bundled.err
        riverside.help(OTHERWISE.format(15))
        receipt = riverside.hours("receipt", "12")
        again = riverside.hours("receipt", "3")
    (tmp_path / "receipt").write_text(receipt.out)

    assert "http" not in policy.read_text()
    sound = riverside.hours("verify", "bundle", tmp_path / "bundle", "--policy", policy)
    assert sound.code == 0 and "the signatures of at least 1 of library: they are there" in sound.out
    assert riverside.hours("verify", "receipt", tmp_path / "receipt", "--policy", policy).code == 0
    assert "signed by  library" in receipt.err and "signed by  library" in again.err
    assert riverside.hours("verify", "bundle", tmp_path / "bundle", "--policy", tmp_path / "bundle").code == 2

    riverside.help(OTHERWISE.format(30))
    late = riverside.hours("bundle", tmp_path / "unseen")
    assert late.code == 0 and "not signed by  library: it cannot be reached" in late.err
    unseen = riverside.hours("verify", "bundle", tmp_path / "unseen", "--policy", policy)
    assert unseen.code == 3 and "no signature from library" in unseen.out


def test_a_witness_and_a_kept_seal_each_detect_a_second_copy_of_a_log(tmp_path: Path) -> None:
    """Both were put to work, both seal, each with the key and the last seal that the backup had; each call is a process."""
    riverside = begun(Apart(tmp_path / "riverside"))
    key = riverside.key
    with watching(tmp_path / "library", "--name", "library.example", "--log", key) as eye:
        riverside.done("witnesses", "add", "library", eye.key, eye.address)
        twin = riverside.twin(tmp_path / "twin")
        riverside.help(NEXT)
        twin.help(OTHERWISE.format(500))

        kept = tmp_path / "kept"
        kept.write_text(riverside.done("seal", "--note"))
        found_out = twin.hours("seal")

        assert found_out.code == 1 and "A witness has seen a different history of this log" in found_out.err
        assert "signed with this log's key" in found_out.err
        refused = twin.hours("seal")
        assert refused.code == 1 and "Nothing was signed" in refused.err
        marked = twin.hours("bundle", tmp_path / "marked")
        assert marked.code == 1 and "signed with this log's key" in marked.err
        assert riverside.hours("seal").code == 0, "the first goes on"

    assert (tmp_path / "marked" / "contradiction").read_bytes().startswith(kept.read_bytes())
    checked = riverside.hours("verify", "bundle", tmp_path / "marked")
    assert checked.code == 2 and "contradiction: the first" in checked.out
    (contradiction,) = (twin.folder / "seal").glob("*/contradiction")
    contradiction.unlink()  # whoever wants to hide it
    twin.done("bundle", tmp_path / "second")
    caught = twin.hours("verify", "bundle", tmp_path / "second", "--known", kept)
    assert caught.code == 2 and "FORKED" in caught.out
    (refused_file,) = (tmp_path / "library" / "refused").iterdir()
    assert twin.hours("verify", "bundle", tmp_path / "second", "--known", refused_file).code == 0


def test_a_witness_detects_an_old_backup_with_its_old_seal(riverside: Community, tmp_path: Path) -> None:
    key = riverside.key
    with watching(tmp_path / "library", "--name", "library.example", "--log", key) as eye:
        riverside.done("witnesses", "add", "library", eye.key, eye.address)
        old = riverside.twin(tmp_path / "old")
        riverside.help(NEXT)
        riverside.done("seal")

        put_back = old.hours("seal")

    assert put_back.code == 1 and "entries of this log, which has" in put_back.err
    assert "Nothing was signed" in old.hours("seal").err
    old.help(OTHERWISE.format(15))
    assert old.hours("bundle", tmp_path / "older").code == 1
    assert "Nothing was signed" in old.hours("seal").err, "a bundle as evidence signs nothing new"
    checked = old.hours("verify", "bundle", tmp_path / "older")
    assert checked.code == 3 and "contradiction: entries" in checked.out


def test_the_signature_of_a_witness_without_a_server_can_be_added(riverside: Community, tmp_path: Path) -> None:
    key = riverside.key
    laptop = ["witness", "--state", str(tmp_path / "laptop")]

    def cosign(bundle: Path, *more: str) -> Told:
        ran = CliRunner().invoke(hours, [*laptop, *more, "cosign", str(bundle)])
        return Told(ran.exit_code, ran.stdout, ran.stderr)

    riverside.done("bundle", tmp_path / "first")
    unknown = cosign(tmp_path / "first", "--name", "ana-laptop")
    assert unknown.code == 1 and "is not followed here" in unknown.err
    vkey = next(line for line in unknown.err.splitlines() if line.startswith("ana-laptop+"))
    riverside.done("witnesses", "add", "ana", vkey)

    signed = cosign(tmp_path / "first", "--log", key)
    (tmp_path / "seen").write_text(signed.out)
    assert signed.code == 0 and "— ana-laptop " in signed.out
    assert "signed by  ana, 20" in riverside.done("witnesses", "take", tmp_path / "seen")
    assert "signed by  ana, 20" in riverside.done("seal")

    twin = riverside.twin(tmp_path / "twin")
    riverside.help(NEXT)
    twin.help(OTHERWISE.format(500))
    for community, name in ((riverside, "second"), (twin, "forked")):
        community.done("bundle", tmp_path / name)
    assert cosign(tmp_path / "second").code == 0
    forked = cosign(tmp_path / "forked")
    assert forked.code == 2 and "Nothing was signed" in forked.err and not forked.out
    assert cosign(tmp_path / "first").code == 3, "a shorter book is not signed any more"
    (tmp_path / "second" / "balances.csv").write_text("")
    assert cosign(tmp_path / "second").code == 1
    (tmp_path / "empty").mkdir()
    assert "does not contain a seal" in cosign(tmp_path / "empty").err


def test_a_bundle_whose_seal_is_swapped_while_it_is_read_gets_no_signature_under_another_root(
    riverside: Community, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = riverside.key
    twin = riverside.twin(tmp_path / "twin")
    for community, helped, name in ((riverside, NEXT, "bundle"), (twin, OTHERWISE.format(500), "other")):
        community.help(helped)
        community.done("bundle", tmp_path / name)
    bundle, file = tmp_path / "bundle", tmp_path / "bundle" / "checkpoint"
    honest, forged = file.read_bytes(), (tmp_path / "other" / "checkpoint").read_bytes()

    def verify_after_the_swap(*given: Any, **options: Any) -> Verdict:
        file.write_bytes(honest)
        try:
            return verify(*given, **options)
        finally:
            file.write_bytes(forged)

    monkeypatch.setattr("web.commands.witness.verify", verify_after_the_swap)
    file.write_bytes(forged)
    laptop = ["witness", "--state", str(tmp_path / "laptop"), "--name", "ana-laptop", "--log", key]
    signed = CliRunner().invoke(hours, [*laptop, "cosign", str(bundle)])

    assert signed.exit_code == 0
    assert parse_note(signed.stdout_bytes).text == parse_note(honest).text != parse_note(forged).text


def test_an_invalid_witness_is_refused(riverside: Community, tmp_path: Path) -> None:
    log_key = riverside.key
    vkey = Witness(tmp_path / "w", "w").key.text

    assert "not a public key" in riverside.hours("witnesses", "add", "w", "no-key").err
    assert "not the key of a witness" in riverside.hours("witnesses", "add", "w", log_key).err
    assert "not the address of a witness" in riverside.hours("witnesses", "add", "w", vkey, "ftp://w.example").err
    assert "cannot be required" in riverside.hours("witnesses", "need", "1").err
    assert "no witness called" in riverside.hours("witnesses", "remove", "w").err

    riverside.done("witnesses", "add", "w", vkey)
    word = tmp_path / "word"
    for said in ("nothing of the kind", riverside.done("seal", "--note")):
        word.write_text(said)
        assert "does not contain a signature by a witness" in riverside.hours("witnesses", "take", word).err
    assert "is shown bundles" in riverside.done("witnesses", "list")
    assert riverside.hours("witnesses", "remove", "w").code == 0
