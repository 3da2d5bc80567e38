"""Pages and logging over HTTP, beside the floor app on the same machine: ours run by `hours serve`, as hosts do."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import NamedTuple

import brotli

from ledger.identifiers import AccountId, MemberId, new_command_id
from ledger.tags import account
from ledger.time_bank import TimeBank
from tests.bench import community, logs
from tests.bench.floor_app import TOKEN
from tests.bench.load import Load, get, post, send
from tests.bench.measuring import Line, memory_of, milliseconds
from web.sign_in import sessions
from web.sign_in.sessions import prepare

CONNECTIONS = 16


class Pair(NamedTuple):
    """Two members who help each other, and their cookies."""

    members: tuple[MemberId, MemberId]
    cookies: tuple[str, str]


class Served(NamedTuple):
    """A server that runs: its port, its process, and the seconds until its first answer."""

    port: int
    pid: int
    started_in: float


def free_port() -> int:
    """A free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running(command: list[str], port: int, path: str, cookie: str = "") -> Generator[Served]:
    """Start a server, wait for its first response, and stop it at the end."""
    begun = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ, "HOURS_SECURE_COOKIES": "no"})
    try:
        _wait_for(f"http://127.0.0.1:{port}{path}", child, cookie)
        yield Served(port, child.pid, time.perf_counter() - begun)
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(15)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _wait_for(url: str, child: subprocess.Popen[bytes], cookie: str) -> None:
    for _ in range(6_000):
        if child.poll() is not None:
            raise RuntimeError(f"the server ended with {child.returncode}")
        try:
            asked = urllib.request.Request(url, headers={"Cookie": cookie})
            with urllib.request.urlopen(asked, timeout=30):
                return
        except OSError:
            time.sleep(0.01)
    raise RuntimeError("the server never answered")


@contextmanager
def ours(url: str) -> Generator[Served]:
    """Our server, with a community."""
    port = free_port()
    command = [sys.executable, "-m", "web.commands.main", "--database", url, "serve", "--port", str(port)]
    with running(command, port, "/healthz") as served:
        yield served


@contextmanager
def floor(folder: Path, rows: int) -> Generator[Served]:
    """The floor app, with as many rows."""
    port = free_port()
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "tests.bench.floor_app", str(folder), str(port), str(rows)]
    with running(command, port, "/statement", f"floor={TOKEN}") as served:
        yield served


def signed_in(bank: TimeBank, member: MemberId) -> str:
    """The cookie of a signed-in member."""
    prepare(bank.people.engine)
    return f"hours={sessions.start(bank.people.engine, member, datetime.now(UTC))}"


def reading(folder: Path, *, quick: bool) -> Iterator[Line]:
    """The statement and balances pages beside the floor's, and beside themselves with a short log. Start time and memory."""
    small, large = (1_000, 20_000) if quick else (1_000, 1_000_000)
    asks, rounds = (60, 3) if quick else (60, 15)
    loads: dict[str, list[Load]] = {}
    served: dict[int, Served] = {}
    floors: dict[int, Served] = {}
    cookies: dict[int, str] = {}
    with ExitStack() as running_servers:
        for size in (small, large):
            url = community.sized(folder, size)
            community.project(url)
            with community.opened(url) as bank:
                cookies[size] = signed_in(bank, community.coordinator_of(bank))
            served[size] = running_servers.enter_context(ours(url))
            floors[size] = running_servers.enter_context(floor(folder / f"floor-{size}", size))
        for _ in range(rounds):
            for page, path in (("statement", f"/statements/{logs.member(3)}"), ("balances", "/balances")):
                for size, our in served.items():
                    mine = send([get(path, our.port, cookies[size])] * asks, our.port, connections=1)
                    assert set(mine.statuses) == {"200"}, f"{path} answered {mine.statuses}"
                    loads.setdefault(f"{page} {size}", []).append(mine)
                    port = floors[size].port
                    other = send([get(f"/{page}", port, f"floor={TOKEN}")] * asks, port, connections=1)
                    loads.setdefault(f"{page} floor {size}", []).append(other)
        # The server alone: now and then another process beside it makes figures, and ends.
        held = {size: int(memory_of(our.pid)) for size, our in served.items()}
    for page in ("statement", "balances"):
        yield beside(
            f"{page} page at {large:,} entries, beside the floor",
            loads,
            f"{page} {large}",
            f"{page} floor {large}",
            2.5,
        )
        yield beside(
            f"{page} page at {large:,} entries, beside 1,000", loads, f"{page} {large}", f"{page} {small}", 1.1
        )
    for size, each in served.items():
        yield Line(
            f"start to first answer at {size:,} entries",
            f"{each.started_in:.2f} s",
            "",
            None,
            "at most 1 s",
            each.started_in <= 1,
        )
        yield Line(
            f"memory while serving {size:,} entries", f"{held[size]} MB", "", None, "at most 90 MB", held[size] <= 90
        )


def beside(what: str, loads: dict[str, list[Load]], mine: str, other: str, budget: float) -> Line:
    """The median of one page's loads beside another's, taken in turn. The budget is a ratio."""
    first, second = (median(load.median for load in loads[name]) for name in (mine, other))
    ratio = median(ours.median / theirs.median for ours, theirs in zip(loads[mine], loads[other], strict=True))
    return Line(what, milliseconds(first), milliseconds(second), ratio, f"at most {budget}", ratio <= budget)


