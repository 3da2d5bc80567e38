"""The witness as a small web server: what C2SP tlog-witness v1.0.0 asks for, and what the witness has seen, to look at.

`POST /add-checkpoint` takes a log's checkpoint and answers with the cosignature. `GET /<hash of the origin>/checkpoint` shows the last
one that was signed, and `GET /` who this is. Nothing else; no cookies, no pages, no entries.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, NamedTuple

from uvicorn.protocols.http.h11_impl import H11Protocol

from ledger.seal.signing.folder import SealRefused
from ledger.seal.witnessing.witness import ADD_CHECKPOINT, LARGEST_SUBMISSION_BYTES, SIZE_TYPE, NotCosigned, Witness

SECONDS_TO_SEND = 5
"""In which a submission must have arrived."""
SECONDS_CONNECTED = 10
"""After which a connection is cut, whatever is under way on it: one that dawdles keeps no place from others."""
PLAIN = "text/plain; charset=utf-8"

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class Reply(NamedTuple):
    """What is answered."""

    status: int
    body: bytes
    kind: str = PLAIN


class Impatient(H11Protocol):
    """A connection that lasts no longer than it may."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self.loop.call_later(SECONDS_CONNECTED, transport.abort)


def witness_app(witness: Witness, now: Callable[[], int], tell: Callable[[str], None]) -> App:
    """The witness as an ASGI application. `now` is in seconds since 1970; `tell` hears of what the witness should look into."""

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http", "nothing else is switched on"
        reply = await _reply(scope["method"], scope["path"].lstrip("/"), receive)
        headers = [(b"content-type", reply.kind.encode()), (b"content-length", str(len(reply.body)).encode())]
        headers += [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else reply.body})

    async def _reply(method: str, path: str, receive: Receive) -> Reply:
        if method == "POST" and path == ADD_CHECKPOINT:
            data = await _whole_body(receive)
            return data if isinstance(data, Reply) else await asyncio.to_thread(_add, witness, data, now(), tell)
        if method not in ("GET", "HEAD"):
            return Reply(405, b"This witness takes POST /add-checkpoint only.\n")
        if not path:
            return Reply(200, f"The witness {witness.name}. Its key:\n{witness.key.text}\n".encode())
        name, _, rest = path.partition("/")
        shown = await asyncio.to_thread(witness.shown, name) if rest == "checkpoint" else None
        return Reply(404, b"Nothing is here.\n") if shown is None else Reply(200, shown)

    return app


def _add(witness: Witness, data: bytes, at_seconds: int, tell: Callable[[str], None]) -> Reply:
    try:
        return Reply(200, witness.add_checkpoint(data, at_seconds))
    except NotCosigned as refused:
        if refused.last_size is not None:
            return Reply(refused.status, f"{refused.last_size}\n".encode(), SIZE_TYPE)
        if refused.status == 422:
            tell(f"A checkpoint was refused that does not extend what was seen here: {refused.message}.")
        return Reply(refused.status, f"{refused.message}\n".encode())
    except SealRefused as refused:
        tell(str(refused))
        return Reply(500, b"This witness cannot tell what it has seen, and signs nothing.\n")
    except OSError as error:
        tell(f"Nothing can be remembered, so nothing will be signed: {error}.")
        return Reply(500, b"This witness can remember nothing now, and signs nothing.\n")


async def _whole_body(receive: Receive) -> bytes | Reply:
    """The body of a request, or why it is not read to its end."""
    parts: list[bytes] = []
    try:
        async with asyncio.timeout(SECONDS_TO_SEND):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return Reply(400, b"")
                parts.append(message.get("body", b""))
                if sum(map(len, parts)) > LARGEST_SUBMISSION_BYTES:
                    return Reply(413, b"A submission is not that large.\n")
                if not message.get("more_body", False):
                    return b"".join(parts)
    except TimeoutError:
        return Reply(408, b"The submission did not arrive in time.\n")
