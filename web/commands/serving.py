"""`hours serve`: the pages of the community, from one process that ends in good order."""

import os
import socket
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

import click
import msgspec
import uvicorn
from litestar import Litestar

from ledger.application.time_bank import TimeBank
from ledger.seal.signing.folder import default_place
from projections.reports.due import is_due
from projections.views import Views
from web.app import create_app
from web.commands.chores import Chore, chores_done
from web.commands.daily import NAMES
from web.commands.listening import SECONDS_TO_FINISH, address_of, answer, listening
from web.commands.printing import say
from web.commands.problems import Problem
from web.commands.where import Where
from web.settings import LOOPBACK_HOSTS, Settings, SettingsMistake, read_settings


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port to listen on.")
@click.pass_obj
def serve_command(where: Where, host: str, port: int) -> None:
    """Serve the pages of the community until Ctrl-C or SIGTERM.

    Settings come from HOURS_... variables. What passes requests on must be named in HOURS_TRUSTED_PROXIES to be believed.
    """
    with where.bank() as bank, where.views(bank) as views, listening(host, port) as door:
        settings = settings_for(os.environ, door)
        with chores_done(where, chores_of(bank, views)):
            serve(bank, views, settings, door, ready=lambda: say(f"Serving {where.shown} at {settings.base_url}"))


def chores_of(bank: TimeBank, views: Views) -> Sequence[Chore]:
    """What a served community does by itself: figures whenever they are behind, what was asked for, what is daily."""

    def time_zone() -> str:
        return bank.agreements.time_zone

    return (
        Chore("figures", lambda: is_due(views.reports, bank.log, datetime.now(UTC), time_zone())),
        Chore("asked", lambda: bool(views.wishes.waiting()), seconds_between=2.0, rests=False),
        Chore("daily", lambda: bool(views.daily.due(NAMES, datetime.now(UTC), time_zone()))),
    )


def server_config(app: Litestar, settings: Settings) -> uvicorn.Config:
    """How the app is served: proxies say who is asking only if the host trusts them.

    No access log: addresses of pages say who helped whom, and links sign people in.
    """
    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=[str(network) for network in settings.trusted_networks],
        timeout_graceful_shutdown=SECONDS_TO_FINISH,
    )


def serve(bank: TimeBank, views: Views, settings: Settings, door: socket.socket, *, ready: Callable[[], None]) -> None:
    """Answers at an open door until the process is asked to stop; open requests get a few seconds to end."""
    config = server_config(create_app(bank, views, settings), settings)
    answer(config, door, ready=ready)


def settings_for(environment: Mapping[str, str], door: socket.socket) -> Settings:
    """The host's settings. Without an address of its own the app is at its door, over plain HTTP on this machine.

    Seals are looked for where `hours seal` keeps them.
    """
    try:
        settings = read_settings(environment)
    except SettingsMistake as error:
        raise Problem(
            str(error), "The variables and what they may hold are listed in the reference of settings."
        ) from error
    if not environment.get("HOURS_BASE_URL", "").strip():
        settings = msgspec.structs.replace(settings, base_url=address_of(door))
    if not settings.seal:
        settings = msgspec.structs.replace(settings, seal=str(default_place(environment)))
    url = urlsplit(settings.base_url)
    is_this_machine = url.scheme == "http" and url.netloc.rpartition(":")[0] in LOOPBACK_HOSTS
    if is_this_machine and not environment.get("HOURS_SECURE_COOKIES", "").strip():
        settings = msgspec.structs.replace(settings, secure_cookies=False)
    return settings
