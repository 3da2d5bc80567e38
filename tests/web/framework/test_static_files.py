"""Styles and pictures: kept for ever by browsers, compressed once, and named by what they hold."""

import re

import brotli

from tests.web.neighbourhood import Neighbourhood
from web.framework.static_files import STATIC


def style_of(page: str) -> str:
    found = re.search(r'href="(/static/hours\.[0-9a-f]{12}\.css)"', page)
    assert found is not None
    return found[1]


def test_the_style_may_be_kept_for_ever(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser()

    answer = browser.get(style_of(browser.get("/sign-in").text))

    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"].startswith("text/css")
    assert answer.headers["vary"] == "Accept-Encoding"


def test_the_style_comes_as_the_browser_likes_it(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser()
    path, plain = style_of(browser.get("/sign-in").text), (STATIC / "hours.css").read_bytes()

    answers = {wish: browser.get(path, headers={"accept-encoding": wish}) for wish in ("br", "gzip", "identity")}

    assert [answer.headers.get("content-encoding") for answer in answers.values()] == ["br", "gzip", None]
    assert all(answer.content == plain for answer in answers.values())
    assert int(answers["br"].headers["content-length"]) == len(brotli.compress(plain))


def test_a_name_of_the_past_or_of_another_folder_is_unknown(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser()

    for path in ("/static/hours.css", "/static/hours.000000000000.css", "/static/..%2fapp.py", "/static/"):
        assert browser.get(path).status_code == 404


def test_a_first_view_is_small(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser()
    page = browser.get("/sign-in", headers={"accept-encoding": "br"})
    loaded = re.findall(r'<link rel="(?:stylesheet|icon)" href="([^"]+)"|<(?:script|img)[^>]+src="([^"]+)"', page.text)

    files = [browser.get("".join(found), headers={"accept-encoding": "br"}) for found in loaded]
    sizes = [int(answer.headers["content-length"]) for answer in (page, *files)]

    assert len(sizes) <= 4 and sum(sizes) <= 25_000
    assert sizes[0] + sizes[1] <= 14_000
