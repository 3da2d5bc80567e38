"""The floor under every page: the least code that does the same job with the same libraries.

Run as `python -m tests.bench.floor_app FOLDER PORT ROWS`. A session is looked up, a balance row and a page of 25 lines are
read by key and joined with names, and rendered as the app's own page. An hour is logged as its two facts with their tags,
once for each command and only within the limit, with both balances, both lines and the exchange itself, in one durable
commit that groups what waits. No language but English, no proof of names, no roles beyond "may read", nothing to rebuild.
"""

import asyncio
import hashlib
import queue
import sqlite3
import sys
import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import uvicorn
from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.enums import MediaType
from litestar.exceptions import PermissionDeniedException

from tests.bench import floor_pages

TOKEN = "floor"
HEADERS = {
    "cache-control": "private, no-store",
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}


class Store:
    """One SQLite file with sessions, names, balances and lines, and one thread that writes."""

    def __init__(self, folder: Path, rows: int) -> None:
        self._path = folder / "floor.db"
        self._local = threading.local()
        self._waiting: queue.SimpleQueue[tuple[str, int, int, int, Future[int]]] = queue.SimpleQueue()
        if not self._path.exists():
            self._make(rows)
        threading.Thread(target=self._write, daemon=True).start()

    def reader(self) -> sqlite3.Connection:
        """This thread's own connection."""
        if not hasattr(self._local, "connection"):
            self._local.connection = sqlite3.connect(self._path)
        return self._local.connection

    def log(self, command: str, giver: int, receiver: int, minutes: int) -> int:
        """One hour of help, durable when this returns; the number of its entry, or 0 beyond the limit."""
        done: Future[int] = Future()
        self._waiting.put((command, giver, receiver, minutes, done))
        return done.result()

    def _make(self, rows: int) -> None:
        file = sqlite3.connect(self._path, isolation_level=None)
        file.executescript(
            "PRAGMA journal_mode=WAL; CREATE TABLE session (token BLOB PRIMARY KEY, member INTEGER) WITHOUT ROWID;"
            "CREATE TABLE member (id INTEGER PRIMARY KEY, name TEXT, reads INTEGER, given INTEGER, received INTEGER,"
            " exchanges INTEGER, gifts_given INTEGER, gifts_received INTEGER);"
            "CREATE TABLE total (given INTEGER, received INTEGER, accounts INTEGER);"
            "CREATE TABLE exchange (id INTEGER PRIMARY KEY, state TEXT, giver INTEGER, receiver INTEGER, minutes INTEGER);"
            "CREATE TABLE entry (id INTEGER PRIMARY KEY, data BLOB, leaf BLOB);"
            "CREATE TABLE tag (tag TEXT, entry INTEGER, PRIMARY KEY (tag, entry)) WITHOUT ROWID;"
            "CREATE TABLE line (member INTEGER, entry INTEGER, other INTEGER, given INTEGER, received INTEGER, day TEXT,"
            " kind TEXT, given_so_far INTEGER, received_so_far INTEGER, PRIMARY KEY (member, entry)) WITHOUT ROWID;"
        )
        people = max(60, rows // 50)
        file.execute("BEGIN")
        file.execute("INSERT INTO session VALUES (?, 0)", (hashlib.sha256(TOKEN.encode()).digest(),))
        file.executemany(
            "INSERT INTO member VALUES (?, ?, 1, 60150, 60150, 321, 21, 12)",
            ((number, f"Neighbour {number}") for number in range(people)),
        )
        file.execute("INSERT INTO total VALUES (60150 * ?1, 60150 * ?1, ?1)", (people,))
        file.executemany(
            "INSERT INTO line VALUES (?, ?, ?, ?, ?, '2026-01-01', 'Garden', 60150, 60150)",
            (
                (number % people, number, (number * 7) % people, *((150, 0) if number // people % 2 else (0, 150)))
                for number in range(rows)
            ),
        )
        file.execute("COMMIT")
        file.close()

    def _write(self) -> None:
        file = sqlite3.connect(self._path, isolation_level=None)
        file.execute("PRAGMA synchronous=FULL")
        while True:
            group = [self._waiting.get()]
            while not self._waiting.empty() and len(group) < 256:
                group.append(self._waiting.get())
            file.execute("BEGIN IMMEDIATE")
            numbers = [
                self._record(file, command, giver, receiver, minutes) for command, giver, receiver, minutes, _ in group
            ]
            file.execute("COMMIT")
            for number, (*_, done) in zip(numbers, group, strict=True):
                done.set_result(number)

    def _record(self, file: sqlite3.Connection, command: str, giver: int, receiver: int, minutes: int) -> int:
        if before := file.execute("SELECT entry FROM tag WHERE tag = ?", (f"command:{command}",)).fetchone():
            return before[0]
        standing = "SELECT given, received FROM member WHERE id = ?"
        gave, got = file.execute(standing, (receiver,)).fetchone()
        gave_too, got_too = file.execute(standing, (giver,)).fetchone()
        if gave - got - minutes < -1_200_000:
            return 0
        number = 0
        for fact, subjects in (("reported", ()), ("settled", (f"account:{giver}", f"account:{receiver}"))):
            data = b'{"type":"%s","minutes":%d}' % (fact.encode(), minutes) + b" " * 420
            leaf = hashlib.sha256(b"\0" + data).digest()
            number = file.execute("INSERT INTO entry (data, leaf) VALUES (?, ?)", (data, leaf)).lastrowid or 0
            tags = (f"command:{command}", f"exchange:{command}", *subjects)
            file.executemany("INSERT INTO tag VALUES (?, ?)", [(tag, number) for tag in tags])
        moved = "UPDATE member SET given = given + ?, received = received + ?, exchanges = exchanges + 1 WHERE id = ?"
        file.executemany(moved, ((minutes, 0, giver), (0, minutes, receiver)))
        file.execute("UPDATE total SET given = given + ?1, received = received + ?1", (minutes,))
        file.execute("INSERT INTO exchange VALUES (?, 'settled', ?, ?, ?)", (number, giver, receiver, minutes))
        lines = (
            (giver, number + 10_000_000, receiver, minutes, 0, gave_too + minutes, got_too),
            (receiver, number + 10_000_000, giver, 0, minutes, gave, got + minutes),
        )
        file.executemany("INSERT INTO line VALUES (?, ?, ?, ?, ?, '2026-01-01', 'Garden', ?, ?)", lines)
        return number


def app(store: Store) -> Litestar:
    """The least web app over the store."""

    def visitor(request: Request[Any, Any, Any]) -> tuple[int, str]:
        token = hashlib.sha256(request.cookies["floor"].encode()).digest()
        found = "SELECT id, name, reads FROM session JOIN member ON id = member WHERE token = ?"
        member, name, reads = store.reader().execute(found, (token,)).fetchone()
        if not reads:
            raise PermissionDeniedException
        return member, name

    @get("/statement", media_type=MediaType.HTML, sync_to_thread=True)
    def statement(request: Request[Any, Any, Any]) -> str:
        member, name = visitor(request)
        reader = store.reader()
        given, received = reader.execute("SELECT given, received FROM member WHERE id = ?", (member,)).fetchone()
        lines = reader.execute(
            "SELECT entry, day, name, kind, line.given, line.received, given_so_far, received_so_far"
            " FROM line JOIN member ON id = other WHERE member = ? ORDER BY entry DESC LIMIT 26",
            (member,),
        ).fetchall()
        return floor_pages.statement.render(
            title=f"Statement of {name}",
            visitor=name,
            name=name,
            given=given,
            received=received,
            lines=lines[:25],
            older=lines[24][0] if lines[25:] else "",
        )

    @get("/balances", media_type=MediaType.HTML, sync_to_thread=True)
    def balances(request: Request[Any, Any, Any]) -> str:
        _, name = visitor(request)
        reader = store.reader()
        lines = reader.execute(
            "SELECT id, name, given, received, exchanges, gifts_given, gifts_received FROM member ORDER BY id LIMIT 51"
        ).fetchall()
        given, received, accounts = reader.execute("SELECT given, received, accounts FROM total").fetchone()
        return floor_pages.balances.render(
            title="Balances",
            visitor=name,
            given=given,
            received=received,
            accounts=accounts,
            lines=lines[:50],
            older=lines[49][0] if lines[50:] else "",
        )

    @post("/hours")
    async def hours(request: Request[Any, Any, Any]) -> Response[None]:
        member, _ = visitor(request)
        form = await request.form()
        wish = (form["command"], int(form["other"]), member, int(form["minutes"]))
        if not await asyncio.to_thread(store.log, *wish):
            return Response(None, status_code=422)
        return Response(None, status_code=303, headers={"Location": "/statement"}, cookies=[Cookie("floor", TOKEN)])

    return Litestar([statement, balances, hours], response_headers=HEADERS, openapi_config=None)


if __name__ == "__main__":
    uvicorn.run(
        app(Store(Path(sys.argv[1]), int(sys.argv[3]))), host="127.0.0.1", port=int(sys.argv[2]), log_level="error"
    )
