"""Witnesses as processes of their own, for tests."""

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
HOURS = [sys.executable, "-m", "web.commands.main"]


class Eye(NamedTuple):
    """A running witness: its address and its public key."""

    address: str
    key: str
    process: "subprocess.Popen[str]"


@contextmanager
def watching(state: Path, *words: str) -> Generator[Eye]:
    """`hours witness` on a free port, while the block lasts."""
    command = [*HOURS, "witness", "--state", str(state), "--port", "0", *words]
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stderr is not None, "both are pipes"
    try:
        key = process.stdout.readline().strip()
        told: list[str] = []
        while "http://" not in (line := process.stderr.readline()):
            told.append(line)
            assert line, f"the witness did not start: {told}"
        yield Eye(line.split()[-1], key, process)
    finally:
        process.kill()
        process.communicate()
