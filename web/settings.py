"""Settings of a host, read once at start from `HOURS_...` variables; nothing else in the web app reads the environment."""

from collections.abc import Mapping, Sequence
from datetime import date
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")


class InvalidSetting(ValueError):
    """A variable has an invalid value; the message names the variable."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Every setting with its description, from which the reference page is made."""

    data: Annotated[
        Path, Meta(description="Folder for the log, the people and the read models when no database is named.")
    ] = Path("./data")
    database: Annotated[
        str,
        Meta(
            description="Where to store everything instead of the data folder: `postgresql://...` or `sqlite:///...`. "
            "Empty: SQLite files in the data folder."
        ),
    ] = ""
    seal: Annotated[
        str,
        Meta(
            description="Folder for the key and every seal, apart from the data and its backups. Empty: "
            "`common-hours/seal` in `$XDG_STATE_HOME` or `~/.local/state`."
        ),
    ] = ""
    clock_checked_on: Annotated[
        date | None,
        Meta(
            description="The day on which you compared this machine's clock with a calendar, such as `2026-03-28`. Needed only "
            "until the next entry, when the clock is half a year or more after the last one."
        ),
    ] = None
    hosts: Annotated[
        tuple[str, ...],
        Meta(
            description="Host names this app answers to, separated by commas. `*.example.org` stands for every name "
            "below example.org. The host of the base URL and the loopback names are always included."
        ),
    ] = ()
    base_url: Annotated[
        str,
        Meta(
            description="The address members type, such as `https://hours.example.org`. Links in emails start with it."
        ),
    ] = "http://127.0.0.1:8000"
    smtp_host: Annotated[
        str,
        Meta(
            description="Mail server that sends sign-in codes. Empty: no email is sent, and the host makes links with "
            "`hours sign-in-link`."
        ),
    ] = ""
    smtp_port: Annotated[int, Meta(description="Port of the mail server.", ge=1, le=65535)] = 587
    smtp_user: Annotated[str, Meta(description="User name for the mail server. Empty: no sign-in.")] = ""
    smtp_password: Annotated[
        str,
        Meta(
            description="Password for the mail server. `HOURS_SMTP_PASSWORD_FILE` can name a file that contains it "
            "instead."
        ),
    ] = ""
    smtp_from: Annotated[
        str, Meta(description="Sender of emails, such as `Riverside time bank <hours@example.org>`.")
    ] = ""
    smtp_starttls: Annotated[bool, Meta(description="Whether email is sent over an encrypted connection.")] = True
    secure_cookies: Annotated[
        bool,
        Meta(
            description="Whether cookies are sent over HTTPS only. Turn this off only for plain HTTP on your own machine."
        ),
    ] = True
    trusted_proxies: Annotated[
        tuple[str, ...],
        Meta(
            description="Addresses or networks of proxies in front of the app, separated by commas. Only these can say "
            "who is asking, with `X-Forwarded-For` and `X-Forwarded-Proto`."
        ),
    ] = ()
    log_format: Annotated[
        Literal["text", "json"],
        Meta(description="How the server writes its log to standard error: `text` or `json`, one line for each thing."),
    ] = "text"

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """The host names of this app, in lower case, without ports."""
        own = urlsplit(self.base_url).hostname or ""
        named = (host.lower() for host in (*self.hosts, own) if host)
        return tuple(dict.fromkeys((*named, *LOOPBACK_HOSTS)))

    @property
    def trusted_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks of the trusted proxies."""
        return tuple(ip_network(address, strict=False) for address in self.trusted_proxies)

    @property
    def sends_mail(self) -> bool:
        """Whether sign-in codes can be sent by email."""
        return bool(self.smtp_host and self.smtp_from)


class SettingDescription(msgspec.Struct, frozen=True):
    """A row of the settings reference."""

    variable: str
    default: str
    meaning: str


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read settings from `HOURS_...` variables. An empty variable is absent, and `..._FILE` can name a file with the value."""
    values: dict[str, object] = {}
    for field in msgspec.structs.fields(Settings):
        variable = variable_of(field.name)
        text = environment.get(variable, "").strip()
        secret_file = environment.get(f"{variable}_FILE", "").strip()
        if secret_file and not text:
            try:
                text = Path(secret_file).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise InvalidSetting(f"{variable}_FILE names a file that cannot be read: {secret_file}") from error
        if text:
            values[field.name] = _parsed(text, field.type.__origin__)
    try:
        settings = msgspec.convert(values, Settings, strict=False, dec_hook=lambda kind, text: kind(text))
        settings.trusted_networks  # noqa: B018 - reject an invalid network at start, not at the first request
    except ValueError as error:  # msgspec's ValidationError is one
        raise InvalidSetting(f"This setting is not valid. {error}") from error
    if urlsplit(settings.base_url).scheme not in {"http", "https"} or not urlsplit(settings.base_url).hostname:
        raise InvalidSetting("HOURS_BASE_URL should look like https://hours.example.org")
    return settings


def describe_settings() -> Sequence[SettingDescription]:
    """Return every setting for the reference: variable, default and description."""
    return [
        SettingDescription(variable_of(field.name), _as_written(field.default), field.type.__metadata__[0].description)
        for field in msgspec.structs.fields(Settings)
    ]


def variable_of(name: str) -> str:
    """Return the environment variable of a setting."""
    return f"HOURS_{name.upper()}"


def _parsed(text: str, kind: object) -> object:
    """Parse lists at commas and the usual spellings of yes and no; leave anything else as it is."""
    if kind == tuple[str, ...]:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if kind is bool:
        return {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(text.lower(), text)
    return text


def _as_written(default: object) -> str:
    if isinstance(default, bool):
        return "yes" if default else "no"
    return "" if default in ((), None) else str(default)
