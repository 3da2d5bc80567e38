"""Reads the small files in the folder of a bundle, which may hold anything: pipes, other files, very long names."""

from collections.abc import Collection, Generator
from contextlib import contextmanager
from pathlib import Path

from ledger.seal.verifying.bundle_files import read_at_most
from ledger.seal.verifying.note import LARGEST_NOTE_BYTES, BadNote

_LONGEST_NAME = 200
_MOST_OTHERS = 10


def read_file(path: Path) -> bytes:
    """The bytes of a small file. Raise BadNote, without opening it, if it is a pipe or a device, which could wait for ever."""
    if not path.is_file():
        raise BadNote("it is not a file")
    return read_at_most(path, LARGEST_NOTE_BYTES)


def other_files(folder: Path, known: Collection[str]) -> list[str]:
    """A line for each file that is not part of a bundle, or one line for all of them if there are many."""
    others = sorted({path.name for path in folder.iterdir()} - {*known})
    if len(others) > _MOST_OTHERS:
        return [f"{len(others):,} files that are not part of a bundle, such as {others[0][:_LONGEST_NAME]!r}"]
    return [f"{name[:_LONGEST_NAME]!r}, which is not part of a bundle" for name in others]


@contextmanager
def named(name: str) -> Generator[None]:
    """Put the name of the file before what is wrong with it."""
    try:
        yield
    except BadNote as error:
        raise BadNote(f"{name}: {error}") from error
