"""What release 0.1 wrote is opened, served, verified and carried on by this one.

Everything is asked from outside: the `hours` command, pages over HTTP, and `python -m ledger.seal.verify`. The README in
the folder says how its files were made.
"""

import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tarfile
import time
from collections.abc import Generator
from contextlib import redirect_stderr, redirect_stdout
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import pytest

OLD = Path(__file__).parent / "from_0_1"
RECORDED: dict[str, Any] = json.loads((OLD / "recorded.json").read_text(encoding="utf-8"))
MEMBERS: dict[str, str] = RECORDED["members"]
REPEATABLE = [request for request in RECORDED["requests"] if request["can_be_repeated"]]
SECONDS_TO_START = 60


class Community:
    """The old community in a place of its own, and the seals that were made of it."""

    def __init__(self, place: Path, database: str = "") -> None:
        with tarfile.open(OLD / "community.tar.gz") as archive:
            archive.extractall(place, filter="data")
        self.seal = place / "seal"
        self.where = ["--database", database] if database else ["--data", str(place / "data")]

    def hours(self, *words: str | Path, seal: Path | None = None) -> str:
        """Calls `hours` on this community as the installed program does, and returns what it printed."""
        (program,) = entry_points(group="console_scripts", name="hours")
        printed, said = _stream(), _stream()
        with (
            patch.object(sys, "argv", ["hours", *self.where, *map(str, words)]),
            patch.dict(os.environ, {"HOURS_SEAL": str(seal or self.seal)}),
            redirect_stdout(printed),
            redirect_stderr(said),
            pytest.raises(SystemExit) as ended,
        ):
            sys.exit(program.load()())
        assert (ended.value.code or 0) == 0, f"hours {words}: {_written(printed)}{_written(said)}"
        return _written(printed)

    def checkpoint(self) -> tuple[str, int, str]:
        """Origin, number of entries and root, computed from the log alone by somebody who never sealed it before."""
        new = self.seal.with_name("seal-of-somebody-else")
        shutil.rmtree(new, ignore_errors=True)
        return read_checkpoint(self.hours("seal", "--note", seal=new))


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)


