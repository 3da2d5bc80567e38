"""Start `appending` in a separate process."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def appending(url: str, who: str, count: int) -> "subprocess.Popen[str]":
    """Start a process that appends `count` entries and prints each one that was acknowledged."""
    command = [sys.executable, "-m", "tests.ledger.log.appending", url, who, str(count)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def acknowledged(output: str) -> dict[str, int]:
    """Parse the complete lines: the position of each acknowledged entry, by name."""
    lines = [line.split() for line in output.splitlines(keepends=True) if line.endswith("\n")]
    return {name: int(position) for name, position in lines}
