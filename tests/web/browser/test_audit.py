"""The auditors' pages in a real browser: on a phone, dark, right to left, and without script."""

import re

import pytest
from playwright.sync_api import Page

from ledger.exchanges.commands import ReverseExchange
from projections.checks.anomalies import search
from tests.web.browser.conftest import DESK, PHONE, SMALLEST, Served
from tests.web.browser.test_for_everybody import complaints
from tests.web.pages.conftest import Street

PAGES = (
    "/audit",
    "/audit/exceptions/both-sides",
    "/audit/sample?size=5&seed=elm&upto=9",
    "/audit/sample?size=0",
    "/journal?chapter=corrections",
    "/agreements",
)


def lived_in(street: Street) -> int:
    """Chidi logs for both, Bo's help is taken back, anomalies are looked for; return the entry that took it back."""
    street.helped(by=street.chidi_id)
    exchange = street.helped(by=street.bo_id)
    street.bank.do(ReverseExchange(exchange=exchange, asked_by=street.bo_id, reason="Hm"), by=street.chidi_id)
    number = street.views.catch_up().number
    search(street.bank.log, street.views._engine)
    return number


@pytest.mark.parametrize("how", [PHONE, DESK | {"color_scheme": "dark"}], ids=["phone", "desk-dark"])
def test_axe_finds_no_fault_on_the_auditors_pages(served: Served, how: dict[str, object]) -> None:
    number = lived_in(served.street)
    ruth = served.window(served.street.neighbourhood.ruth, java_script_enabled=True, bypass_csp=True, **how)
    found: dict[str, str] = {}

    for address in (*PAGES, f"/journal/{number}"):
        ruth.goto(address)
        found[address] = complaints(ruth)

    assert {where: what for where, what in found.items() if what} == {}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_nothing_is_wider_than_the_smallest_phone(served_from_the_right: Served, language: str) -> None:
    street = served_from_the_right.street
    number = lived_in(street)
    how = SMALLEST | {"locale": language}
    ruth = served_from_the_right.window(street.neighbourhood.ruth, java_script_enabled=True, bypass_csp=True, **how)

    assert {address for address in (*PAGES, f"/journal/{number}") if is_too_wide(ruth, address)} == set()


def is_too_wide(page: Page, address: str) -> bool:
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


def test_an_auditor_follows_an_anomaly_to_its_entries_and_a_correction_to_its_original(served: Served) -> None:
    number = lived_in(served.street)
    ruth = served.window(served.street.neighbourhood.ruth)

    ruth.goto("/audit")
    ruth.get_by_role("link", name="One person entered both sides").click()
    ruth.get_by_role("link", name=re.compile(r"^entry \d+$")).first.click()
    assert "Chidi Eze logged that Ana Sousa gave Bo Lindqvist" in ruth.locator("main").inner_text()

    ruth.goto("/audit")
    ruth.get_by_role("link", name="Corrections").click()
    ruth.get_by_role("link", name=f"entry {number - 1}").first.click()
    ruth.get_by_text("Taken back by").get_by_role("link", name=f"entry {number}").click()
    assert ruth.url.endswith(f"/journal/{number}")
    assert served.complaints == []


def test_a_sample_is_drawn_by_filling_in_a_form(served: Served) -> None:
    ruth = served.window(served.street.neighbourhood.ruth)

    ruth.goto("/audit/sample")
    ruth.get_by_label("How many entries?").fill("4")
    ruth.get_by_label("Seed").fill("dice: 3 5")
    ruth.get_by_role("button", name="Draw a sample").click()

    assert ruth.get_by_role("heading", name="4 entries were drawn").is_visible()
    assert "upto=" in ruth.url
