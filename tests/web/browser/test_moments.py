"""The check of hours and past pages in a real browser: axe, dark, the smallest phone, right to left, printed."""

import re
from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import Browser

from ledger.identifiers import MemberId
from tests.web.browser.conftest import DESK, PHONE, SMALLEST, Served, serve
from tests.web.browser.test_for_everybody import complaints, is_wider_than_its_window
from tests.web.pages.audit.test_replay import checked, tampered
from tests.web.pages.conftest import Street


def pages(street: Street) -> Sequence[tuple[str, str]]:
    """The readers and the pages they open."""
    return (
        ("ana", "/replay"),
        ("chidi", "/replay"),
        ("ana", "/"),
        ("ruth", "/balances?at_entry=22"),
        ("ruth", "/balances?at_entry=99999"),
        ("chidi", "/balances?known_at=2026-11-22T18:00"),
        ("ruth", f"/statements/{street.ana_id}?at_entry=22"),
        ("ana", f"/statements/{street.ana_id}?as_of=2026-11-21"),
        ("ruth", "/community/everything?at_entry=9"),
    )


def lived(street: Street) -> None:
    """Log some help, with a check that found something and one that did not."""
    for minutes in (30, 150, 45):
        street.helped(by=street.bo_id, minutes=minutes)
    checked(street)
    tampered(street)
    checked(street)


def member(street: Street, name: str) -> MemberId:
    return street.neighbourhood.ruth if name == "ruth" else getattr(street, f"{name}_id")


@pytest.fixture
def served_street(street: Street, chromium: Browser) -> Iterator[Served]:
    """The street with a wrong balance, in English."""
    lived(street)
    yield from serve(street, chromium, pseudo=False)


@pytest.mark.parametrize("how", [PHONE, DESK | {"color_scheme": "dark"}], ids=["phone", "desk-dark"])
def test_axe_finds_no_fault(served_street: Served, how: dict[str, object]) -> None:
    found: dict[str, str] = {}
    for name, address in pages(served_street.street):
        window = served_street.window(
            member(served_street.street, name), java_script_enabled=True, bypass_csp=True, **how
        )
        window.goto(address)
        found[f"{name} {address}"] = complaints(window)

    assert {where: what for where, what in found.items() if what} == {}


@pytest.mark.parametrize("size", ["smallest phone", "letters twice as large"])
def test_no_page_scrolls_sideways(served_street: Served, size: str) -> None:
    how = SMALLEST if size == "smallest phone" else PHONE
    windows = {
        name: served_street.window(member(served_street.street, name), java_script_enabled=True, bypass_csp=True, **how)
        for name in ("ana", "chidi", "ruth")
    }

    wide = [at for name, at in pages(served_street.street) if is_wider_than_its_window(windows[name], at, size)]

    assert wide == []


def test_an_auditor_goes_from_entry_to_entry_without_script(served_street: Served) -> None:
    window = served_street.window(served_street.street.neighbourhood.ruth)
    entries = sum(1 for _ in served_street.street.bank.log.scan())
    before = f"Up to entry {entries - 1}."
    window.goto("/balances")

    window.get_by_text("At another point in time").click()
    window.get_by_label("Entry number").fill(str(entries))
    window.get_by_role("button", name="Show").click()
    window.get_by_role("link", name="Previous entry").click()
    assert window.get_by_text(before, exact=True).is_visible()

    window.get_by_role("link", name="Ana Sousa").click()
    assert window.get_by_text(before, exact=True).is_visible()
    window.get_by_role("link", name="Back to now").click()
    assert not window.get_by_text(before, exact=True).is_visible()
    # The name stands between signs that keep its direction, which are part of a heading's name for some browsers.
    assert window.get_by_role("heading", name=re.compile("^Statement for .?Ana Sousa")).is_visible()


def test_a_wrong_balance_is_found_checked_and_read_without_script(served_street: Served) -> None:
    window = served_street.window(served_street.street.chidi_id)
    window.goto("/")

    window.get_by_role("link", name="What was found").click()
    window.get_by_role("button", name="Start the check").click()

    assert window.get_by_text("No hours are lost.").is_visible()
    assert window.get_by_text("now running").is_visible()
    assert window.get_by_role("cell", name="Given, on the Balances page").is_visible()


def test_a_past_statement_prints_with_its_point_in_time(served_street: Served) -> None:
    window = served_street.window(served_street.street.ana_id, **DESK)
    window.goto(f"/statements/{served_street.street.ana_id}?at_entry=22")

    window.emulate_media(media="print")

    assert window.locator(".printed").get_by_text("up to entry 22").is_visible()
    assert not window.get_by_text("At another point in time").is_visible()


def test_from_right_to_left_nothing_is_wider_than_the_window(street: Street, chromium: Browser) -> None:
    lived(street)
    for served in serve(street, chromium, pseudo=True):
        for name, address in pages(street):
            window = served.window(
                member(street, name), java_script_enabled=True, bypass_csp=True, locale="ar", **PHONE
            )
            window.goto(address)
            assert window.evaluate("document.documentElement.dir") == "rtl"
            assert not window.evaluate("document.documentElement.scrollWidth > window.innerWidth"), address
