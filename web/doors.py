"""Everything that happens to a request before a route is chosen, and to every answer before it leaves.

The framework runs its middleware only for routes it has found, so that a 404 or a 405 would know neither the visitor
nor the language. This wraps the whole app instead: the same doors for every path and every status.
"""

import fnmatch
from collections.abc import Callable
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.concurrency import sync_to_thread
from litestar.datastructures import MutableScopeHeaders
from litestar.exceptions import ClientException
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from ledger.application.time_bank import TimeBank
from web.cookies import Cookies
from web.errors import FromElsewhere, answer
from web.settings import Settings
from web.sign_in import sessions
from web.visitors import STRANGER, ask, recognise
from web.words import Languages, speaking

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


_ON_EVERY_ANSWER = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
_OURS_ALONE = {name for name, _ in _ON_EVERY_ANSWER}
_NOT_TO_BE_KEPT = (b"cache-control", b"private, no-store")


async def add_headers(message: Message, _scope: Scope) -> None:
    """Headers for every answer, errors too. What says nothing about keeping is not to be kept: pages are personal."""
    if message["type"] == "http.response.start":
        given = [header for header in message["headers"] if header[0].lower() not in _OURS_ALONE]
        if all(name.lower() != b"cache-control" for name, _ in given):
            given.append(_NOT_TO_BE_KEPT)
        message["headers"] = given + _ON_EVERY_ANSWER


class Doors:
    """The app with its doors, outermost first: HEAD, long addresses, proxies, language, host, forms from elsewhere, visitor."""

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
        self._proxies = settings.trusted_networks
        self._languages = languages
        self._cookies = cookies
        self._now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request. Whatever goes wrong becomes a page, unless the answer is on its way already."""
        if scope["type"] != "http":
            await self._inside(scope, receive, send)
            return
        asked: HTTPScope = {**scope, "user": STRANGER}  # pyright: ignore[reportAssignmentType]
        answering = _Answering(without_body(send) if scope["method"] == "HEAD" else send)
        if scope["method"] == "HEAD":
            asked["method"] = "GET"  # the framework answers 405 to HEAD otherwise
        with speaking(self._languages.speech_for(header(asked, "accept-language"))):
            try:
                must_be_short(asked)
                believe_proxies(asked, self._proxies)
                must_be_our_host(asked, self._hosts)
                must_come_from_our_pages(asked, self._own_host)
                await self._recognise(asked, answering)
                await self._inside(asked, receive, answering)
            except Exception as error:
                if answering.began:
                    raise
                request: Request[Any, Any, Any] = Request(asked, receive)
                response = answer(request, error).to_asgi_response(app=None, request=request)
                await response(asked, receive, answering)

    async def _recognise(self, asked: HTTPScope, answering: "_Answering") -> None:
        token = cookie(asked, self._cookies.session_name)
        if token:
            now = self._now()
            visitor = await ask(self._bank, recognise, self._bank, token, now)
            asked["user"] = visitor
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
            headers = MutableScopeHeaders.from_message(message)
            # Signing out, or in anew, in this very answer goes before keeping the old session; and what anybody may keep
            # must not carry one person's cookie.
            if self.cookie and "set-cookie" not in headers and not _is_for_anybody(message):
                headers.add("set-cookie", self.cookie)
        await self._send(message)


def _is_for_anybody(message: Message) -> bool:
    """Whether caches between us and the reader may keep this answer for others."""
    return message["type"] == "http.response.start" and any(
        name.lower() == b"cache-control" and value.startswith(b"public") for name, value in message["headers"]
    )


def without_body(send: Send) -> Send:
    """The answer to HEAD: the headers of the answer to GET, and no body."""
    ended = False

    async def send_headers(message: Message) -> None:
        nonlocal ended
        if message["type"] == "http.response.start":
            await send(message)
        elif not ended:
            ended = True
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    return send_headers


def must_be_short(asked: HTTPScope) -> None:
    """Refuses endless addresses: the framework remembers the last thousand that it found a page for."""
    if len(asked["path"]) > LONGEST_PATH:
        raise ClientException("No address here is that long.")


def believe_proxies(asked: HTTPScope, trusted: tuple[IPv4Network | IPv6Network, ...]) -> None:
    """Who asks, and whether over HTTPS, in the words of the proxies we trust; anybody else's words are ignored.

    The client is the last address in `X-Forwarded-For` that is no trusted proxy: what stands before it was written by
    somebody we do not know.
    """
    client = asked["client"]
    if not client or not _is_trusted(client[0], trusted):
        return
    passed_on = [part.strip() for part in header(asked, "x-forwarded-for").split(",") if part.strip()]
    for address in reversed(passed_on):
        asked["client"] = (address, 0)
        if not _is_trusted(address, trusted):
            break
    scheme = header(asked, "x-forwarded-proto").rpartition(",")[2].strip().lower()
    if scheme in {"http", "https"}:
        asked["scheme"] = scheme


def must_be_our_host(asked: HTTPScope, allowed: tuple[str, ...]) -> None:
    """Refuses other names than ours: a made-up host could find its way into links and caches."""
    host = host_name(header(asked, "host"))
    if not any(fnmatch.fnmatchcase(host, pattern) for pattern in map(_literal_brackets, allowed)):
        raise ClientException("This app does not answer to that host name.")


def must_come_from_our_pages(asked: HTTPScope, own_host: str) -> None:
    """Refuses a form that another site sent: by `Sec-Fetch-Site`, else by `Origin`.

    Browsers send one of the two along with every form, and pages cannot forge them; what sends neither is no browser,
    and has no cookie that a stranger could ride on. No token that expires in a tab left open for days.
    """
    if asked["method"] in CHANGE_NOTHING:
        return
    site = header(asked, "sec-fetch-site")
    if site:
        if site not in {"same-origin", "none"}:
            raise FromElsewhere
        return
    origin = header(asked, "origin")
    if origin and urlsplit(origin).netloc.lower() not in {header(asked, "host").lower(), own_host}:
        raise FromElsewhere


def header(asked: HTTPScope, name: str) -> str:
    """A header of the request; several of one name are joined by commas, as HTTP says."""
    wanted = name.encode()
    return ",".join(value.decode("latin-1") for found, value in asked["headers"] if found.lower() == wanted)


def cookie(asked: HTTPScope, name: str) -> str:
    """A cookie of the request; empty when there is none."""
    for part in header(asked, "cookie").replace(",", ";").split(";"):
        found, _equals, value = part.strip().partition("=")
        if found == name:
            return value.strip('"')
    return ""


def host_name(host: str) -> str:
    """A Host header without its port, lower case."""
    name, _colon, port = host.lower().rpartition(":")
    return name if name and port.isdigit() else host.lower()


def _literal_brackets(pattern: str) -> str:
    return pattern.replace("[", "[[]") if pattern.startswith("[") else pattern


def _is_trusted(address: str, trusted: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in trusted)
