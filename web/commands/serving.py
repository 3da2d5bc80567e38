"""`hours serve`: the community's pages. `hours demo`: a sample neighbourhood, and links that sign in as three of its people."""

import os
import signal
import socket
import tempfile
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click
import msgspec

from ledger.identifiers import MemberId
from web.commands.background import DAILY_TASKS, ScheduledTask, make_figures, scheduler
from web.commands.opening import Location
from web.commands.printing import CommandProblem, echo_err, progress_bar
from web.framework.logs import start_logging
from web.sample import names
from web.sample.neighbours import PRESETS
from web.settings import LOOPBACK_HOSTS, InvalidSetting, Settings, read_settings

if TYPE_CHECKING:
    import uvicorn
    from litestar import Litestar

    from ledger.time_bank import TimeBank
    from projections.views import Views
    from web.sample.recording import SampleClock

SECONDS_TO_FINISH = 5
BACKLOG = 2048
DEMO_FOLDER = Path("./demo-data")
SEAL_FOLDER = "seal"
VISITS = (("a member", names.MEMBER), ("the coordinator", names.COORDINATOR), ("the auditor", names.AUDITOR))


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port to listen on.")
@click.pass_obj
def serve_command(location: Location, host: str, port: int) -> None:
    """Serve the community's pages until Ctrl-C or SIGTERM.

    Settings come from HOURS_... variables. A proxy is trusted only if it is named in HOURS_TRUSTED_PROXIES.
    """
    with location.bank() as bank, location.views(bank) as views, listening(host, port) as listener:
        settings = settings_for(os.environ, listener)
        start_logging(settings.log_format)
        with scheduler(location, scheduled_tasks(bank, views)):
            serve(
                bank,
                views,
                settings,
                listener,
                ready=lambda: echo_err(f"Serving {location.shown} at {settings.base_url}"),
            )


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens there, or raise before anything else is started."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise CommandProblem(
            f"Cannot listen on {host} port {port}: {error.strerror}.", "Choose another port, for example: --port 8001"
        ) from error


def address_of(listener: socket.socket) -> str:
    """The address of a listening socket on this machine, over plain HTTP."""
    address = listener.getsockname()
    host = f"[{address[0]}]" if ":" in address[0] else address[0]
    return f"http://{host}:{address[1]}"


def run_server(config: "uvicorn.Config", listener: socket.socket, *, ready: Callable[[], None]) -> None:
    """Answer requests until SIGTERM or Ctrl-C. Open requests get a few seconds to end."""
    import uvicorn

    server = uvicorn.Server(config)
    # When the server has ended, it raises the signal that stopped it again. That must not kill the process, which still
    # has files and connections to close.
    signal.signal(signal.SIGTERM, lambda number, frame: None)
    ready()
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


def scheduled_tasks(bank: "TimeBank", views: "Views") -> Sequence[ScheduledTask]:
    """What the server has done in the background: figures when they are out of date, requests from pages, daily tasks."""
    from projections.figures.reports.kept import is_due

    def time_zone() -> str:
        return bank.agreements.time_zone

    return (
        ScheduledTask("figures", lambda: is_due(views.reports, bank.log, datetime.now(UTC), time_zone())),
        ScheduledTask("asked", lambda: bool(views.requests.waiting()), seconds_between=2.0, rests=False),
        ScheduledTask("daily", lambda: bool(views.daily.due(tuple(DAILY_TASKS), datetime.now(UTC), time_zone()))),
    )


def serve(
    bank: "TimeBank", views: "Views", settings: Settings, listener: socket.socket, *, ready: Callable[[], None]
) -> None:
    """Serve the pages of a bank at a listening socket."""
    from web.app import create_app

    run_server(server_config(create_app(bank, views, settings), settings), listener, ready=ready)


def server_config(app: "Litestar", settings: Settings) -> "uvicorn.Config":
    """How the app is served: a proxy may name the client only if the host trusts it."""
    import uvicorn

    from web.commands.connections import SETTINGS

    return uvicorn.Config(
        app,
        proxy_headers=True,
        forwarded_allow_ips=[str(network) for network in settings.trusted_networks],
        timeout_graceful_shutdown=SECONDS_TO_FINISH,
        **SETTINGS,
    )


