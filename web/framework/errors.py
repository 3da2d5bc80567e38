"""Error pages: what went wrong, in a kind sentence, and what to do next."""

import hashlib
import hmac
import logging
import secrets
import sqlite3
import sys
from collections.abc import Mapping
from typing import Any

from eventsourcing.persistence import PersistenceError
from litestar import Request, Response
from litestar.exceptions import ClientException, HTTPException, PermissionDeniedException, TooManyRequestsException
from sqlalchemy import exc as storage

from ledger.log.failures import failure_of
from ledger.log.store import LogUnavailable
from ledger.refusals import Refusal, TooBusy
from web.framework.access import HiddenPage
from web.framework.logs import log_security
from web.framework.rendering import page, see_other
from web.sign_in.limits import network_of
from web.wording.translation import N_, gettext, refusal_sentence

_log = logging.getLogger("hours.web")


ERROR_TEXTS: Mapping[int, tuple[str, str]] = {
    400: (
        N_("We could not understand that request"),
        N_("We could not understand part of this request. Go back and try again."),
    ),
    403: (
        N_("You cannot open this page"),
        N_(
            "It is for someone else, or for a coordinator. If you think you should be able to open it, ask a "
            "coordinator."
        ),
    ),
    404: (
        N_("Page not found"),
        N_("The address may be mistyped, or the page may have moved. Nothing has been lost from the record."),
    ),
    405: (N_("This page cannot be used that way"), N_("Go back and use the buttons on the page.")),
    413: (
        N_("That was too long"),
        N_("What you sent is too long for this page. Go back, shorten it and send it again."),
    ),
    422: (N_("Nothing was recorded"), N_("Go back and check what you typed.")),
    429: (
        N_("Too many attempts"),
        N_(
            "To stop people guessing, there is a limit on attempts. Try again in an hour, or ask a coordinator "
            "for a sign-in link."
        ),
    ),
    500: (
        N_("Something went wrong"),
        N_("This is not your fault, and nothing was left half recorded. Try again in a little while."),
    ),
    503: (
        N_("The record is not available at the moment"),
        N_("Nothing was recorded. Please go back and try again in a minute. What you typed will still be there."),
    ),
}
"""Status -> title and sentence of the page."""

FROM_ANOTHER_SITE = N_(
    "This form was sent from another site, so nothing was recorded. Open the page here and try again."
)


class CrossSiteForm(HTTPException):
    """A form that another site submitted in this member's name."""

    status_code = 403


class ForeignHost(ClientException):
    """A request for a host name that is not ours."""


SECURITY_EVENTS: Mapping[type[Exception], str] = {
    CrossSiteForm: "cross-site-form",
    ForeignHost: "foreign-host",
    HiddenPage: "hidden-page",
    PermissionDeniedException: "forbidden-page",
    TooManyRequestsException: "too-many-attempts",
}
"""Errors that may be part of an attack, and their names in the log."""

_PSEUDONYM_KEY = secrets.token_bytes(16)


def note_security(request: Request[Any, Any, Any], event: str) -> None:
    """Log something that may be an attack, with a pseudonym of the network it came from, which changes at each start."""
    network = network_of(request.client.host if request.client else "")
    client = hmac.new(_PSEUDONYM_KEY, network.encode(), hashlib.sha256).hexdigest()[:8]
    log_security(event, _route(request), client)


def error_page(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Make the page for an error. Not a coroutine, because the framework would never await it."""
    status = status_of(error)
    if event := SECURITY_EVENTS.get(type(error)):
        note_security(request, event)
    if status == 401:
        return see_other("/sign-in", to=_page_wanted(request))
    if status >= 500:
        _log_error(request, error, status)
    title, sentence = map(gettext, ERROR_TEXTS.get(status) or ERROR_TEXTS[500 if status >= 500 else 400])
    if isinstance(error, Refusal):
        sentence = refusal_sentence(error)
    elif isinstance(error, CrossSiteForm):
        sentence = gettext(FROM_ANOTHER_SITE)
    headers = dict(getattr(error, "headers", None) or {})
    return page(request, "error.html", status=status, headers=headers, title=title, sentence=sentence)


def _page_wanted(request: Request[Any, Any, Any]) -> str:
    """Return the page a stranger wanted, to show once they have signed in."""
    query = request.scope["query_string"].decode("latin-1")
    path = request.url.path + (f"?{query}" if query else "")
    return path if request.method == "GET" and path != "/" else ""


def status_of(error: Exception) -> int:
    """Return the status of an error."""
    match error:
        case HTTPException(status_code=status):
            return status
        case TooBusy():
            return 503
        case Refusal():
            return 422
        case _:
            return 503 if is_storage_error(error) else 500


def is_storage_error(error: Exception) -> bool:
    """Whether the database is locked, full, damaged, read-only or gone. That is not a bug, and it may pass."""
    if isinstance(error, (storage.IntegrityError, storage.ProgrammingError, storage.DataError)):
        return False
    kinds: tuple[type[Exception], ...] = (
        LogUnavailable,
        PersistenceError,
        storage.DatabaseError,
        storage.InterfaceError,
        storage.TimeoutError,
        sqlite3.OperationalError,
    )
    # Importing the driver takes a tenth of a second, so it is loaded only where PostgreSQL is used.
    psycopg = sys.modules.get("psycopg")
    return isinstance(error, kinds) or (psycopg is not None and isinstance(error, psycopg.OperationalError))


def _log_error(request: Request[Any, Any, Any], error: Exception, status: int) -> None:
    """Log an unavailable database by its kind, and a bug with its traceback; never a form, a cookie or an address."""
    if status == 503:
        _log.error("%s: %s", _route(request), failure_of(error))
    else:
        _log.error("%s failed", _route(request), exc_info=error)


def _route(request: Request[Any, Any, Any]) -> str:
    """Return the method, and the path as the code has it: the requested one may contain a sign-in link."""
    scope: Any = request.scope
    return f"{request.method} {scope.get('path_template', 'a page')}"
