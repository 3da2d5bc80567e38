"""Signing in with a real browser: its cookies, its headers about the origin of a form, and no script."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.web.neighbourhood import Neighbourhood
from tests.web.pseudo import pseudo_languages
from tests.web.serving import served
from web.sign_in.codes import make_sign_in_link


@pytest.fixture
def address(neighbourhood: Neighbourhood) -> Iterator[str]:
    neighbourhood.clock.now = datetime.now(UTC)  # the browser expires cookies by its own clock
    with served(neighbourhood.app()) as address:
        yield address


@pytest.fixture
def phone(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    yield context
    context.close()


def test_signing_in_by_code_needs_no_script(neighbourhood: Neighbourhood, address: str, phone: BrowserContext) -> None:
    page = phone.new_page()

    page.goto(f"{address}/devices")
    page.get_by_label("Email address").fill("ana@example.org")
    page.get_by_role("button", name="Email me a code").click()
    page.get_by_label("Code").fill("nothing")
    page.get_by_role("button", name="Sign in").click()
    assert page.title().startswith("Error: Enter the eight digits")
    page.get_by_label("Code").fill(code_in(neighbourhood))
    page.get_by_role("button", name="Sign in").click()

    assert page.url == f"{address}/devices"
    assert {cookie.get("name") for cookie in phone.cookies()} == {"__Host-hours", "__Host-hours-device"}


def test_signing_in_by_link_and_out_everywhere(
    neighbourhood: Neighbourhood, address: str, phone: BrowserContext
) -> None:
    page = phone.new_page()
    people, now = neighbourhood.bank.people, neighbourhood.clock.now

    page.goto(make_sign_in_link(people, neighbourhood.bo, address, now))
    page.get_by_role("button", name="Yes, sign in").click()
    page.goto(f"{address}/devices")
    assert page.get_by_text("You are signed in as Bo Lindqvist").is_visible()
    page.get_by_role("button", name="Sign out everywhere").click()

    assert page.get_by_role("status").inner_text() == "You are signed out on all your devices."
    assert phone.cookies() == []


def test_a_form_on_another_site_cannot_act_for_ana(
    neighbourhood: Neighbourhood, address: str, chromium: Browser
) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(make_sign_in_link(neighbourhood.bank.people, neighbourhood.ana, address, neighbourhood.clock.now))
    page.get_by_role("button").first.click()

    # The same machine under another name is another site.
    elsewhere = address.replace("127.0.0.1", "localhost")
    page.route(f"{elsewhere}/trap", lambda route: route.fulfill(content_type="text/html", body=trap(address)))
    page.goto(f"{elsewhere}/trap")
    with page.expect_navigation() as navigation:
        page.get_by_role("button").click()

    assert navigation.value and navigation.value.status == 403
    page.goto(f"{address}/devices")
    assert page.url == f"{address}/devices"
    context.close()


def test_the_error_summary_has_the_focus_and_the_page_obeys_its_policy(address: str, chromium: Browser) -> None:
    context = chromium.new_context()
    page, messages = listening(context)

    page.goto(f"{address}/sign-in")
    page.get_by_role("button", name="Email me a code").click()

    # The browser sets the focus when it first draws the page, which may be after it has loaded.
    expect(page.get_by_role("alert", name="There is a problem")).to_be_focused()
    assert [message for message in messages if "Content Security Policy" in message] == []
    context.close()


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_sign_in_page_is_wider_than_the_screen(
    neighbourhood: Neighbourhood, chromium: Browser, language: str, width: int
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800}, locale=language)
    page = context.new_page()
    with served(neighbourhood.app(languages=pseudo_languages())) as address:
        for path in ("/sign-in", "/sign-in/code", "/sign-in/links/x", "/nowhere"):
            page.goto(f"{address}{path}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate("document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")
    context.close()


def code_in(neighbourhood: Neighbourhood) -> str:
    found = re.match(r"\d{8}", str(neighbourhood.mails[-1]["subject"]))
    assert found is not None
    return found[0]


def trap(address: str) -> str:
    return f'<form method="post" action="{address}/sign-out/everywhere"><button>Win a prize</button></form>'


def listening(context: BrowserContext) -> tuple[Page, list[str]]:
    page, messages = context.new_page(), list[str]()
    page.on("console", lambda message: messages.append(message.text))
    return page, messages
