"""Files for their owner alone: a data folder has mode 0700, and the databases in it 0600, whatever the umask is.

SQLite gives the files beside a database (`-wal`, `-shm`) the permissions of the database.
"""

import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_OTHERS = 0o077


def private_folder(folder: Path) -> None:
    """Create a data folder that is closed to everyone else, or close one that is there, with the databases in it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    close_folder(folder)


def close_folder(folder: Path) -> None:
    """Close a data folder to everyone but its owner, and the databases in it. What belongs to someone else stays as it is."""
    for path in _in_folder(folder):
        close_to_others(path)


def private_file(path: Path) -> Path:
    """Create an empty file for its owner alone. One that is there is closed to others, and never opened: that would drop SQLite's locks."""
    with suppress(FileExistsError):
        path.touch(0o600, exist_ok=False)
    close_to_others(path)
    return path


def close_to_others(path: Path) -> None:
    """Take away every permission that others have. A folder that is shared by its nature, such as /tmp, stays shared."""
    with suppress(OSError):  # it belongs to someone else or is gone; `hours doctor` names what others can read
        mode = path.stat().st_mode
        if mode & _OTHERS and not mode & stat.S_ISVTX:
            path.chmod(stat.S_IMODE(mode) & ~_OTHERS)


def open_to_others(*paths: Path) -> list[Path]:
    """Return which of these files others have permissions for. A data folder stands for the databases in it too."""
    everything = [each for path in paths for each in (_in_folder(path) if path.is_dir() else (path,))]
    return [path for path in everything if path.exists() and path.stat().st_mode & _OTHERS]


def _in_folder(folder: Path) -> Iterator[Path]:
    yield folder
    with suppress(OSError):
        yield from sorted(folder.glob("*.db*"))
