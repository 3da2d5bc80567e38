"""The files of this repository, for the house rules."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("ledger", "projections", "web")


def files() -> list[Path]:
    """Every file that is tracked, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    present = [ROOT / name for name in listed.split("\0") if name]
    return sorted(path for path in set(present) if path.is_file())


def modules(*folders: str) -> list[Path]:
    """The Python files in some top-level folders."""
    return [path for path in files() if path.suffix == ".py" and name(path).split("/")[0] in folders]


def name(path: Path) -> str:
    """A path from the root, with slashes."""
    return path.relative_to(ROOT).as_posix()


def text(path: Path) -> str:
    """The text of a file, or nothing if it is binary."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""
