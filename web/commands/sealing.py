"""`hours seal` signs the log, and `hours witnesses` manages who else signs."""

import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import click

from ledger.log.entry import decode
from ledger.log.store import Log
from ledger.seal.signing.folder import SealFolder, default_place
from ledger.seal.signing.signer import LOOK, Signer, daily_seal
from ledger.seal.verifying.note import (
    BadNote,
    Sealed,
    check_checkpoint,
    check_note,
    parse_checkpoint,
    parse_key,
    parse_note,
)
from ledger.seal.verifying.policy import time_in_words, with_only
from ledger.seal.witnessing.client import WitnessAnswer, ask_witnesses
from web.commands.clock_checks import StepsBack
from web.commands.opening import Location
from web.commands.printing import CommandProblem, echo_err, log_progress_bar

LARGEST_FILE_BYTES = 1 << 20

seal_option = click.option(
    "--seal",
    "place",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="HOURS_SEAL",
    help="Folder for the key and the last seal, apart from the data and its backups. Defaults to "
    "common-hours/seal in $XDG_STATE_HOME or ~/.local/state.",
)
"""The `--seal` of every command that signs; its value comes in as `place`."""


@click.command("seal")
@click.option("--at-entry", type=click.IntRange(min=1), help="Seal the log up to and including this entry number.")
@click.option("--note", "bare", is_flag=True, help="Print only the signed note, for programs and for --known.")
@seal_option
@click.pass_obj
def seal_command(location: Location, at_entry: int | None, bare: bool, place: Path | None) -> None:
    """Read the whole log again, sign its root, ask the witnesses, and print a seal sheet to keep and compare.

    Fails if entries that were sealed before are missing or changed, and says which. The first run makes a key. A
    witness that does not answer does not stop the seal. One that has seen a different history does, and the exit code
    is 1.
    """
    steps_back = StepsBack()
    with signing(location, place) as (signer, log), log_progress_bar(log, "Reading the log, twice") as progress:
        sealed = signer.seal(upto=at_entry, progress=progress, look=steps_back.look)
        before = signer.earlier(sealed.checkpoint.size)[-1:]
        key = signer.key
        status = ask_witnesses_for(signer, sealed)
    if bare:
        click.echo(status.note, nl=False)
        status.raise_if_contradicted()
        return
    checkpoint = sealed.checkpoint
    click.echo(f"The seal of {checkpoint.origin}\n")
    click.echo(f"entries  {checkpoint.size:,}\nroot     {checkpoint.grouped_root}\nkey      {key.text}")
    click.echo("".join(f"{line}\n" for line in status.lines), nl=False)
    if steps_back.found:
        click.echo(f"noticed  {steps_back.in_words}")
    for earlier in before:
        click.echo(
            f"\nPrevious seal\n\nentries  {earlier.checkpoint.size:,}\nroot     {earlier.checkpoint.grouped_root}"
        )
    status.raise_if_contradicted()


def make_daily_seal(location: Location) -> str:
    """Make the daily seal, ask the witnesses, and return the result as a sentence.

    A community that was never sealed is left alone, because its first seal makes a key.
    """
    place = Path(os.environ["HOURS_SEAL"]) if os.environ.get("HOURS_SEAL") else default_place(os.environ)
    with location.log() as log:
        first = log.from_position(0, limit=1)
        if not first or not SealFolder(place, decode(first[0].data).log).is_begun:
            return "not sealed yet; the host makes the first seal: hours seal"
    with location.bank() as bank:
        zone = ZoneInfo(bank.agreements.time_zone)
    with signing(location, place) as (signer, _):
        sealed = daily_seal(signer, datetime.now(UTC), zone)
        if sealed is None:
            return "already sealed today"
        status = ask_witnesses_for(signer, sealed)
        status.raise_if_contradicted()
    return "; ".join([f"the seal covers {sealed.checkpoint.size:,} entries", *status.lines])


@contextmanager
def signing(location: Location, place: Path | None) -> Generator[tuple[Signer, Log]]:
    """Open the signer of the log named on the command line, and the log."""
    folder = place or default_place(os.environ)
    if location.folder and folder.resolve().is_relative_to(location.folder.resolve()):
        echo_err(
            f"The seal in {folder} is inside the data folder. Restoring a backup would also restore an older seal."
        )
        echo_err("Set HOURS_SEAL to a folder somewhere else, ideally on another disk.")
    with location.log() as log:
        signer = Signer(folder, log)
        if signer.is_new:
            echo_err(f"A new key was made: {signer.folder.path / 'key.pem'}. Keep a copy of it apart from the data.")
            echo_err("Was this community sealed before? If so, stop here and put the old folder back in its place.")
        yield signer, log


class SealStatus(NamedTuple):
    """A seal with its signatures: its size, the note as stored now, lines to print, and the witnesses who contradict it."""

    size: int
    note: bytes
    lines: list[str]
    contradictions: list[WitnessAnswer]

    def raise_if_contradicted(self) -> None:
        """Raise if a witness has seen a different history."""
        if self.contradictions:
            reasons = "; ".join(f"{answer.name}: {answer.reason}" for answer in self.contradictions)
            raise CommandProblem(
                f"A witness has seen a different history of this log. {reasons}.",
                LOOK.replace("Nothing was signed. ", ""),
            )


