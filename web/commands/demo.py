"""`hours demo`: a sample neighbourhood to look around in, with links that sign in as three of its people."""

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import click
import msgspec

from ledger.identifiers import MemberId
from ledger.personal_data.search import find_members
from ledger.seal.signing.signer import Signer
from ledger.time_bank import TimeBank
from projections.views import Views
from web.commands.opening import Where
from web.commands.printing import CommandProblem, progress, say
from web.commands.serving import carry_out, chores_done, chores_of, listening, serve, settings_for
from web.sample import names
from web.sample.diary import SampleClock
from web.sample.filling import MEMBERS, fill
from web.sample.plan import PRESETS
from web.settings import Settings
from web.sign_in.codes import make_sign_in_link

FOLDER = Path("./demo-data")
SEAL = "seal"
VISITS = (("a member", names.MEMBER), ("the coordinator", names.COORDINATOR), ("the auditor", names.AUDITOR))


@click.command("demo")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port to listen on.")
@click.option(
    "--preset",
    default="lively",
    show_default=True,
    type=click.Choice(list(PRESETS)),
    help="How active the neighbourhood is: see docs/reference/sample.md.",
)
@click.option(
    "--members", default=MEMBERS, show_default=True, type=click.IntRange(names.FEWEST, 5000), help="Number of people."
)
@click.option(
    "--years", default=2, show_default=True, type=click.IntRange(1, 20), help="How far back the history goes."
)
@click.option("--seed", default=1, show_default=True, help="A different number makes a different history.")
@click.pass_obj
def demo_command(where: Where, port: int, preset: str, members: int, years: int, seed: int) -> None:
    """Run a sample neighbourhood on this machine, and print links that sign in as three of its people.

    It is created in ./demo-data, or where --data or --database says, and used again next time.
    """
    if not where.is_chosen:
        where = Where(FOLDER, "", is_chosen=True)
    with listening("127.0.0.1", port) as door:
        if _must_be_made(where):
            with progress("Making a neighbourhood") as tell, _new_bank(where) as (bank, clock):
                fill(bank, clock, habits=PRESETS[preset], members=members, years=years, seed=seed, tell=tell)
        _seal(where)
        carry_out(where, "figures")
        with where.bank() as bank, where.views(bank) as views, chores_done(where, chores_of(bank, views)):
            settings = _plain(settings_for(os.environ, door), door.getsockname()[1])
            serve(bank, views, settings, door, ready=lambda: _welcome(where, bank, views, settings))


def _must_be_made(where: Where) -> bool:
    """Whether the place is still empty. A place that holds something else is left alone."""
    place = where.place()
    if place.is_sqlite and not place.exists:
        if place.path.exists() and any(place.path.iterdir()):
            raise CommandProblem(
                f"{place.path} already contains something else.", "Give an empty or new folder: --data FOLDER"
            )
        return True
    with where.bank(new=True) as bank:
        origin = bank.agreements.origin
    if origin and not origin.startswith(f"{names.ORIGIN_HOST}/"):
        raise CommandProblem(
            f"{where.shown} contains a real community.", "Use a separate place for the sample: --data FOLDER"
        )
    return not origin


@contextmanager
def _new_bank(where: Where) -> Generator[tuple[TimeBank, SampleClock]]:
    """An empty time bank. In a folder it appears whole or not at all: it is made beside, and moved when it is done."""
    clock = SampleClock()
    place = where.place()
    if not place.is_sqlite:
        with TimeBank.open(place, clock=clock) as bank:
            yield bank, clock
        return
    place.path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.path.parent, prefix=f".{place.path.name}-") as folder:
        made = Path(folder) / "data"
        with TimeBank.open(made, clock=clock) as bank:
            yield bank, clock
        made.rename(place.path)


def _seal(where: Where) -> None:
    """A sample in a folder is sealed, so that its seal, slips and receipts can be tried out.

    Unlike a real seal it lies with the data, and goes when they go: the host's own folder of seals is left alone. The
    commands that are done beside the pages find it by the same variable as they do.
    """
    place = where.place()
    if not place.is_sqlite:
        return
    seal = place.path.resolve() / SEAL
    os.environ["HOURS_SEAL"] = str(seal)
    with where.log() as log:
        signer = Signer(seal, log)
        if signer.is_new:
            signer.seal()


def _plain(settings: Settings, port: int) -> Settings:
    """The sample is for this machine alone, whatever the host has set for their own community."""
    return msgspec.structs.replace(
        settings, base_url=f"http://127.0.0.1:{port}", secure_cookies=False, smtp_host="", trusted_proxies=()
    )


def _welcome(where: Where, bank: TimeBank, views: Views, settings: Settings) -> None:
    as_of = views.as_of()
    click.echo(
        f"{names.COMMUNITY} is running at {settings.base_url} ({as_of.number:,} entries, stored in {where.shown})."
    )
    click.echo("Each link signs in once, so open each one in a different browser:")
    for role, name in VISITS:
        for found in find_members(bank, name)[:1]:
            link = make_sign_in_link(bank.people, MemberId(found.account), settings.base_url, bank.handler.now())
            click.echo(f"  as {role}, {name}: {link}")
    if where.place().is_sqlite:
        say(f"For other commands to find its seal, set HOURS_SEAL={where.place().path / SEAL}")
    say("Press Ctrl-C to stop it.")
