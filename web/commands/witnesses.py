"""`hours witnesses`: who is asked for a word on this log's seals, and how many of them must have given it."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

import click

from ledger.seal.signing.folder import KEY, SealRefused, default_place
from ledger.seal.signing.signer import Signer
from ledger.seal.verify import verify
from ledger.seal.verifying.note import BadNote, check_note, parse_checkpoint, parse_key, parse_note
from ledger.seal.verifying.policy import with_only
from ledger.seal.witnessing.witness import SEEN, NotCosigned, Witness, origin_hash
from web.commands.opening import Where
from web.commands.printing import CommandProblem, progress, say
from web.commands.sealing import look, seal_option, signing

LARGEST_FILE_BYTES = 1 << 20


@click.group("witnesses")
def witnesses_command() -> None:
    """Manage the witnesses asked to sign this log's seals. Each `hours seal` asks them, and their signatures are added
    to the seal.
    """


@witnesses_command.command("add", short_help="Add a witness.")
@click.argument("name")
@click.argument("vkey")
@click.argument("url", default="")
@seal_option
@click.pass_obj
def add_command(where: Where, name: str, vkey: str, url: str, place: Path | None) -> None:
    """Add a witness: its name here, its public key, and the address where it is asked.

    A witness without a URL is shown bundles, and its answer is added with `hours witnesses take`.
    """
    with signing(where, place) as (signer, _):
        try:
            key = parse_key(vkey)
        except BadNote as error:
            raise CommandProblem(
                f"This is not a public key: {error}.", "Copy the line that `hours witness` prints."
            ) from error
        signer.witnesses.add(name, key, url)
        say(f"The witness needs this log's key: hours witness --log {signer.key.text}")
        _tell_policy(signer)


@witnesses_command.command("remove")
@click.argument("name")
@seal_option
@click.pass_obj
def remove_command(where: Where, name: str, place: Path | None) -> None:
    """Stop asking a witness. Signatures it has already given stay on their seals."""
    with signing(where, place) as (signer, _):
        signer.witnesses.remove(name)
        _tell_policy(signer)


@witnesses_command.command("need", short_help="Set how many witnesses must have signed a seal.")
@click.argument("number", type=click.IntRange(min=1))
@seal_option
@click.pass_obj
def need_command(where: Where, number: int, place: Path | None) -> None:
    """Set how many witnesses must have signed a seal for it to count. Defaults to one."""
    with signing(where, place) as (signer, _):
        signer.witnesses.need(number)
        _tell_policy(signer)


@witnesses_command.command("list")
@seal_option
@click.pass_obj
def list_command(where: Where, place: Path | None) -> None:
    """List the witnesses, and which of them signed the last seal."""
    with signing(where, place) as (signer, _):
        latest = signer.folder.latest()
        for listed in signer.witnesses.policy.witnesses:
            click.echo(f"{listed.name}  {listed.url or 'is shown bundles'}  {listed.key.text}")
        for line in look(signer, latest).lines:
            click.echo(line)
        _tell_policy(signer)


@witnesses_command.command("policy", short_help="Print the policy for others to keep.")
@seal_option
@click.pass_obj
def policy_command(where: Where, place: Path | None) -> None:
    """Print the policy for members and auditors to keep: hours witnesses policy > policy

    Anyone who has it can check with: hours verify bundle DIR --policy policy
    """
    with signing(where, place) as (signer, _):
        click.echo(signer.witnesses.policy.without_addresses.text, nl=False)
        _tell_policy(signer)


@witnesses_command.command("take", short_help="Add what a laptop has signed.")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@seal_option
@click.pass_obj
def take_command(where: Where, file: Path, place: Path | None) -> None:
    """Add what a witness without a server has signed: the file that `hours witness cosign` wrote."""
    with signing(where, place) as (signer, _):
        with file.open("rb") as opened:
            data = opened.read(LARGEST_FILE_BYTES)
        try:
            note = parse_note(data)
            checkpoint = parse_checkpoint(note.text)
            keys = signer.witnesses.policy.keys
            words = with_only(note, keys).signatures
            check_note(note, [signer.key])
        except BadNote as error:
            raise CommandProblem(
                f"{file} does not contain a signature by a witness of this log: {error}.",
                "Is the witness listed? Run: hours witnesses list",
            ) from error
        signer.add_cosignatures(checkpoint, words)
        sealed = next(
            (
                each
                for each in [signer.folder.latest(), *signer.earlier(checkpoint.size + 1)]
                if each.checkpoint == checkpoint
            ),
            None,
        )
        if sealed is None:
            raise CommandProblem(
                f"No seal of {checkpoint.size:,} entries with this root was made here.",
                "Compare it with yours: hours seal",
            )
        for line in look(signer, sealed).lines:
            click.echo(line)


def _tell_policy(signer: Signer) -> None:
    say(f"Needed for a seal to count: the signature of {signer.witnesses.policy.in_words}.")


MOST_AT_ONCE = 64
"""Connections; more are told to come back later."""


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
    witness = _witness(state or default_place(os.environ).with_name("witness"), name, logs)
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
    data = (bundle / "checkpoint").read_bytes() if (bundle / "checkpoint").is_file() else b""
    try:
        origin = parse_checkpoint(parse_note(data).text).origin
        after = witness.last_signed(origin)
        keys = [key for key in witness.logs if key.name == origin]
        if not keys:
            raise CommandProblem(
                f"The log {origin} is not followed here.", "Name its key: hours witness --log VKEY cosign DIR"
            )
        known = [witness.folder / SEEN / origin_hash(origin)] if after else []
        with progress("Checking") as tell:
            verdict = verify("bundle", bundle, keys=keys, known=known, progress=tell)
        if verdict.code:
            for line in verdict.lines:
                say(line)
            say("Nothing was signed.")
            raise click.exceptions.Exit(verdict.code)
        witness.cosign_checked(data, after, int(time.time()))
    except BadNote as error:
        raise CommandProblem(
            f"{bundle} does not contain a seal: {error}.", "Ask the host for a bundle: hours bundle DIR"
        ) from error
    except NotCosigned as refused:
        raise CommandProblem(f"Nothing was signed: {refused.message}.") from refused
    except SealRefused as refused:
        raise CommandProblem(refused.wrong, refused.to_do) from refused
    shown = witness.shown(origin_hash(origin))
    assert shown is not None, "what was just signed is remembered"
    click.echo(shown, nl=False)


def _witness(folder: Path, name: str, logs: Sequence[str]) -> Witness:
    try:
        keys = [parse_key(line) for line in logs]
    except BadNote as error:
        raise click.UsageError(f"--log: {error}. Copy the key from the seal sheet.") from error
    try:
        witness = Witness(folder, name)
        for key in keys:
            witness.follow(key)
        if witness.is_new:
            say(f"A new key was made: {folder / KEY}. Anyone who wants this witness to sign needs its public key:")
            say(witness.key.text)
    except SealRefused as refused:
        raise CommandProblem(refused.wrong, refused.to_do) from refused
    return witness


def _serve(witness: Witness, host: str, port: int) -> None:
    import uvicorn

    from web.commands.serving import SECONDS_TO_FINISH, address_of, answer, listening
    from web.commands.witness_server import Impatient, witness_app

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
            say(f"The witness {witness.name} is listening at {address_of(door)}")
            say(
                f"It follows: {', '.join(followed)}."
                if followed
                else "It does not follow any log yet. Name one with --log VKEY."
            )

        answer(config, door, ready=ready)
