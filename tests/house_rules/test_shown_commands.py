"""Every `hours` command that the README and the tutorials show runs as shown."""

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
"""Whom the tutorial's coordinator invites and welcomes on the pages, between two commands."""


def commands_in(page: Path) -> list[list[str]]:
    """The words of each command that a page shows, in order."""
    blocks = re.findall(r"^```\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [shlex.split(match["words"]) for block in blocks for match in SHOWN.finditer(block)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_run_as_shown(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))  # seals are never kept among those of this machine
    shown = commands_in(page)
    assert shown, f"{page.name} shows no command"

    for words in shown:
        if "serve" in words:
            answers_when_served(words, tmp_path)
        else:
            ran = subprocess.run(hours(words), cwd=tmp_path, capture_output=True, text=True, check=False)
            assert ran.returncode == 0, f"hours {shlex.join(words)}: {ran.stdout}{ran.stderr}"
        if "found" in words:
            welcome_the_neighbours(tmp_path / words[words.index("--data") + 1])


def hours(words: Sequence[str]) -> list[str]:
    """The command line of the installed program."""
    return [str(Path(sys.executable).parent / "hours"), *words]


def answers_when_served(words: Sequence[str], folder: Path) -> None:
    """The server starts as shown (but on a port of ours), answers, and stops."""
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
    """What the coordinator does on the pages before the tutorial goes on."""
    with TimeBank.open(folder) as bank:
        (chidi,) = bank.handler.context(["coordinators"]).coordinators.ids
        for name in DONE_IN_THE_BROWSER:
            member = bank.do(InviteMember(name=name), by=chidi).fact(MemberInvited).member
            bank.do(WelcomeMember(member=member), by=chidi)
