"""Middleware: the checks of every request, and the headers of every response."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import httpx
import pytest
from litestar import Litestar
from litestar.exceptions import TooManyRequestsException

from ledger.refusals import BeyondDebitLimit, TooBusy
from tests.web.neighbourhood import ADDRESS, Neighbourhood
from tests.web.serving import served
from web.commands.serving import server_config
from web.framework.access import ANYBODY, handler_name, handlers_of
from web.framework.call import Call, get, post
from web.framework.fields import MOST_FIELDS
from web.framework.middleware import HEADERS, HSTS
from web.settings import Settings


@get("/breaks", may=ANYBODY)
def breaks() -> str:
    raise RuntimeError("a bug, with Ana's secret in its message")


@get("/waits", may=ANYBODY)
def waits() -> str:
    raise TooManyRequestsException


@get("/refuses", may=ANYBODY)
def refuses() -> str:
    raise BeyondDebitLimit(open_minutes=90)


@get("/busy", may=ANYBODY)
def busy() -> str:
    raise TooBusy


@post("/takes", may=ANYBODY, status_code=200)
def takes(call: Call) -> Any:
    return call.page("error.html", title=call.fields.one("title"), sentence="taken")


EXTRA = (breaks, waits, refuses, busy, takes)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/sign-in", 200),
        ("GET", "/healthz", 200),
        ("GET", "/devices", 303),
        ("GET", "/nowhere", 404),
        ("GET", "/nowhere/at/all", 404),
        ("POST", "/nowhere", 404),
        ("POST", "/sign-in", 405),
        ("GET", "/static/nothing.css", 404),
        ("GET", "/sign-in/links/made-up", 410),
        ("GET", "/refuses", 422),
        ("GET", "/waits", 429),
        ("GET", "/breaks", 500),
        ("GET", "/busy", 503),
        ("HEAD", "/nowhere", 404),
        ("OPTIONS", "/sign-in", 204),
    ],
)
def test_every_response_has_the_security_headers(
    neighbourhood: Neighbourhood, method: str, path: str, status: int
) -> None:
    browser = neighbourhood.browser(neighbourhood.app(*EXTRA))

    response = browser.request(method, path)

    assert response.status_code == status
    assert {name: response.headers[name] for name in HEADERS} == HEADERS
    assert response.headers["cache-control"] == "private, no-store"
    assert response.headers["strict-transport-security"] == HSTS


def test_only_a_site_served_over_https_forbids_anything_else(neighbourhood: Neighbourhood) -> None:
    app = neighbourhood.app(base_url="http://127.0.0.1:8000")

    assert "strict-transport-security" not in neighbourhood.browser(app).get("/sign-in").headers


def test_the_content_security_policy_allows_nothing_inline_or_from_other_sites(neighbourhood: Neighbourhood) -> None:
    policy = neighbourhood.browser().get("/sign-in").headers["content-security-policy"]

    assert policy == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'; "
        "worker-src 'self'"
    )


@pytest.mark.parametrize("path", ["/nowhere", "/sign-in", "/waits", "/refuses", "/breaks", "/busy"])
def test_error_pages_know_the_visitor_and_show_what_to_do_next(neighbourhood: Neighbourhood, path: str) -> None:
    app = neighbourhood.app(*EXTRA)
    ana = neighbourhood.browser(app, member=neighbourhood.ana)

    response = ana.post(path) if path == "/sign-in" else ana.get(path)

    assert response.status_code >= 400
    assert "Riverside" in response.text and "Sign out" in response.text and "Go to your home page" in response.text


def test_the_error_page_of_a_bug_reveals_nothing(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser(neighbourhood.app(*EXTRA))

    response = browser.get("/breaks")

    assert "This is not your fault" in response.text
    assert "secret" not in response.text and "RuntimeError" not in response.text


def test_an_uncaught_refusal_is_shown_as_an_error_page(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser(neighbourhood.app(*EXTRA))

    response = browser.get("/refuses")

    assert response.status_code == 422
    assert "1\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}30\N{NO-BREAK SPACE}min can still be received" in response.text


def test_head_responds_like_get_without_a_body(neighbourhood: Neighbourhood) -> None:
    with served(neighbourhood.app()) as address:
        get, head = httpx.get(f"{address}/sign-in"), httpx.head(f"{address}/sign-in")

    assert head.status_code == 200 and head.content == b""
    assert head.headers["content-type"] == get.headers["content-type"]
    assert head.headers["content-length"] == get.headers["content-length"]


def test_a_body_that_is_too_long_is_refused_before_it_is_read(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser(neighbourhood.app(*EXTRA))

    response = browser.post("/takes", data={"title": "x" * 1_000_000})

    assert response.status_code == 413
    assert "too long for this page" in response.text


def test_a_long_body_without_a_declared_length_is_refused(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser(neighbourhood.app(*EXTRA))
    form = {"content-type": "application/x-www-form-urlencoded"}

    async def body() -> AsyncIterator[bytes]:
        for _ in range(60):
            yield b"x" * 1000

    response = browser.post("/takes", content=body(), headers=form)

    assert response.status_code == 413


def test_a_very_long_address_is_refused_and_not_cached(neighbourhood: Neighbourhood) -> None:
    app = neighbourhood.app()
    browser = neighbourhood.browser(app)
    browser.get("/sign-in/links/short")
    cached = app.asgi_router.handle_routing.cache_info().currsize

    assert browser.get("/sign-in/links/" + "x" * 5_000).status_code == 400
    assert app.asgi_router.handle_routing.cache_info().currsize == cached


@pytest.mark.parametrize("body", ["a=1&" * 600, "a" * 30_000 + "=%ff%00"])
def test_an_odd_body_does_not_break_the_app(neighbourhood: Neighbourhood, body: str) -> None:
    browser = neighbourhood.browser(neighbourhood.app(*EXTRA))
    form = {"content-type": "application/x-www-form-urlencoded"}

    assert browser.post("/takes", content=body, headers=form).status_code in {200, 400}


def test_a_body_that_is_not_a_form_is_refused(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser(neighbourhood.app(*EXTRA))

    assert browser.post("/takes", json={"title": "x"}).status_code == 400
    assert browser.post("/takes", content=b"title=x", headers={"content-type": "text/plain"}).status_code == 400


def test_a_multipart_form_has_the_same_limits(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser(neighbourhood.app(*EXTRA))
    by_hand = {"content-type": "multipart/form-data; boundary=x"}
    part = b"--x\r\ncontent-disposition:form-data;name=a\r\n\r\nb\r\n"

    assert browser.post("/takes", files={"title": b"x"}).status_code == 200
    assert browser.post("/takes", files={"title": b"x" * 40_000}).status_code == 413
    assert browser.post("/takes", content=part * (MOST_FIELDS + 1) + b"--x--", headers=by_hand).status_code == 400
    assert browser.post("/takes", content=b"--x\r\nno such part", headers=by_hand).status_code == 200


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "cross-site", "origin": ADDRESS}, False),
        ({"sec-fetch-site": "nonsense"}, False),
        ({"origin": ADDRESS}, True),
        ({"origin": "https://elsewhere.example"}, False),
        ({"origin": "https://hours.example.org.elsewhere.example"}, False),
        ({"origin": "https://hours.example.org:444"}, False),
        ({"origin": "null"}, False),
    ],
)
def test_forms_from_other_sites_are_refused(
    neighbourhood: Neighbourhood, headers: dict[str, str], allowed: bool
) -> None:
    browser = neighbourhood.browser(member=neighbourhood.ana)

    response = browser.post("/sign-out", headers=headers)

    assert response.status_code == (303 if allowed else 403)
    assert browser.get("/devices").status_code == (303 if allowed else 200)


def test_a_form_from_another_site_is_refused_on_unknown_paths_too(neighbourhood: Neighbourhood) -> None:
    assert neighbourhood.browser().post("/nowhere", headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_a_link_from_another_site_works(neighbourhood: Neighbourhood) -> None:
    assert neighbourhood.browser().get("/sign-in", headers={"sec-fetch-site": "cross-site"}).status_code == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("hours.example.org", 200),
        ("HOURS.example.org:8443", 200),
        ("localhost:8000", 200),
        ("127.0.0.1", 200),
        ("[::1]:8000", 200),
        ("elsewhere.example", 400),
        ("hours.example.org.elsewhere.example", 400),
        ("riverside.timebank.example", 200),
        ("timebank.example", 400),
    ],
)
def test_requests_for_other_host_names_are_refused(neighbourhood: Neighbourhood, host: str, status: int) -> None:
    browser = neighbourhood.browser(neighbourhood.app(hosts=("*.timebank.example",)))

    assert browser.get("/sign-in", headers={"host": host}).status_code == status


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("198.51.100.7, 203.0.113.9", "203.0.113.9"),
        ("198.51.100.7, 203.0.113.9, 10.2.3.4", "203.0.113.9"),
        ("", "10.1.1.1"),
    ],
)
def test_a_trusted_proxy_names_the_client(forwarded: str, client: str) -> None:
    assert client_and_scheme("10.1.1.1", forwarded, trusted=("10.0.0.0/8",)) == (client, "https")


@pytest.mark.parametrize("trusted", [(), ("10.0.0.0/8",)])
def test_other_clients_cannot_claim_an_address(trusted: tuple[str, ...]) -> None:
    assert client_and_scheme("192.0.2.1", "203.0.113.9", trusted) == ("192.0.2.1", "http")


def client_and_scheme(peer: str, forwarded: str, trusted: tuple[str, ...]) -> tuple[str, str]:
    """Return the client and scheme that the server passes to the app."""
    scopes: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        scopes.append(scope)

    config = server_config(cast("Litestar", app), Settings(trusted_proxies=trusted))
    config.load()
    headers = [(b"x-forwarded-for", forwarded.encode()), (b"x-forwarded-proto", b"https")]
    scope: Any = {"type": "http", "client": (peer, 40000), "scheme": "http", "headers": headers}
    asyncio.run(cast("Any", config.loaded_app)(scope, None, None))
    (received,) = scopes
    return received["client"][0], received["scheme"]


def test_every_page_runs_in_a_thread(neighbourhood: Neighbourhood) -> None:
    """On the event loop, a page that reads a database would block all others."""
    on_the_loop = {handler_name(handler) for handler in handlers_of(neighbourhood.app()) if not handler.sync_to_thread}

    assert on_the_loop == {"static_file"}, "the style comes from memory; a page needs sync_to_thread=True"


def test_handlers_that_share_a_path_both_work(neighbourhood: Neighbourhood) -> None:
    """Registered one by one, the first of them would be wrapped in a thread twice, and break."""
    browser = neighbourhood.browser()

    assert browser.get("/sign-in/code").status_code == 200
    assert browser.post("/sign-in/code", data={"code": ""}).status_code == 422
