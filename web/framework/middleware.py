"""The two cookies of this app: who is signed in, and which browser asked for a code."""

import fnmatch
from collections.abc import Callable, MutableMapping
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlsplit

from litestar import Request
from litestar.concurrency import sync_to_thread
from litestar.datastructures import Cookie, MutableScopeHeaders
from litestar.exceptions import ClientException
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from ledger.time_bank import TimeBank
from web.framework.errors import FromElsewhere, answer
from web.framework.visitors import STRANGER, ask, recognise
from web.settings import Settings
from web.sign_in import sessions
from web.sign_in.codes import VALID_FOR as CODE_VALID_FOR
from web.sign_in.sessions import SIGNED_IN_FOR
from web.wording.translation import Languages, speaking


class Cookies:
    """Cookies that scripts cannot read, other sites cannot send along, and, when secure, no other host can set."""

    def __init__(self, secure: bool) -> None:
        self._secure = secure
        # Browsers accept this prefix only from a secure page of this very host, with the path "/".
        prefix = "__Host-" if secure else ""
        self.session_name = f"{prefix}hours"
        self.asking_name = f"{prefix}hours-asking"

    def session(self, token: str) -> Cookie:
        """Keeps this device signed in."""
        return self._cookie(self.session_name, token, int(SIGNED_IN_FOR.total_seconds()))

    def asking(self, token: str) -> Cookie:
        """Ties a code to the browser that asked for it."""
        return self._cookie(self.asking_name, token, int(CODE_VALID_FOR.total_seconds()))

    def no_session(self) -> Cookie:
        """Takes the session away."""
        return self._cookie(self.session_name, "", 0)

    def no_asking(self) -> Cookie:
        """Takes the tie to a code away."""
        return self._cookie(self.asking_name, "", 0)

    def _cookie(self, name: str, value: str, seconds: int) -> Cookie:
        return Cookie(
            key=name, value=value, max_age=seconds, path="/", secure=self._secure, httponly=True, samesite="lax"
        )


LONGEST_PATH = 1_000
CHANGE_NOTHING = {"GET", "HEAD", "OPTIONS", "TRACE"}

HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "manifest-src 'self'; worker-src 'self'",
    "x-content-type-options": "nosniff",
    # With no-referrer, browsers would send "Origin: null" along with our own forms.
    "referrer-policy": "same-origin",
    "permissions-policy": "geolocation=(), camera=(), microphone=()",
    "cross-origin-opener-policy": "same-origin",
}


async def add_headers(message: Message, _scope: Scope) -> None:
    """Headers for every answer, errors too. What says nothing about keeping is not to be kept: pages are personal."""
    if message["type"] == "http.response.start":
        headers = cast("MutableMapping[str, str]", MutableScopeHeaders.from_message(message))
        headers.setdefault("cache-control", "private, no-store")
        headers.update(HEADERS)


class Middleware:
    """The app with its doors, outermost first: HEAD, language, long addresses, host, forms from elsewhere, visitor."""

    def __init__(
        self,
        inside: ASGIApp,
        *,
        bank: TimeBank,
        settings: Settings,
        languages: Languages,
        cookies: Cookies,
        now: Callable[[], datetime],
    ) -> None:
        self._inside = inside
        self._bank = bank
        self._hosts = settings.allowed_hosts
        self._own_host = urlsplit(settings.base_url).netloc.lower()
        self._languages = languages
        self._cookies = cookies
        self._now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request. Whatever goes wrong becomes a page, unless the answer is on its way already."""
        if scope["type"] != "http":
            await self._inside(scope, receive, send)
            return
        asked: HTTPScope = {**scope, "user": STRANGER}  # pyright: ignore[reportAssignmentType]
        if scope["method"] == "HEAD":
            asked["method"] = "GET"  # the framework answers 405 to HEAD; the server sends no body
        request: Request[Any, Any, Any] = Request(asked, receive)
        answering = _Answering(send)
        with speaking(self._languages.speech_for(request.headers.get("accept-language", ""))):
            try:
                must_be_short(request)
                must_be_our_host(request, self._hosts)
                must_come_from_our_pages(request, self._own_host)
                await self._recognise(request, answering)
                await self._inside(asked, receive, answering)
            except Exception as error:
                if answering.began:
                    raise
                response = answer(request, error).to_asgi_response(app=None, request=request)
                await response(asked, receive, answering)

    async def _recognise(self, request: Request[Any, Any, Any], answering: "_Answering") -> None:
        token = request.cookies.get(self._cookies.session_name)
        if token:
            now = self._now()
            visitor = await ask(self._bank, recognise, self._bank, token, now)
            request.scope["user"] = visitor
            if visitor.renews_cookie:
                await sync_to_thread(sessions.renew, self._bank.people.engine, token, now)
                answering.cookie = self._cookies.session(token).to_header(header="")


class _Answering:
    """Sends an answer on, knows whether it has begun, and may add one cookie to it."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.began = False
        self.cookie = ""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.began = True
            headers = cast("MutableMapping[str, str]", MutableScopeHeaders.from_message(message))
            # Signing out, or in anew, in this very answer goes before keeping the old session; and what anybody may keep
            # must not carry one person's cookie.
            is_for_anybody = headers.get("cache-control", "").startswith("public")
            if self.cookie and "set-cookie" not in headers and not is_for_anybody:
                headers["set-cookie"] = self.cookie
        await self._send(message)


def must_be_short(request: Request[Any, Any, Any]) -> None:
    """Refuses endless addresses: the framework remembers the last thousand that it found a page for."""
    if len(request.scope["path"]) > LONGEST_PATH:
        raise ClientException("This address is too long.")


def must_be_our_host(request: Request[Any, Any, Any], allowed: tuple[str, ...]) -> None:
    """Refuses other names than ours: a made-up host could find its way into links and caches."""
    host = host_name(request.headers.get("host", ""))
    if not any(fnmatch.fnmatchcase(host, pattern) for pattern in map(_literal_brackets, allowed)):
        raise ClientException("This app does not answer to that host name.")


def must_come_from_our_pages(request: Request[Any, Any, Any], own_host: str) -> None:
    """Refuses a form that another site sent: by `Sec-Fetch-Site`, else by `Origin`.

    Browsers send one of the two along with every form, and pages cannot forge them; what sends neither is no browser,
    and has no cookie that a stranger could ride on. No token that expires in a tab left open for days.
    """
    if request.method in CHANGE_NOTHING:
        return
    site = request.headers.get("sec-fetch-site", "")
    if site:
        if site not in {"same-origin", "none"}:
            raise FromElsewhere
        return
    origin = request.headers.get("origin", "")
    if origin and urlsplit(origin).netloc.lower() not in {request.headers.get("host", "").lower(), own_host}:
        raise FromElsewhere


def host_name(host: str) -> str:
    """A Host header without its port, lower case."""
    name, _colon, port = host.lower().rpartition(":")
    return name if name and port.isdigit() else host.lower()


def _literal_brackets(pattern: str) -> str:
    return pattern.replace("[", "[[]") if pattern.startswith("[") else pattern
