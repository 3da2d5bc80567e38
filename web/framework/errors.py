"""What went wrong, as a page in the same frame: a kind sentence, and a way on."""

import hashlib
import logging
import sqlite3
import sys
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from eventsourcing.persistence import PersistenceError
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException
from sqlalchemy import exc as storage

from ledger.log.store import LogUnavailable
from ledger.refusals import Refusal, TooBusy
from ledger.seal.signing.folder import SealRefused
from ledger.seal.signing.published import HashesOutOfReach, NotAsSealed, NothingSealed, NotUnderTheSeal
from web.framework.rendering import page, see_other
from web.framework.visitors import WebRequest
from web.wording.translation import count, gettext, later, refusal_sentence

_log = logging.getLogger("hours.web")


class ErrorText(msgspec.Struct, frozen=True):
    """What an error page says."""

    title: str
    sentence: str


SAID: Mapping[int, ErrorText] = {
    400: ErrorText(
        later("We could not understand that request"),
        later("We could not understand part of this request. Go back and try again."),
    ),
    403: ErrorText(
        later("You cannot open this page"),
        later(
            "It is for someone else, or for a coordinator. If you think you should be able to open it, ask a "
            "coordinator."
        ),
    ),
    404: ErrorText(
        later("Page not found"),
        later("The address may be mistyped, or the page may have moved. Nothing has been lost from the record."),
    ),
    405: ErrorText(
        later("This page cannot be used that way"),
        later("Go back and use the buttons on the page."),
    ),
    413: ErrorText(
        later("That was too long"),
        later("What you sent is too long for this page. Go back, shorten it and send it again."),
    ),
    422: ErrorText(later("Nothing was recorded"), later("Go back and check what you typed.")),
    429: ErrorText(
        later("Too many attempts"),
        later(
            "To stop people guessing, there is a limit on attempts. Try again in an hour, or ask a coordinator "
            "for a sign-in link."
        ),
    ),
    500: ErrorText(
        later("Something went wrong"),
        later("This is not your fault, and nothing was left half recorded. Try again in a little while."),
    ),
    503: ErrorText(
        later("The record is not available at the moment"),
        later("Nothing was recorded. Please go back and try again in a minute. What you typed will still be there."),
    ),
}

REFUSED_FROM_ELSEWHERE = later(
    "This form was sent from another site, so nothing was recorded. Open the page here and try again."
)


class FromElsewhere(HTTPException):
    """A form that another site sent in this member's name."""

    status_code = 403


def answer(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The page for an error. Synchronous on purpose: an asynchronous handler would never be awaited by the framework."""
    status = status_of(error)
    if status == 401:
        return see_other("/sign-in", to=_wanted_page(request))
    if status >= 500:
        _write_down(request, error, status)
    words = SAID.get(status) or SAID[500 if status >= 500 else 400]
    sentence = gettext(words.sentence)
    if isinstance(error, Refusal):
        sentence = refusal_sentence(error)
    elif isinstance(error, FromElsewhere):
        sentence = gettext(REFUSED_FROM_ELSEWHERE)
    headers = dict(getattr(error, "headers", None) or {})
    return page(request, "error.html", status=status, headers=headers, title=gettext(words.title), sentence=sentence)


def _wanted_page(request: Request[Any, Any, Any]) -> str:
    """Where a stranger wanted to look, to be shown once they are signed in."""
    query = request.scope["query_string"].decode("latin-1")
    path = request.url.path + (f"?{query}" if query else "")
    return path if request.method == "GET" and path != "/" else ""


def status_of(error: Exception) -> int:
    """The status that says what kind of trouble it is."""
    match error:
        case HTTPException(status_code=status):
            return status
        case TooBusy():
            return 503
        case Refusal():
            return 422
        case _:
            return 503 if is_storage_trouble(error) else 500


def is_storage_trouble(error: Exception) -> bool:
    """A locked, full, damaged, read-only or vanished database: not a mistake in the app, and it may pass."""
    if isinstance(error, (storage.IntegrityError, storage.ProgrammingError, storage.DataError)):
        return False
    troubles: tuple[type[Exception], ...] = (
        LogUnavailable,
        PersistenceError,
        storage.DatabaseError,
        storage.InterfaceError,
        storage.TimeoutError,
        sqlite3.OperationalError,
    )
    # Only where there is PostgreSQL is its driver loaded, which takes a tenth of a second.
    psycopg = sys.modules.get("psycopg")
    return isinstance(error, troubles) or (psycopg is not None and isinstance(error, psycopg.OperationalError))


def _write_down(request: Request[Any, Any, Any], error: Exception, status: int) -> None:
    """One line for trouble with the database, everything for a mistake in the app. No form, no cookie, no address."""
    where = f"{request.method} {_route(request)}"
    if status == 503:
        reason = str(error).partition("\n")[0]  # below it, the database's own words may repeat what somebody typed
        _log.error("%s: %s: %s", where, type(error).__name__, reason)
    else:
        _log.error("%s failed", where, exc_info=error)


def _route(request: Request[Any, Any, Any]) -> str:
    """The path as it is written in the code: the one that was asked for may hold a sign-in link."""
    known: Any = request.scope
    return known.get("path_template", "a page")


KEEP = "public, max-age=31536000, immutable"
"""For what never changes, and anybody may have."""
ASK_AGAIN = "public, no-cache"
"""For what grows: it may be kept, and is asked for again each time, at the price of a few bytes."""
SECONDS_TO_RETRY = 5

Answer = Response[Any]


def given(request: WebRequest, data: bytes, media_type: str, keeping: str = "") -> Answer:
    """Bytes with a mark of their content; nothing but the mark for whoever has them already."""
    mark = f'W/"{hashlib.sha256(data).hexdigest()[:32]}"'  # weak: on the way they may be compressed
    headers = {"etag": mark, "cache-control": keeping} if keeping else {}
    seen = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    if keeping and ("*" in seen or mark.removeprefix("W/") in seen):
        return Response(None, status_code=304, headers=headers)
    return Response(data, media_type=media_type, headers=headers)


def said(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> Answer:
    """One plain sentence instead of what was asked for."""
    return Response(f"{sentence}\n", status_code=status, media_type=MediaType.TEXT, headers=headers)


def or_said(make: Callable[[], Answer]) -> Answer:
    """What was asked for, or a sentence that says why it cannot be had."""
    try:
        return make()
    except NothingSealed:
        return said(404, gettext("This record has not been sealed yet."))
    except NotUnderTheSeal:
        return said(404, gettext("The last seal does not cover that."))
    except NotAsSealed as wrong:
        return said(503, gettext("Entry %(number)s does not match what was sealed.", number=count(wrong.number)))
    except (HashesOutOfReach, SealRefused):
        waiting = {"retry-after": str(SECONDS_TO_RETRY)}
        return said(503, gettext("The seal cannot be read at the moment. Please try again."), waiting)