def _written(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


def read_checkpoint(note: str) -> tuple[str, int, str]:
    """The three lines that a checkpoint consists of, whoever signed it."""
    origin, size, root = note.splitlines()[:3]
    return origin, int(size), root


def entries_of(bundle: Path) -> list[dict[str, Any]]:
    """The entries of a bundle, in order."""
    return [json.loads(line) for line in (bundle / "entries.jsonl").read_text(encoding="utf-8").splitlines()]


SEALED = read_checkpoint((OLD / "bundle" / "checkpoint").read_text())


@pytest.fixture
def community(tmp_path: Path) -> Community:
    """The old data folder, copied for this test alone."""
    return Community(tmp_path)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[Community, dict[str, httpx.Client]]]:
    """The old data folder while it is served, with a browser in which each of its people is signed in."""
    community = Community(tmp_path_factory.mktemp("served"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [str(Path(sys.executable).with_name("hours")), *community.where, "serve", "--port", str(port)]
    environment = os.environ | {"HOURS_SEAL": str(community.seal)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as server:
        browsers: dict[str, httpx.Client] = {}
        try:
            _wait_for(address, server)
            for who, member in MEMBERS.items():
                link = community.hours("sign-in-link", member, "--base-url", address).split()[-1]
                browsers[who] = httpx.Client(base_url=address, timeout=SECONDS_TO_START)
                assert browsers[who].post(link).status_code == 303
            yield community, browsers
        finally:
            for browser in browsers.values():
                browser.close()
            server.terminate()


def _wait_for(address: str, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + SECONDS_TO_START
    while server.poll() is None and time.monotonic() < until:
        try:
            httpx.get(f"{address}/sign-in", timeout=SECONDS_TO_START)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the server did not answer")


def pages() -> list[tuple[str, str]]:
    """Who opens which page: each thing that was made, on the pages of those it concerns."""
    made = {request["location"].split("?")[0] for request in RECORDED["requests"]}
    exchanges = sorted(path for path in made if path.startswith("/exchanges/x-"))
    gifts = sorted(path for path in made if path.startswith("/gifts/"))
    groups = sorted(path for path in made if path.startswith("/groups/"))
    people = sorted(path for path in made if path.startswith("/members/m-"))
    assert exchanges and gifts and groups and people
    mine = ["/", "/exchanges", "/story", "/members", "/groups", "/community", "/agreements", "/seal", "/replay"]
    return [
        *(("ana", path) for path in [*mine, f"/statements/{MEMBERS['ana']}", f"/members/{MEMBERS['ana']}/data"]),
        *(("chidi", path) for path in [*mine, *exchanges, *gifts, *groups, *people, "/coordinator", "/balances"]),
        *(("ruth", path) for path in ["/", "/audit", "/journal", "/balances", "/community/everything", "/checkpoint"]),
        *(
            ("ruth", f"/journal/{number}")
            for number in {entry["type"]: at for at, entry in enumerate(entries_of(OLD / "bundle"), 1)}.values()
        ),
        *(("ruth", f"{path}/receipt") for path in exchanges[:1]),
    ]


def test_the_pages_are_served(served: tuple[Community, dict[str, httpx.Client]]) -> None:
    _, browsers = served

    answers = {f"{who} {path}": browsers[who].get(path).status_code for who, path in pages()}

    assert {page: status for page, status in answers.items() if status != 200} == {}


def test_repeating_a_command_returns_the_same_result_and_records_nothing(
    served: tuple[Community, dict[str, httpx.Client]],
) -> None:
    community, browsers = served

    different: dict[str, object] = {}
    for request in REPEATABLE:
        answer = browsers[request["by"]].post(request["path"], data=request["fields"])
        if (answer.status_code, answer.headers.get("location")) != (303, request["location"]):
            different[f"{request['path']} {request['fields']['command']}"] = (
                answer.status_code,
                answer.headers.get("location"),
            )

    assert different == {}
    assert community.checkpoint() == SEALED


def test_a_command_id_cannot_be_used_for_something_else(served: tuple[Community, dict[str, httpx.Client]]) -> None:
    community, browsers = served
    (limits,) = (request for request in REPEATABLE if request["path"] == "/agreements/limits")

    answer = browsers["chidi"].post("/agreements/limits", data=limits["fields"] | {"debit": "31"})

    assert answer.status_code >= 400
    assert community.checkpoint() == SEALED


def test_the_doctor_and_the_replay_find_no_problems(community: Community) -> None:
    community.hours("replay")
    community.hours("doctor", "--all")

    assert community.checkpoint() == SEALED


def test_repeating_the_import_adds_nothing(community: Community) -> None:
    told = json.loads(community.hours("import", OLD / "import.csv", "--format", "json"))

    assert (told["recorded"], told["already_there"]) == (0, told["rows"])
    assert community.checkpoint() == SEALED


def test_a_new_bundle_is_identical_byte_for_byte(community: Community, tmp_path: Path) -> None:
    community.hours("bundle", tmp_path / "bundle")

    assert contents(tmp_path / "bundle") == contents(OLD / "bundle")
    assert {entry["cmd"]: entry["wish"] for entry in entries_of(tmp_path / "bundle")} == RECORDED["commands"]


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_a_new_seal_extends_the_old_one(community: Community, tmp_path: Path) -> None:
    community.hours("role", "give", MEMBERS["eve"], "auditor")
    origin, size, _ = read_checkpoint(community.hours("seal", "--note"))
    community.hours("bundle", tmp_path / "bundle")

    assert (origin, size) == (SEALED[0], SEALED[1] + 1)
    community.hours("verify", "bundle", tmp_path / "bundle", "--known", OLD / "bundle" / "checkpoint")


def test_the_backup_can_be_restored(database_url: str, tmp_path: Path) -> None:
    restored = Community(tmp_path / "old", database_url)

    restored.hours("restore", OLD / "backup.hours")

    assert read_checkpoint(restored.hours("seal", "--note")) == SEALED
    told = json.loads(restored.hours("import", OLD / "import.csv", "--format", "json"))
    assert (told["recorded"], told["already_there"]) == (0, told["rows"])
    names = restored.hours("balances", "--names")
    assert "Ana Sousa" in names and "Max Imhof" not in names, (
        "names are in a backup, and those that were erased are not"
    )


@pytest.mark.parametrize(("kind", "name"), [("bundle", "bundle"), ("receipt", "exchange.tlog-proof")])
def test_the_bundle_and_the_receipt_are_sound(kind: str, name: str, community: Community) -> None:
    keys = ["--key", str(OLD / "bundle" / "vkeys.txt")]
    alone = subprocess.run(
        [sys.executable, "-m", "ledger.seal.verify", kind, str(OLD / name), *keys],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )

    assert alone.returncode == 0, alone.stdout + alone.stderr
    community.hours("verify", kind, OLD / name, *keys)
