"""Everything that happens to a request before routing, and to every response before it is sent; and the cookies."""

import fnmatch
from collections.abc import Callable, MutableMapping
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlsplit

from litestar import Request
from litestar.concurrency import sync_to_thread
from litestar.datastructures import Cookie, MutableScopeHeaders
from litestar.exceptions import ClientException
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from ledger.time_bank import TimeBank
from web.framework.access import STRANGER, read_ledger, recognise
from web.framework.errors import CrossSiteForm, ForeignHost, error_page
from web.framework.fields import can_be_stored
from web.framework.logs import new_request_id, request_id
from web.settings import Settings
from web.sign_in import sessions
from web.sign_in.codes import VALID_FOR as CODE_VALID_FOR
from web.wording.translation import Languages, use_locale


class Cookies:
    """The cookies of this app: who is signed in, which browser requested a code, and which device this is.

    Scripts cannot read them, other sites cannot send them, and, when secure, no other host can set them. A cookie without
    a token deletes the one in the browser.
    """

    def __init__(self, secure: bool) -> None:
        self._secure = secure
        # Browsers accept this prefix only from a secure page of this very host, with the path "/".
        prefix = "__Host-" if secure else ""
        self.session_name = f"{prefix}hours"
        self.code_name = f"{prefix}hours-asking"
        self.device_name = f"{prefix}hours-device"

    def session(self, token: str) -> Cookie:
        """Return the cookie that keeps this device signed in."""
        return self._cookie(self.session_name, token, sessions.SIGNED_IN_FOR)

    def code(self, token: str) -> Cookie:
        """Return the cookie that ties a code to the browser that requested it."""
        return self._cookie(self.code_name, token, CODE_VALID_FOR)

    def device(self, token: str) -> Cookie:
        """Return the cookie by which a device is known again."""
        return self._cookie(self.device_name, token, sessions.DEVICE_KNOWN_FOR)

    def _cookie(self, name: str, token: str, valid_for: timedelta) -> Cookie:
        seconds = int(valid_for.total_seconds()) if token else 0
        return Cookie(
            key=name, value=token, max_age=seconds, path="/", secure=self._secure, httponly=True, samesite="lax"
        )


LONGEST_PATH = 1_000
SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}

HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "manifest-src 'self'; worker-src 'self'",
    "x-content-type-options": "nosniff",
    # With no-referrer, browsers would send "Origin: null" with our own forms.
    "referrer-policy": "same-origin",
    "permissions-policy": "geolocation=(), camera=(), microphone=()",
    "cross-origin-opener-policy": "same-origin",
}

HSTS = "max-age=31536000"
"""For a year, and for this host name alone: what else its domain serves is not ours to decide."""


async def add_headers(message: Message, _scope: Scope) -> None:
    """Add security headers to every response, and forbid storing it unless it says otherwise: pages are personal."""
    if message["type"] == "http.response.start":
        headers = cast("MutableMapping[str, str]", MutableScopeHeaders.from_message(message))
        headers.setdefault("cache-control", "private, no-store")
        headers.update(HEADERS)


class Middleware:
    """The layers around the app, outermost first: HEAD, language, address, host, cross-site forms, visitor."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        bank: TimeBank,
        settings: Settings,
        languages: Languages,
        cookies: Cookies,
        now: Callable[[], datetime],
    ) -> None:
        self._app = app
        self._bank = bank
        self._hosts = settings.allowed_hosts
        self._own_host = urlsplit(settings.base_url).netloc.lower()
        self._only_https = urlsplit(settings.base_url).scheme == "https"
        self._languages = languages
        self._cookies = cookies
        self._now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to one request. Any error becomes a page, unless the response has started."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        http_scope: HTTPScope = {**scope, "user": STRANGER}  # pyright: ignore[reportAssignmentType]
        if scope["method"] == "HEAD":
            http_scope["method"] = "GET"  # the framework answers 405 to HEAD; the server sends no body
        request: Request[Any, Any, Any] = Request(http_scope, receive)
        request_id.set(new_request_id())
        response_send = _SendWithCookie(send, only_https=self._only_https)
        with use_locale(self._languages.locale_for(request.headers.get("accept-language", ""))):
            try:
                require_usable_path(request)
                require_own_host(request, self._hosts)
                require_own_form(request, self._own_host)
                await self._recognise(request, response_send)
                await self._app(http_scope, receive, response_send)
            except Exception as error:
                if response_send.began:
                    raise
                response = error_page(request, error).to_asgi_response(app=None, request=request)
                await response(http_scope, receive, response_send)

    async def _recognise(self, request: Request[Any, Any, Any], response_send: "_SendWithCookie") -> None:
        token = request.cookies.get(self._cookies.session_name)
        if token:
            now = self._now()
            visitor = await read_ledger(self._bank, recognise, self._bank, token, now)
            request.scope["user"] = visitor
            if visitor.renews_cookie:
                await sync_to_thread(sessions.renew, self._bank.people.engine, token, now)
                response_send.cookie = self._cookies.session(token).to_header(header="")


class _SendWithCookie:
    """Sends a response, knows whether it has started, and can add one cookie to it.

    With `only_https`, browsers are told to use nothing else for this host name from now on.
    """

    def __init__(self, send: Send, *, only_https: bool) -> None:
        self._send = send
        self._only_https = only_https
        self.began = False
        self.cookie = ""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.began = True
            headers = cast("MutableMapping[str, str]", MutableScopeHeaders.from_message(message))
            if self._only_https:
                headers["strict-transport-security"] = HSTS
            headers["x-request-id"] = request_id.get()
            # A response that signs out, or in again, must not renew the old session, and a response that anyone may
            # store must not contain one person's cookie.
            is_public = headers.get("cache-control", "").startswith("public")
            if self.cookie and "set-cookie" not in headers and not is_public:
                headers["set-cookie"] = self.cookie
        await self._send(message)


def require_usable_path(request: Request[Any, Any, Any]) -> None:
    """Refuse very long addresses, because the framework caches the last thousand, and those that no database can look up."""
    path = request.scope["path"]
    if len(path) > LONGEST_PATH or not can_be_stored(path):
        raise ClientException("No page has such an address.")


def require_own_host(request: Request[Any, Any, Any], allowed: tuple[str, ...]) -> None:
    """Refuse host names other than ours: an invented one could end up in links and caches."""
    host = host_name(request.headers.get("host", ""))
    if not any(fnmatch.fnmatchcase(host, pattern) for pattern in map(_literal_brackets, allowed)):
        raise ForeignHost


def require_own_form(request: Request[Any, Any, Any], own_host: str) -> None:
    """Refuse a form from another site, by `Sec-Fetch-Site` or else by `Origin`.

    Browsers send one of the two with every form, and pages cannot forge them. A client that sends neither is not a browser
    and has no cookie to abuse. Unlike a token, this does not expire in a tab left open for days.
    """
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("sec-fetch-site", "")
    if site:
        if site not in {"same-origin", "none"}:
            raise CrossSiteForm
        return
    origin = request.headers.get("origin", "")
    if origin and urlsplit(origin).netloc.lower() not in {request.headers.get("host", "").lower(), own_host}:
        raise CrossSiteForm


def host_name(host: str) -> str:
    """Return a Host header in lower case, without its port."""
    name, _colon, port = host.lower().rpartition(":")
    return name if name and port.isdigit() else host.lower()


def _literal_brackets(pattern: str) -> str:
    return pattern.replace("[", "[[]") if pattern.startswith("[") else pattern
