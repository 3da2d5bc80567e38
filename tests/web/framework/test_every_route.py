"""What each reader finds at every address of the app: who is let in, and whose words are on which page."""

from typing import Any

import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from tests.web.framework.test_access import is_sign_in
from tests.web.neighbourhood import Neighbourhood
from tests.web.routes import WHO, found
from tests.web.walk import Walk
from web.framework.access import handler_name, handlers_of

FOUND = found()

READ_BY: dict[str, set[str]] = {
    "ana@example.org": {"ana", "chidi"},
    "bo@example.org": {"bo", "chidi"},
    "Roses": {"ana", "bo", "chidi"},
}
"""Words that some may read wherever they stand, and nobody else on any page: contacts, and the note of an exchange."""


def asked(walk: Walk, app: Litestar, handler: HTTPRouteHandler, who: str) -> Any:
    """What the page or button answers to somebody who typed nothing."""
    (method,) = handler.http_methods - {"HEAD"}
    return walk.neighbourhood.browser(app, member=walk.member(who)).request(method, walk.path(handler))


def is_found(answer: Any, who: str) -> bool:
    """Whether somebody got to the page or the button, whatever it then said about an empty form."""
    if answer.status_code == 403 or (answer.status_code == 404 and "Page not found" in answer.text):
        return False
    return not (who == "stranger" and is_sign_in(answer.headers.get("location", "")))


def test_nobody_forgot_to_say_what_is_expected_of_a_route(neighbourhood: Neighbourhood) -> None:
    routes = {handler_name(handler) for handler in handlers_of(neighbourhood.app())}

    assert routes == FOUND.keys(), "say beside its tests who finds a new page, and take out what is gone"


@pytest.mark.parametrize("who", WHO)
def test_everybody_finds_just_the_pages_that_are_theirs(neighbourhood: Neighbourhood, who: str) -> None:
    walk = Walk(neighbourhood)
    app = neighbourhood.app()
    made_up = {"static_file"}

    finds = {
        name
        for handler in handlers_of(app)
        if (name := handler_name(handler)) not in made_up and is_found(asked(walk, app, handler, who), who)
    }

    assert finds == {name for name, expected in FOUND.items() if who in expected} - made_up


@pytest.mark.parametrize("who", WHO)
def test_nobody_reads_words_that_are_not_theirs_on_any_page(neighbourhood: Neighbourhood, who: str) -> None:
    walk = Walk(neighbourhood)
    app = neighbourhood.app()
    browser = neighbourhood.browser(app, member=walk.member(who))
    newest = neighbourhood.views.catch_up().number
    paths = {walk.path(handler) for handler in handlers_of(app) if "GET" in handler.http_methods}
    paths |= {f"/members/{member}" for member in (neighbourhood.bo, walk.mallory, neighbourhood.chidi)}
    paths |= {f"/journal/{number}" for number in range(1, newest + 1)} | {f"/statements/{neighbourhood.bo}"}

    read = {path: browser.get(path).text for path in paths}

    for words, readers in READ_BY.items():
        shown_on = {path for path, text in read.items() if words in text}
        assert bool(shown_on) == (who in readers), f"{who} reads “{words}” on {sorted(shown_on) or 'no page'}"


def test_an_exchange_that_is_not_ones_own_looks_like_none(neighbourhood: Neighbourhood) -> None:
    walk = Walk(neighbourhood)
    mallory = neighbourhood.browser(member=walk.mallory)

    theirs, none = mallory.get(f"/exchanges/{walk.exchange}"), mallory.get("/exchanges/x-none")

    assert (theirs.status_code, theirs.text) == (none.status_code, none.text) and none.status_code == 404
