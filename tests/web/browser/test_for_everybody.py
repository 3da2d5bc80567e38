"""Members' pages in a real browser: axe, dark, the smallest phone, right to left, printed."""

from collections.abc import Sequence

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page

from ledger.erasure.commands import AskForErasure
from ledger.exchanges.commands import AskForReversal, ReverseExchange
from ledger.identifiers import COMMUNITY
from tests.web.browser.conftest import DESK, PHONE, SMALLEST, Served
from tests.web.pages.conftest import Street

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


def addresses(street: Street) -> Sequence[tuple[str, str]]:
    """Return every kind of page with the reader who sees most of it."""
    waiting = street.helped(note="Two rows of leeks")
    settled = street.helped(by=street.bo_id)
    skills = street.helped(back=45)
    asked, reversed_one = street.helped(by=street.bo_id, minutes=60), street.helped(by=street.bo_id, minutes=45)
    street.bank.do(AskForReversal(exchange=asked, reason="Hm"), by=street.ana_id)
    street.bank.do(ReverseExchange(exchange=reversed_one, asked_by=street.bo_id, reason="Hm"), by=street.chidi_id)
    street.bank.do(AskForErasure(member=street.bo_id), by=street.bo_id)
    gift = street.gave(COMMUNITY, note="Two trays of baklava")
    street.neighbourhood.sealed()
    street.helped(by=street.bo_id, minutes=15)
    street.neighbourhood.sealed()
    return (
        ("bo", "/"),
        ("eve", "/"),
        ("ana", "/exchanges/new?way=exchange"),
        ("chidi", "/exchanges/new?for=others"),
        ("ana", f"/exchanges/new?corrects={reversed_one}"),
        ("ana", "/gifts/new"),
        ("bo", f"/exchanges/{waiting}"),
        ("ana", f"/exchanges/{waiting}"),
        ("chidi", f"/exchanges/{waiting}"),
        ("ana", f"/exchanges/{settled}"),
        ("chidi", f"/exchanges/{settled}"),
        ("bo", f"/exchanges/{skills}"),
        ("bo", f"/exchanges/{asked}"),
        ("ana", f"/exchanges/{reversed_one}"),
        ("ana", f"/gifts/{gift}"),
        ("ana", "/exchanges"),
        ("ana", "/exchanges?who=nobody"),
        ("ana", f"/statements/{street.ana_id}"),
        ("ana", "/story"),
        ("ana", f"/members/{street.ana_id}/data"),
        ("ana", f"/members/{street.ana_id}/erasure"),
        ("chidi", f"/members/{street.bo_id}/erasure"),
        ("chidi", "/coordinator"),
        ("ana", "/seal"),
        ("ana", "/seal/sheet"),
        ("ana", f"/exchanges/{settled}/slip"),
        ("ana", f"/gifts/{gift}/slip"),
        ("chidi", "/receipts"),
    )


def forms_with_mistakes(page: Page) -> None:
    """Send the form empty, so that it is shown again with its mistakes."""
    page.goto("/exchanges/new")
    page.get_by_role("button", name="Next: check").click()


@pytest.mark.parametrize("how", [PHONE, DESK | {"color_scheme": "dark"}], ids=["phone", "desk-dark"])
def test_axe_finds_no_fault(served: Served, how: dict[str, object]) -> None:
    street = served.street
    pages = addresses(street)
    readers = {"ana": street.ana_id, "bo": street.bo_id, "eve": street.eve_id, "chidi": street.chidi_id}
    # The script of axe is no script of ours: only in this window it may run.
    windows = {
        name: served.window(member, java_script_enabled=True, bypass_csp=True, **how)
        for name, member in readers.items()
    }
    found: dict[str, str] = {}

    for name, address in pages:
        windows[name].goto(address)
        found[f"{address} as {name}"] = complaints(windows[name])
    forms_with_mistakes(windows["ana"])
    found["the form with its mistakes"] = complaints(windows["ana"])

    assert {where: what for where, what in found.items() if what} == {}


def complaints(page: Page) -> str:
    """Return what axe finds on the page with every section opened.

    Only what is wrong comes back: all that is right, part by part, would take longer to send than to find.
    """
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    page.evaluate(AXE_SCRIPT)
    response = page.evaluate(
        "asked => axe.run(document, asked).then(({violations, passes}) => ({violations, passed: passes.length}))", RULES
    )
    assert response["passed"], "axe looked at nothing"
    return AxeResults(response).generate_report() if response["violations"] else ""


@pytest.mark.parametrize("size", ["smallest phone", "letters twice as large"])
def test_no_page_scrolls_sideways(served: Served, size: str) -> None:
    street = served.street
    pages = addresses(street)
    readers = {"ana": street.ana_id, "bo": street.bo_id, "eve": street.eve_id, "chidi": street.chidi_id}
    how = SMALLEST if size == "smallest phone" else PHONE
    windows = {
        name: served.window(member, java_script_enabled=True, bypass_csp=True, **how)
        for name, member in readers.items()
    }

    assert {where for where in pages if is_wider_than_its_window(windows[where[0]], where[1], size)} == set()


def is_wider_than_its_window(page: Page, address: str, size: str) -> bool:
    page.goto(address)
    if size == "letters twice as large":
        page.add_style_tag(content="html { font-size: 225%; }")
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


def test_from_right_to_left_the_page_is_mirrored_and_nothing_is_too_wide(served_from_the_right: Served) -> None:
    street = served_from_the_right.street
    pages = [address for name, address in addresses(street) if name == "ana"]
    ana = served_from_the_right.window(street.ana_id, java_script_enabled=True, bypass_csp=True, locale="ar")

    for address in pages:
        ana.goto(address)
        assert ana.evaluate("document.documentElement.dir") == "rtl"
        assert ana.evaluate("getComputedStyle(document.body).borderRightWidth") != "0px"
        assert not ana.evaluate("document.documentElement.scrollWidth > window.innerWidth"), address


def test_a_statement_prints_without_menus_and_says_whose_it_is(served: Served) -> None:
    street = served.street
    street.helped(by=street.bo_id)
    page = served.window(street.ana_id, **DESK)
    page.goto(f"/statements/{street.ana_id}")
    heading = page.get_by_text("Statement for Ana Sousa, member of the Riverside time bank")
    assert not heading.is_visible()

    page.emulate_media(media="print")

    assert heading.is_visible()
    assert not page.get_by_role("navigation", name="Main").is_visible()
    assert page.get_by_text("Received so far").first.is_visible()
