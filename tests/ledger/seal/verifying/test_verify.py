"""The verification as an auditor uses it, on the command line."""

import shutil
from collections.abc import Iterator
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import BinaryIO

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.seal.signing.folder import KEY
from ledger.seal.verify import WRONG_CALL, main, read_policy, verify
from ledger.seal.verifying.marks import LARGEST_NUMBER
from ledger.seal.verifying.merkle import leaf_hash
from ledger.seal.verifying.note import ED25519, BadNote, Checkpoint, VerifierKey, parse_keys, sign_note
from ledger.seal.verifying.policy import LARGEST_POLICY_BYTES
from ledger.seal.verifying.receipt import NO_KEY, Receipt
from ledger.seal.verifying.segment_reading import Segment, Task
from ledger.seal.verifying.segments import read_segments
from tests.ledger.recorded.samples import EVER_RECORDED
from tests.ledger.seal.conftest import ORIGIN, SealedCommunity

PRIVATE = Ed25519PrivateKey.from_private_bytes(b"7" * 32)
OURS = VerifierKey(ORIGIN, ED25519, PRIVATE.public_key().public_bytes_raw())
SETTLED = EVER_RECORDED["exchange-settled.v1"]


def sealed(entry: bytes, private: Ed25519PrivateKey = PRIVATE) -> bytes:
    """The seal over the only entry of a log."""
    return sign_note(Checkpoint(ORIGIN, 1, leaf_hash(entry)).text, ORIGIN, private).data


def receipt_of(entry: bytes) -> bytes:
    """The receipt of the only entry of a log."""
    return Receipt(entry, 0, (), sealed(entry)).data