def ask_witnesses_for(signer: Signer, sealed: Sealed) -> SealStatus:
    """Ask every witness that has an address, and return the status of the seal afterwards."""
    return seal_status(signer, sealed, ask_witnesses(signer, sealed))


def seal_status(signer: Signer, sealed: Sealed, answers: Sequence[WitnessAnswer] = ()) -> SealStatus:
    """Who has signed a seal by now, with the reasons of the witnesses who did not."""
    latest = signer.folder.latest()
    if latest.checkpoint == sealed.checkpoint:
        sealed = latest
    policy = signer.witnesses.policy
    signatures = check_checkpoint(sealed.note.data, [signer.key, *policy.keys]).verified
    when = {signature.key: signature.at_seconds for signature in signatures if signature.at_seconds is not None}
    reason = {answer.name: answer.reason for answer in answers if answer.signature is None}
    lines = [
        f"signed by  {witness.name}, {time_in_words(when[witness.key])}"
        for witness in policy.witnesses
        if witness.key in when
    ]
    lines += [
        f"not signed by  {name}" + (f": {reason[name]}" if name in reason else "")
        for name in policy.missing(signatures)
    ]
    if not policy.witnesses:
        lines = ["signed by  no witness, because none is listed (hours witnesses)"]
    elif not policy.is_met_by(signatures):
        echo_err(
            f"The policy requires the signature of {policy.in_words}. Until then, a check with the policy is incomplete."
        )
    return SealStatus(sealed.checkpoint.size, sealed.note.data, lines, [each for each in answers if each.contradicts])


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
def add_command(location: Location, name: str, vkey: str, url: str, place: Path | None) -> None:
    """Add a witness: its name here, its public key, and the address where it is asked.

    A witness without a URL is shown bundles, and its answer is added with `hours witnesses take`.
    """
    with signing(location, place) as (signer, _):
        try:
            key = parse_key(vkey)
        except BadNote as error:
            raise CommandProblem(
                f"This is not a public key: {error}.", "Copy the line that `hours witness` prints."
            ) from error
        signer.witnesses.add(name, key, url)
        echo_err(f"The witness needs this log's key: hours witness --log {signer.key.text}")
        _print_policy(signer)


@witnesses_command.command("remove")
@click.argument("name")
@seal_option
@click.pass_obj
def remove_command(location: Location, name: str, place: Path | None) -> None:
    """Stop asking a witness. Signatures it has already given stay on their seals."""
    with signing(location, place) as (signer, _):
        signer.witnesses.remove(name)
        _print_policy(signer)


@witnesses_command.command("need", short_help="Set how many witnesses must have signed a seal.")
@click.argument("number", type=click.IntRange(min=1))
@seal_option
@click.pass_obj
def need_command(location: Location, number: int, place: Path | None) -> None:
    """Set how many witnesses must have signed a seal for it to count. Defaults to one."""
    with signing(location, place) as (signer, _):
        signer.witnesses.need(number)
        _print_policy(signer)


@witnesses_command.command("list")
@seal_option
@click.pass_obj
def list_command(location: Location, place: Path | None) -> None:
    """List the witnesses, and which of them signed the last seal."""
    with signing(location, place) as (signer, _):
        latest = signer.folder.latest()
        for listed in signer.witnesses.policy.witnesses:
            click.echo(f"{listed.name}  {listed.url or 'is shown bundles'}  {listed.key.text}")
        for line in seal_status(signer, latest).lines:
            click.echo(line)
        _print_policy(signer)


@witnesses_command.command("policy", short_help="Print the policy for others to keep.")
@seal_option
@click.pass_obj
def policy_command(location: Location, place: Path | None) -> None:
    """Print the policy for members and auditors to keep: hours witnesses policy > policy

    Anyone who has it can check with: hours verify bundle DIR --policy policy
    """
    with signing(location, place) as (signer, _):
        click.echo(signer.witnesses.policy.without_addresses.text, nl=False)
        _print_policy(signer)


@witnesses_command.command("take", short_help="Add what a laptop has signed.")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@seal_option
@click.pass_obj
def take_command(location: Location, file: Path, place: Path | None) -> None:
    """Add what a witness without a server has signed: the file that `hours witness cosign` wrote."""
    with signing(location, place) as (signer, _):
        with file.open("rb") as opened:
            data = opened.read(LARGEST_FILE_BYTES)
        try:
            note = parse_note(data)
            checkpoint = parse_checkpoint(note.text)
            keys = signer.witnesses.policy.keys
            signatures = with_only(note, keys).signatures
            check_note(note, [signer.key])
        except BadNote as error:
            raise CommandProblem(
                f"{file} does not contain a signature by a witness of this log: {error}.",
                "Is the witness listed? Run: hours witnesses list",
            ) from error
        signer.add_cosignatures(checkpoint, signatures)
        seals = [signer.folder.latest(), *signer.earlier(checkpoint.size + 1)]
        sealed = next((each for each in seals if each.checkpoint == checkpoint), None)
        if sealed is None:
            raise CommandProblem(
                f"No seal of {checkpoint.size:,} entries with this root was made here.",
                "Compare it with yours: hours seal",
            )
        for line in seal_status(signer, sealed).lines:
            click.echo(line)


def _print_policy(signer: Signer) -> None:
    echo_err(f"Needed for a seal to count: the signature of {signer.witnesses.policy.in_words}.")
