"""The stage in the file system: a hidden folder beside the data folder, exchanged with it in one step."""

import ctypes
import errno
import fcntl
import os
import shutil
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from ledger.backup.refused import BackupRefused
from ledger.log.places import Place

_HERE = -100  # AT_FDCWD: paths are seen from the working folder
_EXCHANGE = 2  # RENAME_EXCHANGE, Linux's renameat2


@contextmanager
def folder_stage(place: Place) -> "Generator[FolderStage]":
    """A locked, empty folder beside the data folder. What a killed restore has left there goes first: it was never in use."""
    fresh = place.beside()
    fresh.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(fresh.path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not _is_still(fresh.path, handle):
            raise BlockingIOError
        for path in fresh.path.iterdir():
            path.unlink()
        yield FolderStage(place.path.resolve(), fresh)
    except BlockingIOError:
        raise BackupRefused(f"{place.path} is being restored just now.", "Wait until that is done.") from None
    finally:
        if _is_still(fresh.path, handle):
            shutil.rmtree(fresh.path)
        os.close(handle)


class FolderStage:
    """See `ledger.backup.stage.Stage`."""

    def __init__(self, target: Path, fresh: Place) -> None:
        self._target = target
        self.fresh = fresh

    @property
    def is_free(self) -> bool:
        return not self._target.exists() or (self._target.is_dir() and not any(self._target.iterdir()))

    def swap(self, now: datetime) -> str:
        fresh, aside = self.fresh.path, self._target.with_name(f"{self._target.name}.set-aside-{now:%Y%m%dT%H%M%S.%fZ}")
        _sync(fresh)
        if self.is_free:
            fresh.rename(self._target)
            _sync(self._target.parent)
            return ""
        _must_be_closed(self._target)
        fresh.chmod(self._target.stat().st_mode & 0o7777)
        # Whichever of the two folders has this name when something stops us here: it is whole, and set aside.
        fresh.rename(aside)
        _exchange(aside, self._target)
        _sync(self._target.parent)
        return str(aside)


def _is_still(path: Path, handle: int) -> bool:
    """Whether the path names the folder that was opened: another restore may have put it to use meanwhile."""
    with suppress(FileNotFoundError):
        return os.path.samestat(path.stat(), os.fstat(handle))
    return False


def _must_be_closed(folder: Path) -> None:
    """SQLite leaves write-ahead mode only when nobody else has the file open. A file that is damaged is nobody's any more."""
    for name in ("log.db", "people.db"):
        if not (folder / name).exists():
            continue
        with suppress(sqlite3.DatabaseError):
            connection = sqlite3.connect(f"file:{quote(str(folder / name))}?mode=rw", uri=True, timeout=0)
            try:
                connection.execute("PRAGMA journal_mode = DELETE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                    raise BackupRefused(
                        f"A program has the community in {folder} open.",
                        "Stop the server and all commands, then try again.",
                    ) from None
            finally:
                connection.close()


def _exchange(one: Path, other: Path) -> None:
    """Each folder takes the other's name, in one step."""
    system = ctypes.CDLL(None, use_errno=True)
    if system.renameat2(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        return
    why = ctypes.get_errno()
    if why in (errno.EINVAL, errno.ENOSYS, errno.EBUSY, errno.EXDEV):
        raise BackupRefused(
            f"This system cannot exchange two folders in one step. What was restored is whole, in {one}.",
            f"Stop the server, move {other} away by hand, and give {one} its name.",
        )
    raise OSError(why, os.strerror(why), str(other))


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