def test_a_bundle_is_checked_against_known_seals_and_keys(
    community: SealedCommunity, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = str(community.folder.path / "vkeys.txt")

    assert main(["bundle", str(community.bundle), "--known", str(community.kept), "--key", keys]) == 0
    report = capsys.readouterr().out
    assert "seal of 26 entries" in report and "SOUND" in report
    known, trusted = [community.kept], parse_keys(Path(keys).read_bytes())
    assert report.splitlines() == [*verify("bundle", community.bundle, known=known, keys=trusted).lines]


@pytest.mark.parametrize(("option", "name"), [("--key", "vkeys.txt"), ("--policy", "policy")])
def test_a_key_from_the_bundle_itself_does_not_say_whose_it_is(
    community: SealedCommunity, tmp_path: Path, option: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    inside, bundle = community.bundle / name, str(community.bundle)
    link, elsewhere = tmp_path / "link", tmp_path / "elsewhere"
    link.symlink_to(inside)
    shutil.copy(inside, elsewhere)

    for file in (inside, link):
        assert main(["bundle", bundle, option, str(file)]) == 0
        assert NO_KEY in capsys.readouterr().out
        assert main(["bundle", bundle, option, str(file), "--strict"]) == 3
    assert main(["bundle", bundle, option, str(elsewhere), "--strict"]) == 0
    assert main(["bundle", bundle, "--strict"]) == 3
    assert main(["bundle", bundle, "--known", str(community.bundle / "checkpoint"), "--strict"]) == 3
    assert main(["bundle", bundle, "--known", str(community.kept), "--strict"]) == 0


@pytest.mark.parametrize("name", ["vkeys.txt", "policy"])
def test_a_file_of_a_bundle_that_cannot_be_read_is_named(community: SealedCommunity, tmp_path: Path, name: str) -> None:
    bundle = Path(shutil.copytree(community.bundle, tmp_path / "bundle"))
    (bundle / name).write_text("nonsense")

    assert any(f" {name}: " in line for line in verify("bundle", bundle).lines)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "are required: kind, path"),
        (["bundle"], "are required: path"),
        (["book", "x"], "invalid choice: 'book'"),
        (["Receipt", "x"], "invalid choice: 'Receipt'"),
        (["bundle", "x", "--key", "no-such-file"], "no-such-file is not a file of keys"),
        (["bundle", "x", "--policy", "no-such-file"], "no-such-file is not a policy"),
        (["bundle", "x", "--what"], "unrecognized arguments: --what"),
    ],
    ids=["nothing", "no path", "another kind", "a capital", "no keys", "no policy", "an option"],
)
def test_a_wrong_command_line_has_its_own_exit_code(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    usage = capsys.readouterr().err
    assert (
        ended.value.code == WRONG_CALL and usage.startswith("usage: python -m ledger.seal.verify") and message in usage
    )


def test_the_command_checks_a_receipt_against_a_key_and_a_known_seal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, keys, kept = tmp_path / "receipt", tmp_path / "keys", tmp_path / "kept"
    path.write_bytes(receipt_of(SETTLED))
    keys.write_text(f"{OURS.text}\n")
    kept.write_bytes(sealed(b"another"))

    assert main(["receipt", str(path), "--key", str(keys)]) == 0
    report = capsys.readouterr().out
    assert "the entry is number 1 of the 1 that are sealed" in report
    assert "by m-chidi, m-ana +60 min, m-bo -60 min, m-bo +120 min, m-ana -120 min" in report
    assert main(["receipt", str(path)]) == 3
    assert main(["receipt", str(path), "--key", str(keys), "--known", str(kept)]) == 2
    assert main(["receipt", str(path), "--key", str(keys), "--known", str(path), "--known", str(kept)]) == 1


@pytest.mark.parametrize(("encoding", "shown"), [("ascii", "\\u5b57"), ("utf-8", "字")])
def test_letters_that_the_terminal_lacks_are_escaped(
    encoding: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = TextIOWrapper(BytesIO(), encoding=encoding)
    monkeypatch.setattr("sys.stdout", terminal)

    assert main(["receipt", "字"]) == 3
    terminal.seek(0)
    assert f"  ! {shown} cannot be read: No such file or directory" in terminal.read()


def test_a_verdict_can_be_written_to_a_stream_without_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    page = StringIO()
    monkeypatch.setattr("sys.stdout", page)

    assert main(["receipt", "字"]) == 3 and "字 cannot be read" in page.getvalue()


def test_an_endless_file_is_rejected() -> None:
    assert verify("receipt", Path("/dev/zero")).code == 1
    with pytest.raises(BadNote):
        read_policy(Path("/dev/zero"))


def test_the_longest_policy_is_accepted(tmp_path: Path) -> None:
    text = f"log {OURS.text}\nquorum none\n"
    path = tmp_path / "policy"
    path.write_text(text + "#" * (LARGEST_POLICY_BYTES - len(text) - 1) + "\n")
    assert read_policy(path).logs == (OURS,)

    path.write_text(text + "#" * (LARGEST_POLICY_BYTES - len(text)) + "\n")
    with pytest.raises(BadNote):
        read_policy(path)


def test_a_private_key_is_not_accepted_as_a_file_of_public_keys(community: SealedCommunity) -> None:
    with pytest.raises(SystemExit):
        main(["bundle", str(community.bundle), "--key", str(community.folder.path / KEY)])


def test_a_receipt_of_an_unknown_kind_of_entry_is_incomplete(tmp_path: Path) -> None:
    path = tmp_path / "receipt"
    path.write_bytes(receipt_of(SETTLED.replace(b'"ver":1', b'"ver":2')))

    assert verify("receipt", path, keys=[OURS]).code == 3


def test_a_receipt_of_invalid_bytes_is_tampered_even_if_signed(tmp_path: Path) -> None:
    path = tmp_path / "receipt"
    for entry in (
        b"{}",
        SETTLED.replace(b'"minutes":60', b'"minutes": 60'),
        SETTLED.replace(b"elm-street", b"oak-street"),
    ):
        path.write_bytes(receipt_of(entry))
        assert verify("receipt", path, keys=[OURS]).code == 1


def test_a_receipt_and_a_known_seal_with_different_roots_are_forked(tmp_path: Path) -> None:
    path, kept = tmp_path / "receipt", tmp_path / "kept"
    path.write_bytes(receipt_of(SETTLED))
    kept.write_bytes(sign_note(Checkpoint(ORIGIN, 1, leaf_hash(b"another")).text, ORIGIN, PRIVATE).data)

    assert verify("receipt", path, keys=[OURS], known=[kept]).code == 2
    assert verify("receipt", path, known=[kept]).code == 2, "gravest first: that no key was given weighs less"
    kept.write_bytes(b"spoiled")
    assert verify("receipt", path, keys=[OURS], known=[kept]).code == 1
    kept.write_bytes(sealed(SETTLED))
    assert verify("receipt", path, keys=[OURS], known=[kept]).code == 0
    kept.write_bytes(sealed(SETTLED, Ed25519PrivateKey.from_private_bytes(b"8" * 32)))
    assert verify("receipt", path, keys=[OURS], known=[kept]).code == 1, "a seal that someone else signed says nothing"
    assert verify("receipt", path, keys=[OURS], known=[tmp_path / "nowhere"]).code == 3


@pytest.mark.parametrize(
    ("more", "code", "finding"),
    [(0, 1, "to 4,294,967,295 are missing"), (1, 3, "a bundle of 4,294,967,296 entries is too large")],
)
def test_a_seal_over_too_many_entries_is_incomplete(
    community: SealedCommunity, more: int, code: int, finding: str
) -> None:
    huge = Checkpoint(ORIGIN, LARGEST_NUMBER + more, leaf_hash(b""))
    (community.bundle / "vkeys.txt").write_text(f"{OURS.text}\n")
    (community.bundle / "policy").write_text(f"log {OURS.text}\nquorum none\n")
    (community.bundle / "checkpoint").write_bytes(sign_note(huge.text, ORIGIN, PRIVATE).data)

    verdict = verify("bundle", community.bundle)

    assert verdict.code == code and finding in "\n".join(verdict.lines)


def test_an_unreadable_file_is_incomplete_and_not_a_crash(
    community: SealedCommunity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.seal.verifying.bundle_check.read_segments", _lost_disk)

    verdict = verify("bundle", community.bundle)

    assert verdict.code == 3 and "the disk is gone" in "\n".join(verdict.lines)


@pytest.mark.parametrize("workers", [None, 1, 3])
def test_the_requested_number_of_processes_is_used(
    workers: int | None, community: SealedCommunity, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int | None] = []

    def one_after_the_other(file: BinaryIO, work: Iterator[Task], workers: int | None) -> Iterator[Segment]:
        asked.append(workers)
        return read_segments(file, work, 1)

    monkeypatch.setattr("ledger.seal.verifying.bundle_check.read_segments", one_after_the_other)

    assert verify("bundle", community.bundle, workers=workers).code == 0 and asked == [workers]


def test_progress_is_reported(community: SealedCommunity) -> None:
    reported: list[tuple[int, int]] = []

    verify("bundle", community.bundle, progress=lambda done, of: reported.append((done, of)))

    assert reported == [(26, 26)]


def _lost_disk(*_: object) -> None:
    raise OSError(5, "the disk is gone")


def test_only_some_of_many_findings_are_shown(community: SealedCommunity) -> None:
    for size in range(100, 140):
        (community.bundle / "checkpoints" / str(size)).write_bytes(b"x")

    lines = verify("bundle", community.bundle).lines

    assert "  ! and 20 more" in lines and sum(line.startswith("  !") for line in lines) == 21
