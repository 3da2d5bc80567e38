"""`hours witnesses`: who is asked for a word on this log's seals, and how many of them must have given it."""

from pathlib import Path

import click

from ledger.seal.signing.signer import Signer
from ledger.seal.verifying.note import BadNote, check_note, parse_checkpoint, parse_key, parse_note
from ledger.seal.verifying.policy import with_only
from web.commands.printing import say
from web.commands.problems import Problem
from web.commands.sealing import seal_option, signing
from web.commands.seen import look
from web.commands.where import Where

LARGEST_FILE_BYTES = 1 << 20


@click.group("witnesses")
def witnesses_command() -> None:
    """Say who is asked for a word on this log's seals. Each `hours seal` asks them; what they answer stands under the seal."""


@witnesses_command.command("add", short_help="Ask one more witness.")
@click.argument("name")
@click.argument("vkey")
@click.argument("url", default="")
@seal_option
@click.pass_obj
def add_command(where: Where, name: str, vkey: str, url: str, place: Path | None) -> None:
    """Ask one more witness: its name here, its public key, and where it is asked.

    Without a URL it is shown bundles, and its answer is taken in with `hours witnesses take`.
    """
    with signing(where, place) as (signer, _):
        try:
            key = parse_key(vkey)
        except BadNote as error:
            raise Problem(f"This is no public key: {error}.", "Copy the line that `hours witness` prints.") from error
        signer.witnesses.add(name, key, url)
        say(f"The witness needs this log's key: hours witness --log {signer.key.text}")
        _tell_policy(signer)


@witnesses_command.command("remove")
@click.argument("name")
@seal_option
@click.pass_obj
def remove_command(where: Where, name: str, place: Path | None) -> None:
    """Ask a witness no more. Words that it gave stay under the seals that have them."""
    with signing(where, place) as (signer, _):
        signer.witnesses.remove(name)
        _tell_policy(signer)


@witnesses_command.command("need", short_help="Say how many must have seen a seal.")
@click.argument("number", type=click.IntRange(min=1))
@seal_option
@click.pass_obj
def need_command(where: Where, number: int, place: Path | None) -> None:
    """Say how many witnesses must have seen a seal for it to count. One, unless said otherwise."""
    with signing(where, place) as (signer, _):
        signer.witnesses.need(number)
        _tell_policy(signer)


@witnesses_command.command("list")
@seal_option
@click.pass_obj
def list_command(where: Where, place: Path | None) -> None:
    """List the witnesses, and whose word stands under the last seal."""
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

    Whoever has it checks with: hours verify bundle DIR --policy policy
    """
    with signing(where, place) as (signer, _):
        click.echo(signer.witnesses.policy.without_addresses.text, nl=False)
        _tell_policy(signer)


@witnesses_command.command("take", short_help="Take in what a laptop has signed.")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@seal_option
@click.pass_obj
def take_command(where: Where, file: Path, place: Path | None) -> None:
    """Take in what a witness without a server has signed: the file that `hours witness cosign` wrote."""
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
            raise Problem(
                f"{file} holds no word of a witness of this log: {error}.",
                "Is the witness listed? See: hours witnesses list",
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
            raise Problem(
                f"No seal over {checkpoint.size:,} entries with this root was given here.",
                "Compare it with yours: hours seal",
            )
        for line in look(signer, sealed).lines:
            click.echo(line)


def _tell_policy(signer: Signer) -> None:
    say(f"Needed for a seal to count: the word of {signer.witnesses.policy.in_words}.")
