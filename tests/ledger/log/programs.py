"""Starts `appending` in a process of its own."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def appending(url: str, who: str, count: int) -> "subprocess.Popen[str]":
    """A process that appends `count` entries, and prints what was acknowledged."""
    command = [sys.executable, "-m", "tests.ledger.log.appending", url, who, str(count)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def acknowledged(output: str) -> dict[str, int]:
    """The entries whose position was printed to the end: name to position."""
    lines = [line.split() for line in output.splitlines(keepends=True) if line.endswith("\n")]
    return {name: int(position) for name, position in lines}
