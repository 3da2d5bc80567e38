"""The floor under every page: the least code that does the same job with the same libraries.

Run as `python -m tests.bench.floor_app FOLDER PORT ROWS`. A session is looked up, a balance row and a page of 25 lines are
read by key and joined with names, and rendered; an hour is logged in one durable commit that groups what waits.
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
from jinja2 import Environment
from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.enums import MediaType

TOKEN = "floor"
PAGE = Environment(autoescape=True).from_string(
    """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title></head><body><h1>{{ title }}</h1>
<p>{{ given }} {{ received }}</p><table>{% for line in lines %}<tr><td>{{ line[0] }}</td><td>{{ line[1] }}</td><td>{{ line[2] }}</td>
<td>{{ line[3] }}</td><td>{{ line[4] }}</td></tr>{% endfor %}</table></body></html>"""
)


class Store:
    """One SQLite file with sessions, names, balances and lines, and one thread that writes."""

    def __init__(self, folder: Path, rows: int) -> None:
        self._path = folder / "floor.db"
        self._local = threading.local()
        self._waiting: queue.SimpleQueue[tuple[int, int, int, Future[int]]] = queue.SimpleQueue()
        if not self._path.exists():
            self._make(rows)
        threading.Thread(target=self._write, daemon=True).start()

    def reader(self) -> sqlite3.Connection:
        """This thread's own connection."""
        if not hasattr(self._local, "connection"):
            self._local.connection = sqlite3.connect(self._path)
        return self._local.connection

    def log(self, giver: int, receiver: int, minutes: int) -> int:
        """One hour of help, durable when this returns."""
        done: Future[int] = Future()
        self._waiting.put((giver, receiver, minutes, done))
        return done.result()

    def _make(self, rows: int) -> None:
        file = sqlite3.connect(self._path, isolation_level=None)
        file.executescript(
            "PRAGMA journal_mode=WAL; CREATE TABLE session (token BLOB PRIMARY KEY, member INTEGER) WITHOUT ROWID;"
            "CREATE TABLE member (id INTEGER PRIMARY KEY, name TEXT, given INTEGER, received INTEGER);"
            "CREATE TABLE entry (id INTEGER PRIMARY KEY, data BLOB, leaf BLOB);"
            "CREATE TABLE tag (tag TEXT, entry INTEGER, PRIMARY KEY (tag, entry)) WITHOUT ROWID;"
            "CREATE TABLE line (member INTEGER, entry INTEGER, other INTEGER, minutes INTEGER, day TEXT,"
            " PRIMARY KEY (member, entry)) WITHOUT ROWID;"
        )
        people = max(60, rows // 50)
        file.execute("BEGIN")
        file.execute("INSERT INTO session VALUES (?, 0)", (hashlib.sha256(TOKEN.encode()).digest(),))
        file.executemany(
            "INSERT INTO member VALUES (?, ?, 600, 600)", ((number, f"Neighbour {number}") for number in range(people))
        )
        file.executemany(
            "INSERT INTO line VALUES (?, ?, ?, 60, '2026-01-01')",
            ((number % people, number, (number * 7) % people) for number in range(rows)),
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
            for giver, receiver, minutes, _ in group:
                file.execute("SELECT given, received FROM member WHERE id = ?", (receiver,)).fetchone()
                data = b'{"minutes":%d}' % minutes + b" " * 600
                leaf = hashlib.sha256(b"\0" + data).digest()
                number = file.execute("INSERT INTO entry (data, leaf) VALUES (?, ?)", (data, leaf)).lastrowid or 0
                file.executemany("INSERT INTO tag VALUES (?, ?)", [(f"{kind}:{number}", number) for kind in "abc"])
                file.execute("UPDATE member SET given = given + ? WHERE id = ?", (minutes, giver))
                file.execute("UPDATE member SET received = received + ? WHERE id = ?", (minutes, receiver))
                file.execute("INSERT INTO line VALUES (?, ?, ?, ?, '2026-01-01')", (giver, -number, receiver, minutes))
                file.execute("INSERT INTO line VALUES (?, ?, ?, ?, '2026-01-01')", (receiver, -number, giver, minutes))
            file.execute("COMMIT")
            for *_, done in group:
                done.set_result(1)


def app(store: Store) -> Litestar:
    """The least web app over the store."""

    def member_of(request: Request[Any, Any, Any]) -> int:
        token = hashlib.sha256(request.cookies["floor"].encode()).digest()
        return store.reader().execute("SELECT member FROM session WHERE token = ?", (token,)).fetchone()[0]

    @get("/statement", media_type=MediaType.HTML, sync_to_thread=True)
    def statement(request: Request[Any, Any, Any]) -> str:
        member = member_of(request)
        given, received = (
            store.reader().execute("SELECT given, received FROM member WHERE id = ?", (member,)).fetchone()
        )
        lines = store.reader().execute(
            "SELECT entry, day, name, minutes, other FROM line JOIN member ON id = other"
            " WHERE member = ? ORDER BY entry DESC LIMIT 25",
            (member,),
        )
        return PAGE.render(title="Statement", given=given, received=received, lines=lines.fetchall())

    @get("/balances", media_type=MediaType.HTML, sync_to_thread=True)
    def balances(request: Request[Any, Any, Any]) -> str:
        member_of(request)
        lines = store.reader().execute("SELECT id, name, given, received, id FROM member ORDER BY id LIMIT 50")
        return PAGE.render(title="Balances", given="", received="", lines=lines.fetchall())

    @post("/hours")
    async def hours(request: Request[Any, Any, Any]) -> Response[None]:
        member = member_of(request)
        form = await request.form()
        await asyncio.to_thread(store.log, member, int(form["other"]), int(form["minutes"]))
        return Response(None, status_code=303, headers={"Location": "/statement"}, cookies=[Cookie("floor", TOKEN)])

    return Litestar([statement, balances, hours], openapi_config=None)


if __name__ == "__main__":
    uvicorn.run(
        app(Store(Path(sys.argv[1]), int(sys.argv[3]))), host="127.0.0.1", port=int(sys.argv[2]), log_level="error"
    )