def settings_for(environment: Mapping[str, str], listener: socket.socket) -> Settings:
    """The host's settings. The base URL defaults to that of the socket, the folder of seals to that of `hours seal`."""
    from ledger.seal.signing.folder import default_place

    try:
        settings = read_settings(environment)
    except InvalidSetting as error:
        raise CommandProblem(
            str(error), "The settings reference lists the variables and the values they can have."
        ) from error
    if not environment.get("HOURS_BASE_URL", "").strip():
        settings = msgspec.structs.replace(settings, base_url=address_of(listener))
    if not settings.seal:
        settings = msgspec.structs.replace(settings, seal=str(default_place(environment)))
    url = urlsplit(settings.base_url)
    is_this_machine = url.scheme == "http" and url.netloc.rpartition(":")[0] in LOOPBACK_HOSTS
    if is_this_machine and not environment.get("HOURS_SECURE_COOKIES", "").strip():
        settings = msgspec.structs.replace(settings, secure_cookies=False)
    return settings


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
    "--members",
    default=names.MEMBERS,
    show_default=True,
    type=click.IntRange(names.FEWEST, 5000),
    help="Number of people.",
)
@click.option(
    "--years", default=2, show_default=True, type=click.IntRange(1, 20), help="How far back the history goes."
)
@click.option("--seed", default=1, show_default=True, help="A different number makes a different history.")
@click.pass_obj
def demo_command(location: Location, port: int, preset: str, members: int, years: int, seed: int) -> None:
    """Run a sample neighbourhood on this machine, and print links that sign in as three of its people.

    It is created in ./demo-data, or where --data or --database says, and used again next time.
    """
    from web.sample.filling import fill

    if not location.is_chosen:
        location = Location(DEMO_FOLDER, "", is_chosen=True, clock_checked_on=location.clock_checked_on)
    with listening("127.0.0.1", port) as listener:
        if _is_empty(location):
            with progress_bar("Making a neighbourhood") as progress, _new_bank(location) as (bank, clock):
                fill(bank, clock, habits=PRESETS[preset], members=members, years=years, seed=seed, progress=progress)
        _seal_sample(location)
        make_figures(location)
        with location.bank() as bank, location.views(bank) as views, scheduler(location, scheduled_tasks(bank, views)):
            settings = _for_this_machine(settings_for(os.environ, listener), listener.getsockname()[1])
            start_logging(settings.log_format)
            serve(bank, views, settings, listener, ready=lambda: _print_links(location, bank, views, settings))


def _is_empty(location: Location) -> bool:
    """Whether the sample must be made first. Raise if anything but a sample is there."""
    place = location.place()
    if place.is_sqlite and not place.exists:
        if place.path.exists() and any(place.path.iterdir()):
            raise CommandProblem(
                f"{place.path} already contains something else.", "Give an empty or new folder: --data FOLDER"
            )
        return True
    with location.bank(new=True) as bank:
        origin = bank.agreements.origin
    if origin and not origin.startswith(f"{names.ORIGIN_HOST}/"):
        raise CommandProblem(
            f"{location.shown} contains a real community.", "Use a separate place for the sample: --data FOLDER"
        )
    return not origin


@contextmanager
def _new_bank(location: Location) -> Generator[tuple["TimeBank", "SampleClock"]]:
    """An empty time bank. A folder is made beside its place and moved there at the end, so it is never left half made."""
    from ledger.time_bank import TimeBank
    from web.sample.recording import SampleClock

    clock = SampleClock()
    place = location.place()
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


def _seal_sample(location: Location) -> None:
    """Seal a sample in a folder, so that seals and receipts can be tried out.

    Unlike a real seal it is kept with the data: the host's own folder of seals is left alone. Worker processes find it
    by the same variable as the pages.
    """
    from ledger.seal.signing.signer import Signer

    place = location.place()
    if not place.is_sqlite:
        return
    seal = place.path.resolve() / SEAL_FOLDER
    os.environ["HOURS_SEAL"] = str(seal)
    with location.log() as log:
        signer = Signer(seal, log)
        if signer.is_new:
            signer.seal()


def _for_this_machine(settings: Settings, port: int) -> Settings:
    """Serve the sample on this machine only, whatever the host has set for their own community."""
    return msgspec.structs.replace(
        settings, base_url=f"http://127.0.0.1:{port}", secure_cookies=False, smtp_host="", trusted_proxies=()
    )


def _print_links(location: Location, bank: "TimeBank", views: "Views", settings: Settings) -> None:
    from ledger.personal_data.search import find_members
    from web.sign_in.codes import make_sign_in_link

    as_of = views.as_of()
    click.echo(
        f"{names.COMMUNITY} is running at {settings.base_url} ({as_of.number:,} entries, stored in {location.shown})."
    )
    click.echo("Each link signs in once, so open each one in a different browser:")
    for role, name in VISITS:
        for found in find_members(bank, name)[:1]:
            link = make_sign_in_link(bank.people, MemberId(found.account), settings.base_url, bank.handler.now())
            click.echo(f"  as {role}, {name}: {link}")
    if location.place().is_sqlite:
        echo_err(f"For other commands to find its seal, set HOURS_SEAL={location.place().path / SEAL_FOLDER}")
    echo_err("Press Ctrl-C to stop it.")
