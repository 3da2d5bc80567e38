"""Every `hours` command in the README and the tutorials runs as shown."""

import re
import shlex
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import pytest

from ledger.members.commands import InviteMember, WelcomeMember
from ledger.members.facts import MemberInvited
from ledger.time_bank import TimeBank
from tests.bench.pages import free_port

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "tutorials").glob("*.md"))]
SHOWN = re.compile(r"^\.venv/bin/hours (?P<words>[^#\n]+)", re.MULTILINE)
DONE_IN_THE_BROWSER = ("Ana Silva", "Bo Lind")
"""The people the coordinator of the tutorial invites and welcomes on the pages, between two commands."""


def commands_in(page: Path) -> list[list[str]]:
    """The arguments of each command on a page, in order."""
    blocks = re.findall(r"^```\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [shlex.split(match["words"]) for block in blocks for match in SHOWN.finditer(block)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_run_as_shown(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))  # not among the seals of this machine
    shown = commands_in(page)
    assert shown, f"{page.name} shows no command"

    for words in shown:
        if "serve" in words:
            serve_and_check(words, tmp_path)
        else:
            ran = subprocess.run(hours(words), cwd=tmp_path, capture_output=True, text=True, check=False)
            assert ran.returncode == 0, f"hours {shlex.join(words)}: {ran.stdout}{ran.stderr}"
        if "found" in words:
            welcome_the_neighbours(tmp_path / words[words.index("--data") + 1])


def hours(words: Sequence[str]) -> list[str]:
    """The command line that starts the installed program."""
    return [str(Path(sys.executable).parent / "hours"), *words]


def serve_and_check(words: Sequence[str], folder: Path) -> None:
    """Start the server as shown (but on a free port), check that it answers, and stop it."""
    port = free_port()
    with subprocess.Popen(hours([*words, "--port", str(port)]), cwd=folder, stdout=subprocess.DEVNULL) as server:
        try:
            for _ in range(300):
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=5) as answer:
                        assert answer.status == 200
                        return
                except OSError:
                    assert server.poll() is None, "the server ended"
                    time.sleep(0.1)
            pytest.fail("the server never answered")
        finally:
            server.terminate()


def welcome_the_neighbours(folder: Path) -> None:
    """Do what the coordinator does on the pages before the tutorial continues."""
    with TimeBank.open(folder) as bank:
        (chidi,) = bank.handler.context(["coordinators"]).coordinators.since
        for name in DONE_IN_THE_BROWSER:
            member = bank.do(InviteMember(name=name), by=chidi).fact(MemberInvited).member
            bank.do(WelcomeMember(member=member), by=chidi)
