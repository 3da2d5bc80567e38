"""Odd values in every path, query and form of the app, on both databases: a plain answer, and never a server error."""

import shutil
from collections.abc import Generator, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from litestar.handlers import HTTPRouteHandler

from ledger.identifiers import new_command_id
from ledger.refusals import Refusal
from tests.providing import PostgreSQL
from tests.web.neighbourhood import Browser, Neighbourhood
from tests.web.pages.conftest import Street
from tests.web.pages.reader import form_on
from tests.web.routes import WHO, Attempt, found, second_attempts
from tests.web.walk import Walk
from web.framework.access import handler_name, handlers_of
from web.framework.fields import Fields

CANNOT_BE_STORED = (b"\0", b"m-\0ab", b"\xed\xa0\x80")
"""A zero byte, which PostgreSQL refuses, and half of a pair of surrogates, which is in no encoding."""

CAN_BE_STORED = tuple(
    text.encode()
    for text in (
        *("-1", "9" * 18, "9" * 40, "1e400", "٣²½", "12345", "2026-02-30", "0000-00", "m-0000000000", "x" * 900),
        *(
            "\x01\x7f\x85\u2028\u202e\ufeff\ufffe\U000e0041\U0010ffff",
            "\r\nset-cookie: a=b",
            "'; %s %(a)s _%\\ {{7*7}}",
        ),
        *("../..", "//elsewhere.example", "null"),
    )
)
ODD = (*CANNOT_BE_STORED, b"\xff", *CAN_BE_STORED)

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="session")
def riverside_url(postgresql: PostgreSQL) -> Generator[str]:
    """A PostgreSQL database with the neighbourhood, made once; tests get copies."""
    with postgresql.fresh_database() as url:
        Neighbourhood.founded(url).close()
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Neighbourhood]:
    """The neighbourhood, on either database, with a folder for its seals."""
    if request.param == "sqlite":
        copy = Neighbourhood(shutil.copytree(request.getfixturevalue("riverside"), tmp_path / "copy" / "data"))
        yield copy
        copy.close()
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    with server.fresh_database(like=request.getfixturevalue("riverside_url")) as url:
        copy = Neighbourhood(url)
        copy.seal = tmp_path / "seal"
        yield copy
        copy.close()


@pytest.fixture
def names_read(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names of the fields that pages ask for, added as they ask."""
    names: set[str] = set()
    read = Fields.typed

    def noting(fields: Fields, name: str) -> list[str]:
        names.add(name)
        return read(fields, name)

    monkeypatch.setattr(Fields, "typed", noting)
    return names


def test_odd_paths_are_answered(anywhere: Neighbourhood) -> None:
    walk = Walk(anywhere)
    answers = {
        f"{method} {path}": browser.request(method, path).status_code
        for handler in handlers_of(anywhere.app())
        for method in handler.http_methods - {"HEAD"}
        for browser in [reader_of(walk, handler)]
        for value in ODD
        for path in paths_with(walk, handler, quote(value, safe=""))
    }

    assert len(answers) > 40 * len(ODD)
    assert [*filter(lambda asked: answers[asked] >= 500, answers)] == []


def reader_of(walk: Walk, handler: HTTPRouteHandler) -> Browser:
    """Somebody who finds the page."""
    who = min(found()[handler_name(handler)] - {"stranger"}, key=WHO.index)
    return walk.neighbourhood.browser(member=walk.member(who))


def paths_with(walk: Walk, handler: HTTPRouteHandler, value: str) -> Iterator[str]:
    """The path of a route with a value in place of each of its parameters in turn."""
    template, usual = min(handler.paths).split("/"), walk.path(handler).split("/")
    for number, part in enumerate(template):
        if part.startswith("{"):
            rest = usual[number + 1 :] if len(usual) == len(template) else []
            yield "/".join([*usual[:number], value, *rest])


def test_odd_queries_are_answered(anywhere: Neighbourhood, names_read: set[str]) -> None:
    walk = Walk(anywhere)
    answers: dict[str, int] = {}

    for handler in handlers_of(anywhere.app()):
        if "GET" in handler.http_methods:
            browser, path, done = reader_of(walk, handler), walk.path(handler), set[str]()
            names_read.clear()
            browser.get(path)
            while new := names_read - done:  # a page may ask for more once it has an answer
                done |= new
                asked = [f"{path}?{name}={quote(value, safe='')}" for name in sorted(new) for value in ODD]
                answers |= {address: browser.get(address).status_code for address in asked}

    assert len(answers) > 60 * len(ODD)
    assert [*filter(lambda asked: answers[asked] >= 500, answers)] == []


@pytest.mark.parametrize("name", second_attempts())
def test_odd_forms_are_answered(anywhere: Neighbourhood, names_read: set[str], name: str) -> None:
    """What cannot be stored comes first, because what can be stored may be accepted, and then the form is closed."""
    street = Street(anywhere)
    anywhere.sealed()
    attempt, fields = ready(name, street)
    names_read.clear()
    post(attempt, {})
    names = sorted(({*fields} | names_read) - {"done"})  # the page that shows a form again looks for it in the address

    refused = {field: post(attempt, fields | {field: value}) for field in names for value in CANNOT_BE_STORED}
    answers: dict[str, int] = {}
    for value in CAN_BE_STORED:
        for field in names:
            answer = post(attempt, fields | {"command": new_command_id().encode(), field: value})
            answers[f"{field}={value!r}"] = answer.status_code
            if answer.status_code == 303:
                with suppress(Refusal, AssertionError):  # some things can be done only once
                    attempt, fields = ready(name, street)

    assert {answer.status_code for answer in refused.values()} <= {400, 422}
    assert [*filter(lambda sent: answers[sent] >= 500, answers)] == []


def ready(name: str, street: Street) -> tuple[Attempt, dict[str, bytes]]:
    """A form that would be accepted, and its fields."""
    attempt = second_attempts()[name](street)
    attempt.meanwhile()
    filled = form_on(attempt.browser.get(attempt.page), attempt.action).fields | {**attempt.right}
    return attempt, {
        field: value if isinstance(value, bytes) else str(value).encode() for field, value in filled.items()
    }


def post(attempt: Attempt, fields: Mapping[str, bytes]) -> httpx.Response:
    body = "&".join(f"{field}={quote(value, safe='')}" for field, value in fields.items())
    return attempt.browser.post(attempt.action, content=body.encode(), headers=FORM)
