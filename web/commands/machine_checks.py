"""What `hours doctor` checks on the machine itself: the settings, the data folder and its disk, and who else can read the files."""

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from ledger.log.places import LEAST_FREE_BYTES, Place
from ledger.log.private_files import close_folder, close_to_others, open_to_others
from ledger.personal_data.store import PersonalData
from ledger.seal.signing.folder import KEY, default_place
from web.settings import LOOPBACK_HOSTS, Settings
from web.sign_in.limits import wrong_codes
from web.sign_in.sessions import prepare

SECONDS_TO_CONNECT = 5


class Finding(NamedTuple):
    """The result of one check. It is a problem if there is something to do."""

    subject: str
    result: str
    to_do: str = ""


def check_sign_in(people: PersonalData, now: datetime) -> Finding:
    """Say how many wrong sign-in codes were typed in the last day."""
    prepare(people.engine)
    wrong = wrong_codes(people.engine, now)
    if wrong.number >= wrong.most:
        return Finding(
            "sign-in",
            f"{wrong.number} wrong codes were typed in a day, so only links work until there are fewer.",
            "Somebody may be guessing. Look for their address in the server's log.",
        )
    return Finding("sign-in", f"{wrong.number} of at most {wrong.most} wrong codes in the last day")


def check_settings(settings: Settings) -> Iterator[Finding]:
    """Check the address and the mail server."""
    url = urlsplit(settings.base_url)
    if url.scheme == "http" and (url.hostname or "") not in {name.strip("[]") for name in LOOPBACK_HOSTS}:
        yield Finding(
            "address", f"{settings.base_url} is not encrypted.", "Serve it over HTTPS, and set HOURS_BASE_URL."
        )
    else:
        yield Finding("address", settings.base_url)
    if not settings.sends_mail:
        yield Finding("mail", "no mail server is set; make sign-in links with: hours sign-in-link")
        return
    try:
        socket.create_connection((settings.smtp_host, settings.smtp_port), SECONDS_TO_CONNECT).close()
    except OSError as error:
        yield Finding(
            "mail",
            f"{settings.smtp_host} port {settings.smtp_port} cannot be reached: {error.strerror or error}.",
            "Check HOURS_SMTP_HOST and HOURS_SMTP_PORT, and any firewall in between.",
        )
    else:
        yield Finding("mail", f"{settings.smtp_host} answers on port {settings.smtp_port}")


def check_folder(folder: Path) -> Iterator[Finding]:
    """Check that the data folder is writable, and that its disk has space."""
    if not folder.is_dir():
        return  # opening the community reports that
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        yield Finding("folder", f"{folder} is not writable: {error.strerror}.", "Give its owner permission to write.")
    else:
        yield Finding("folder", f"{folder} is writable")
    free = shutil.disk_usage(folder).free
    yield Finding(
        "disk",
        f"{free / 1024**3:.1f} GB free",
        "Free up space. Below that, recording will soon stop." if free < LEAST_FREE_BYTES else "",
    )


def check_permissions(place: Place) -> Finding:
    """Check that nobody else on this machine can read the data folder or the keys of seals. What can be closed is closed."""
    keys = sorted(Path(os.environ.get("HOURS_SEAL") or default_place(os.environ)).glob(f"*/{KEY}"))
    private = [*([place.path] if place.is_sqlite and place.path.is_dir() else []), *keys]
    found = open_to_others(*private)
    if place.is_sqlite:
        close_folder(place.path)
    for key in keys:
        close_to_others(key)
    if still := open_to_others(*private):
        return Finding(
            "permissions",
            f"other users of this machine have access to {_listed(still)}.",
            "Give the folder mode 0700 and the files mode 0600, and let the user that runs the server own them.",
        )
    if found:
        return Finding(
            "permissions",
            f"other users of this machine had access to {_listed(found)} until now.",
            "They are closed now. Find out who else has an account on this machine: they could have read names and notes.",
        )
    return Finding("permissions", "nobody else on this machine can read the data folder or the keys")


def _listed(paths: list[Path]) -> str:
    return ", ".join(str(path) for path in paths)
