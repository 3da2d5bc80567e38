"""`hours witness`: a second pair of eyes for somebody's log, as a small server or on a laptop without one."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

import click

from ledger.seal.signing.folder import KEY, SealRefused, default_place
from ledger.seal.verify import verify
from ledger.seal.verifying.note import BadNote, parse_checkpoint, parse_key, parse_note
from ledger.seal.witnessing.witness import SEEN, NotCosigned, Witness, origin_hash
from web.commands.printing import progress, say
from web.commands.problems import Problem

MOST_AT_ONCE = 64
"""Connections; more are told to come back later."""


@click.group("witness", invoke_without_command=True)
@click.option(
    "--state",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="HOURS_WITNESS",
    help="Folder that keeps the key and what was seen; never to be put back from a backup. "
    "Usually common-hours/witness in $XDG_STATE_HOME or ~/.local/state.",
)
@click.option("--name", default="", help="What a new witness is called: library.example.org, for instance.")
@click.option("--log", "logs", multiple=True, metavar="VKEY", help="Public key of a log to follow; may be repeated.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8005, show_default=True, type=click.IntRange(0, 65535), help="Port to listen on.")
@click.pass_context
def witness_command(
    ctx: click.Context, state: Path | None, name: str, logs: Sequence[str], host: str, port: int
) -> None:
    """Witness the seals of other time banks: sign what leads on from what was seen before, and nothing else.

    The first call makes a key. Names and logs are remembered; later calls need not repeat them. Without `cosign` it serves until
    Ctrl-C or SIGTERM. A witness sees how many entries a log has, and hashes; never an entry.
    """
    witness = _witness(state or default_place(os.environ).with_name("witness"), name, logs)
    ctx.obj = witness
    if ctx.invoked_subcommand is None:
        _serve(witness, host, port)


@witness_command.command("cosign", short_help="Read a bundle and sign its seal.")
@click.argument("bundle", metavar="BUNDLE", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.pass_obj
def cosign_command(witness: Witness, bundle: Path) -> None:
    """Read a whole bundle, and sign its seal if it leads on from what was seen: hours witness cosign DIR > seen.note

    For a witness without a server. The host takes the file in with `hours witnesses take`; keep a copy for --known.
    Exit codes as for `hours verify`: 0 signed, 1 tampered, 2 forked from what was seen, 3 incomplete.
    """
    data = (bundle / "checkpoint").read_bytes() if (bundle / "checkpoint").is_file() else b""
    try:
        origin = parse_checkpoint(parse_note(data).text).origin
        after = witness.last_signed(origin)
        keys = [key for key in witness.logs if key.name == origin]
        if not keys:
            raise Problem(
                f"The log {origin} is not followed here.", "Name its key: hours witness --log VKEY cosign DIR"
            )
        known = [witness.folder / SEEN / origin_hash(origin)] if after else []
        with progress("Checking") as tell:
            verdict = verify("bundle", bundle, keys=keys, known=known, tell=tell)
        if verdict.code:
            for line in verdict.lines:
                say(line)
            say("Nothing was signed.")
            raise click.exceptions.Exit(verdict.code)
        witness.cosign_checked(data, after, int(time.time()))
    except BadNote as error:
        raise Problem(f"{bundle} holds no seal: {error}.", "Ask the host for a bundle: hours bundle DIR") from error
    except NotCosigned as refused:
        raise Problem(f"Nothing was signed: {refused.words}.") from refused
    except SealRefused as refused:
        raise Problem(refused.wrong, refused.to_do) from refused
    shown = witness.shown(origin_hash(origin))
    assert shown is not None, "what was just signed is remembered"
    click.echo(shown, nl=False)


def _witness(folder: Path, name: str, logs: Sequence[str]) -> Witness:
    try:
        keys = [parse_key(line) for line in logs]
    except BadNote as error:
        raise click.UsageError(f"--log: {error}. Copy the key from the sheet of the seal.") from error
    try:
        witness = Witness(folder, name)
        for key in keys:
            witness.follow(key)
        if witness.is_new:
            say(f"A new key was made: {folder / KEY}. Whoever asks this witness needs its public key:")
            say(witness.key.text)
    except SealRefused as refused:
        raise Problem(refused.wrong, refused.to_do) from refused
    return witness


def _serve(witness: Witness, host: str, port: int) -> None:
    import uvicorn

    from web.commands.listening import SECONDS_TO_FINISH, address_of, answer, listening
    from web.witness import Impatient, witness_app

    followed = sorted({key.name for key in witness.logs})
    with listening(host, port) as door:
        config = uvicorn.Config(
            witness_app(witness, lambda: int(time.time()), say),
            http=Impatient,
            ws="none",
            lifespan="off",
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=MOST_AT_ONCE,
            timeout_graceful_shutdown=SECONDS_TO_FINISH,
        )

        def ready() -> None:
            click.echo(witness.key.text)
            say(f"The witness {witness.name} listens at {address_of(door)}")
            say(
                f"It follows: {', '.join(followed)}."
                if followed
                else "It follows no log yet: name one with --log VKEY."
            )

        answer(config, door, ready=ready)
