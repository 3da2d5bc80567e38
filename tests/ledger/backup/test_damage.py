"""A backup that is damaged, truncated, foreign, newer or forged is refused with a reason, and nothing is changed."""

import errno
import hashlib
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from ledger.backup.file import BackupRefused, check, opened
from tests.ledger.backup.conftest import put_back

Members = dict[str, bytes]


def contents_if_sound(path: Path) -> tuple[list[bytes], list[bytes]]:
    with opened(path) as backup:
        check(backup)
        with backup.entries() as entries:
            return entries.readlines(), list(backup.personal_data())


def test_one_changed_byte_is_refused_or_changes_nothing_that_matters(lively_backup: Path, tmp_path: Path) -> None:
    whole, path = lively_backup.read_bytes(), tmp_path / "changed.zip"
    sound = contents_if_sound(lively_backup)
    chance = random.Random(7)
    places = [*range(120), *chance.sample(range(len(whole)), 500), *range(len(whole) - 450, len(whole))]
    refused = 0

    for place in places:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :])
        try:
            assert contents_if_sound(path) == sound, f"byte {place}"
        except BackupRefused:
            refused += 1

    assert refused > len(places) / 2


def test_a_truncated_file_is_refused(lively_backup: Path, tmp_path: Path) -> None:
    whole, path = lively_backup.read_bytes(), tmp_path / "cut.zip"
    for length in [0, 1, 21, *range(30, len(whole), 67), len(whole) - 1]:
        path.write_bytes(whole[:length])
        with pytest.raises(BackupRefused):
            contents_if_sound(path)


@pytest.mark.parametrize("when", ["__init__", "infolist"])
def test_a_failing_disk_is_not_reported_as_a_damaged_file(
    when: str, lively_backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(zipfile.ZipFile, when, failing)
    monkeypatch.setattr(zipfile.ZipFile, "__del__", lambda _: None)

    with pytest.raises(OSError, match="Input/output error"):
        contents_if_sound(lively_backup)


def an_entry_less(members: Members) -> None:
    members["entries.jsonl"] = members["entries.jsonl"].split(b"\n", 1)[1]


def another_word(members: Members) -> None:
    members["entries.jsonl"] = members["entries.jsonl"].replace(b'"via":"web"', b'"via":"api"', 1)


def an_entry_more(members: Members) -> None:
    members["entries.jsonl"] += members["entries.jsonl"].rsplit(b"\n", 2)[1] + b"\n"


def no_end_of_line(members: Members) -> None:
    members["entries.jsonl"] = members["entries.jsonl"][:-1]


def words_less(members: Members) -> None:
    members["words.jsonl"] = members["words.jsonl"].split(b"\n", 1)[1]


def other_words(members: Members) -> None:
    members["words.jsonl"] = members["words.jsonl"].replace(b"Lawn", b"Yawn")
    _say(members, words_sha256=hashlib.sha256(members["words.jsonl"]).hexdigest())


def words_that_are_none(members: Members) -> None:
    members["words.jsonl"] = b"{}\n"
    _say(members, words=1, words_sha256=hashlib.sha256(b"{}\n").hexdigest())


def another_root(members: Members) -> None:
    _say(members, root="ab" * 32)


def a_root_that_is_none(members: Members) -> None:
    _say(members, root="ab")


def a_newer_version(members: Members) -> None:
    _say(members, version=2, something="new")


def another_format(members: Members) -> None:
    _say(members, format="somebody-elses")


def more_entries_than_there_are(members: Members) -> None:
    _say(members, entries=10**15)


def another_community(members: Members) -> None:
    _say(members, origin="localhost/oak-street/1")


def a_manifest_that_is_none(members: Members) -> None:
    members["manifest.json"] = b"[" * 10_000


def a_file_more(members: Members) -> None:
    members["../../escape"] = b"out"


def no_words(members: Members) -> None:
    del members["words.jsonl"]


def _say(members: Members, **said: object) -> None:
    manifest = msgspec.json.decode(members["manifest.json"])
    members["manifest.json"] = msgspec.json.encode(manifest | said)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (an_entry_less, "Entries .* are missing|cannot be"),
        (another_word, "not those that were written"),
        (an_entry_more, "not those that were written|is wrong"),
        (no_end_of_line, "are missing"),
        (words_less, "names and notes are not what"),
        (other_words, "not the text that was sealed"),
        (words_that_are_none, "is malformed"),
        (another_root, "not those that were written"),
        (a_root_that_is_none, "not a complete backup"),
        (a_newer_version, "version 2; this program knows version 1"),
        (another_format, "is not a complete backup"),
        (more_entries_than_there_are, "are missing"),
        (another_community, "belongs to the log localhost/elm-street/1"),
        (a_manifest_that_is_none, "not a backup of Common Hours"),
        (a_file_more, "not a backup of Common Hours"),
        (no_words, "not a backup of Common Hours"),
    ],
)
def test_a_forged_backup_is_refused_with_a_reason(
    change: Callable[[Members], None], words: str, lively_backup: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(lively_backup) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(tmp_path / "made-up.zip", "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)

    with pytest.raises(BackupRefused, match=words):
        put_back(tmp_path / "made-up.zip", f"sqlite:///{tmp_path / 'data'}", tmp_path / "seals")
    assert [path.name for path in tmp_path.iterdir()] == ["made-up.zip"]


@pytest.mark.parametrize("data", [b"", b"PK", b"hello " * 1000, b"SQLite format 3\x00" + bytes(5000)])
def test_another_file_is_not_a_backup(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(data)

    with pytest.raises(BackupRefused, match="is not a backup of Common Hours"):
        contents_if_sound(tmp_path / "file")


def test_an_encrypted_backup_is_refused(lively_backup: Path, tmp_path: Path) -> None:
    data = bytearray(lively_backup.read_bytes())
    central = data.find(b"PK\x01\x02")
    data[central + 8] |= 1
    (tmp_path / "locked.zip").write_bytes(data)

    with pytest.raises(BackupRefused, match="is not a backup"):
        contents_if_sound(tmp_path / "locked.zip")
