"""`hours witness`: signs other logs' seals, as a small web server that follows C2SP tlog-witness v1.0.0.

`POST /add-checkpoint` takes a log's checkpoint and returns the cosignature. `GET /<hash of the origin>/checkpoint` returns the last
checkpoint that was signed, and `GET /` the witness's name and key. There are no cookies, pages or entries.
"""

import asyncio
import logging
import os
import time
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click

from ledger.seal.signing.folder import KEY, SealRefused, default_place
from ledger.seal.verify import verify
from ledger.seal.verifying.bundle_files import read_at_most
from ledger.seal.verifying.note import LARGEST_NOTE_BYTES, BadNote, parse_checkpoint, parse_key, parse_note
from ledger.seal.witnessing.witness import (
    ADD_CHECKPOINT,
    LARGEST_SUBMISSION_BYTES,
    SEEN,
    SIZE_TYPE,
    NotCosigned,
    Witness,
    origin_hash,
)
from web.commands.printing import CommandProblem, echo_err, progress_bar

SECONDS_TO_SEND = 5
"""A submission must have arrived within this time."""
PLAIN = "text/plain; charset=utf-8"

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


@click.group("witness", invoke_without_command=True)
@click.option(
    "--state",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="HOURS_WITNESS",
    help="Folder for the key and what was seen. Never restore it from a backup. Defaults to common-hours/witness "
    "in $XDG_STATE_HOME or ~/.local/state.",
)
@click.option("--name", default="", help="Name of a new witness, for example library.example.org.")
@click.option("--log", "logs", multiple=True, metavar="VKEY", help="Public key of a log to follow. Can be repeated.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8005, show_default=True, type=click.IntRange(0, 65535), help="Port to listen on.")
@click.pass_context
def witness_command(
    ctx: click.Context, state: Path | None, name: str, logs: Sequence[str], host: str, port: int
) -> None:
    """Witness other time banks' seals: sign those that extend what was seen before, and nothing else.

    The first run makes a key. Names and logs are remembered, so later runs do not have to repeat them. Without
    `cosign`, it serves until Ctrl-C or SIGTERM. A witness sees how many entries a log has, and hashes, but never an
    entry.
    """
    witness = _open_witness(state or default_place(os.environ).with_name("witness"), name, logs)
    ctx.obj = witness
    if ctx.invoked_subcommand is None:
        _serve(witness, host, port)


@witness_command.command("cosign", short_help="Read a bundle and sign its seal.")
@click.argument("bundle", metavar="BUNDLE", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.pass_obj
def cosign_command(witness: Witness, bundle: Path) -> None:
    """Read a whole bundle, and sign its seal if it extends what was seen before: hours witness cosign DIR > seen.note

    For a witness without a server. The host adds the file with `hours witnesses take`. Keep a copy for --known. Exit
    codes as for `hours verify`: 0 signed, 1 tampered, 2 forked from what was seen, 3 incomplete.
    """
    try:
        # Read here only to choose the keys: what is signed is what `verify` read and found sound.
        origin = parse_checkpoint(parse_note(_beginning(bundle / "checkpoint")).text).origin
        keys = [key for key in witness.logs if key.name == origin]
        if not keys:
            raise CommandProblem(
                f"The log {origin} is not followed here.", "Name its key: hours witness --log VKEY cosign DIR"
            )
        known = [witness.folder / SEEN / origin_hash(origin)] if witness.last_signed(origin) else []
        with progress_bar("Checking") as progress:
            verdict = verify("bundle", bundle, keys=keys, known=known, progress=progress)
        if verdict.verified is None:
            for line in verdict.lines:
                echo_err(line)
            echo_err("Nothing was signed.")
            raise click.exceptions.Exit(verdict.code)
        note = witness.cosign_verified(verdict.verified, int(time.time()))
    except BadNote as error:
        raise CommandProblem(
            f"{bundle} does not contain a seal: {error}.", "Ask the host for a bundle: hours bundle DIR"
        ) from error
    except NotCosigned as refused:
        raise CommandProblem(f"Nothing was signed: {refused.message}.") from refused
    click.echo(note.data, nl=False)


def _beginning(path: Path) -> bytes:
    """A file of the size of a note; nothing for what is not a file."""
    return read_at_most(path, LARGEST_NOTE_BYTES) if path.is_file() else b""


def _open_witness(folder: Path, name: str, logs: Sequence[str]) -> Witness:
    try:
        keys = [parse_key(line) for line in logs]
    except BadNote as error:
        raise click.UsageError(f"--log: {error}. Copy the key from the seal sheet.") from error
    witness = Witness(folder, name)
    for key in keys:
        witness.follow(key)
    if witness.is_new:
        echo_err(f"A new key was made: {folder / KEY}. Anyone who wants this witness to sign needs its public key:")
        echo_err(witness.key.text)
    return witness


def _serve(witness: Witness, host: str, port: int) -> None:
    import uvicorn

    from web.commands.connections import SETTINGS
    from web.commands.serving import SECONDS_TO_FINISH, address_of, listening, run_server
    from web.framework.logs import start_logging
    from web.settings import read_settings

    followed = sorted({key.name for key in witness.logs})
    with listening(host, port) as listener:
        start_logging(read_settings(os.environ).log_format)
        config = uvicorn.Config(
            witness_app(witness, lambda: int(time.time()), logging.getLogger("hours.witness").warning),
            lifespan="off",
            proxy_headers=False,
            timeout_graceful_shutdown=SECONDS_TO_FINISH,
            **SETTINGS,
        )

        def ready() -> None:
            click.echo(witness.key.text)
            echo_err(f"The witness {witness.name} is listening at {address_of(listener)}")
            echo_err(
                f"It follows: {', '.join(followed)}."
                if followed
                else "It does not follow any log yet. Name one with --log VKEY."
            )

        run_server(config, listener, ready=ready)


class Reply(NamedTuple):
    """A response."""

    status: int
    body: bytes
    kind: str = PLAIN


def witness_app(witness: Witness, now: Callable[[], int], warn: Callable[[str], None]) -> App:
    """The witness as an ASGI application. `now` returns seconds since 1970. `warn` takes what the host should look into."""

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http", "other protocols are switched off"
        reply = await _reply(scope["method"], scope["path"].lstrip("/"), receive)
        headers = [(b"content-type", reply.kind.encode()), (b"content-length", str(len(reply.body)).encode())]
        headers += [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else reply.body})

    async def _reply(method: str, path: str, receive: Receive) -> Reply:
        if method == "POST" and path == ADD_CHECKPOINT:
            data = await _whole_body(receive)
            return data if isinstance(data, Reply) else await asyncio.to_thread(_add, witness, data, now(), warn)
        if method not in ("GET", "HEAD"):
            return Reply(405, b"This witness takes POST /add-checkpoint only.\n")
        if not path:
            return Reply(200, f"The witness {witness.name}. Its key:\n{witness.key.text}\n".encode())
        name, _, rest = path.partition("/")
        shown = await asyncio.to_thread(witness.shown, name) if rest == "checkpoint" else None
        return Reply(404, b"Nothing is here.\n") if shown is None else Reply(200, shown)

    return app


def _add(witness: Witness, data: bytes, at_seconds: int, warn: Callable[[str], None]) -> Reply:
    try:
        return Reply(200, witness.add_checkpoint(data, at_seconds))
    except NotCosigned as refused:
        if refused.last_size is not None:
            return Reply(refused.status, f"{refused.last_size}\n".encode(), SIZE_TYPE)
        if refused.status == 422:
            warn(f"A checkpoint was refused that does not extend what was seen here: {refused.message}.")
        return Reply(refused.status, f"{refused.message}\n".encode())
    except SealRefused as refused:
        warn(str(refused))
        return Reply(500, b"This witness cannot sign at the moment. Its host can read why.\n")
    except OSError as error:
        warn(f"Nothing can be remembered, so nothing will be signed: {error}.")
        return Reply(500, b"This witness can remember nothing now, and signs nothing.\n")


async def _whole_body(receive: Receive) -> bytes | Reply:
    """The body of a request, or the response if it is too large or too slow."""
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