def logging(folder: Path, *, quick: bool) -> Iterator[Line]:
    """Hours logged over HTTP at sixteen connections, beside the floor with its one writer and group commit."""
    posts, rounds = (400, 3) if quick else (1_000, 9)
    people = 8 * CONNECTIONS
    url = community.url_of(folder / "logging")
    community.found(url, people * 50)
    community.project(url)
    with community.opened(url) as bank:
        pairs = _pairs(bank, map(logs.member, range(people)))
        today = bank.handler.now().date()
    with ours(url) as our, floor(folder / "floor-logging", people * 50) as least:
        mine: list[Load] = []
        other: list[Load] = []
        for _ in range(rounds):
            mine.append(send(_forms(our.port, pairs, today.isoformat(), posts), our.port, connections=CONNECTIONS))
            floors = [
                post(
                    "/hours",
                    least.port,
                    f"floor={TOKEN}",
                    {"command": new_command_id(), "other": str(1 + number % 9), "minutes": "30"},
                )
                for number in range(posts)
            ]
            other.append(send(floors, least.port, connections=CONNECTIONS))
    wrong = [load.statuses for load in mine if set(load.statuses) != {"303"}]
    assert not wrong, f"logging answered {wrong[0]}"
    rates = median(load.rate for load in mine), median(load.rate for load in other)
    late = median(load.p95 for load in mine), median(load.p95 for load in other)
    share = median(our.rate / least.rate for our, least in zip(mine, other, strict=True))
    later = median(our.p95 / least.p95 for our, least in zip(mine, other, strict=True))
    yield Line(
        f"logging over HTTP at {CONNECTIONS} connections, beside the floor",
        f"{rates[0]:,.0f}/s",
        f"{rates[1]:,.0f}/s",
        share,
        "at least 0.6",
        share >= 0.6,
    )
    yield Line(
        "its 95th percentile, beside the floor's",
        milliseconds(late[0]),
        milliseconds(late[1]),
        later,
        "at most 2",
        later <= 2,
    )


def _forms(port: int, pairs: list[Pair], today: str, posts: int) -> list[str]:
    """Forms for one connection per pair. The two help each other in turn, so that neither reaches a limit."""
    requests: list[str] = []
    for number in range(posts):
        pair, back = pairs[number % CONNECTIONS], number // CONNECTIONS % 2
        form = {
            "command": new_command_id(),
            "way": "received",
            "other": pair.members[1 - back],
            "hours": "0",
            "minutes": "30",
            "category": "garden",
            "given_on": today,
            "note": "",
        }
        requests.append(post("/exchanges", port, pair.cookies[back], form))
    return requests


def _pairs(bank: TimeBank, people: Iterator[MemberId]) -> list[Pair]:
    """One pair for each connection, of members who can receive another half an hour."""
    able = (one for one in people if bank.handler.context([account(one)]).account(AccountId(one)).balance >= 0)
    couples = ((next(able), next(able)) for _ in range(CONNECTIONS))
    return [Pair(couple, (signed_in(bank, couple[0]), signed_in(bank, couple[1]))) for couple in couples]


def first_view(folder: Path) -> Iterator[Line]:
    """What a phone with nothing cached downloads for its first page, compressed as browsers ask for it."""
    url = community.url_of(folder / "view")
    community.found(url, 1_000)
    community.project(url)
    with community.opened(url) as bank:
        cookie = signed_in(bank, logs.member(3))
    with ours(url) as our:
        for name, path, with_cookie in (("sign-in", "/sign-in", ""), ("home", "/", cookie)):
            sizes = _weigh(our.port, path, with_cookie)
            total, before_paint = (
                sum(sizes.values()) / 1024,
                sum(size for each, size in sizes.items() if not each.endswith(".svg")) / 1024,
            )
            yield Line(
                f"first view of the {name} page, {len(sizes)} requests",
                f"{total:.1f} KB",
                "",
                None,
                "25 KB, 4 requests",
                total <= 25 and len(sizes) <= 4,
            )
            yield Line(
                f"of that before the first paint ({name})",
                f"{before_paint:.1f} KB",
                "",
                None,
                "14 KB",
                before_paint <= 14,
            )


def _weigh(port: int, path: str, cookie: str) -> dict[str, int]:
    html, size = _fetch(port, path, cookie)
    links = {part.split('"', 1)[0] for part in html.split('href="')[1:]}
    files = {link for link in links if link.startswith("/static/")}
    return {path: size} | {each: _fetch(port, each, cookie)[1] for each in sorted(files)}


def _fetch(port: int, path: str, cookie: str) -> tuple[str, int]:
    asked = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", headers={"Cookie": cookie, "Accept-Encoding": "br"}
    )
    with urllib.request.urlopen(asked, timeout=30) as answer:
        body = answer.read()
        head = sum(len(name) + len(value) + 4 for name, value in answer.headers.items())
        text = brotli.decompress(body) if answer.headers.get("Content-Encoding") == "br" else body
    return text.decode(), len(body) + head
