"""Styles and pictures: stored by browsers for ever, compressed once, and named by a hash of their content."""

import re

import brotli

from tests.web.neighbourhood import Neighbourhood
from tests.web.routes import ANYBODY, Found
from web.framework.static_files import STATIC

FOUND: Found = {"static_file": ANYBODY}


def style_of(page: str) -> str:
    found = re.search(r'href="(/static/hours\.[0-9a-f]{12}\.css)"', page)
    assert found is not None
    return found[1]


def test_browsers_can_store_the_style_for_ever(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser()

    response = browser.get(style_of(browser.get("/sign-in").text))

    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["content-type"].startswith("text/css")
    assert response.headers["vary"] == "Accept-Encoding"


def test_the_style_is_compressed_as_the_browser_accepts(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser()
    path, plain = style_of(browser.get("/sign-in").text), (STATIC / "hours.css").read_bytes()

    responses = {
        encoding: browser.get(path, headers={"accept-encoding": encoding}) for encoding in ("br", "gzip", "identity")
    }

    assert [response.headers.get("content-encoding") for response in responses.values()] == ["br", "gzip", None]
    assert all(response.content == plain for response in responses.values())
    assert int(responses["br"].headers["content-length"]) == len(brotli.compress(plain))


def test_old_names_and_other_folders_are_not_found(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser()

    for path in ("/static/hours.css", "/static/hours.000000000000.css", "/static/..%2fapp.py", "/static/"):
        assert browser.get(path).status_code == 404


def test_the_first_page_loads_few_bytes(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser()
    page = browser.get("/sign-in", headers={"accept-encoding": "br"})
    loaded = re.findall(r'<link rel="(?:stylesheet|icon)" href="([^"]+)"|<(?:script|img)[^>]+src="([^"]+)"', page.text)

    files = [browser.get("".join(found), headers={"accept-encoding": "br"}) for found in loaded]
    sizes = [int(response.headers["content-length"]) for response in (page, *files)]

    assert len(sizes) <= 4 and sum(sizes) <= 25_000
    assert sizes[0] + sizes[1] <= 14_000
