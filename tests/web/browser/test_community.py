"""The pages of figures in a real browser: axe, dark, the smallest phone, right to left, printed."""

from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import Browser

from ledger.agreements.rules import DEFAULT_CATEGORIES
from ledger.identifiers import MemberId
from projections.figures.reports.kept import Late
from tests.web.browser.conftest import DESK, PHONE, SMALLEST, Served, serve
from tests.web.browser.test_for_everybody import complaints, is_wider_than_its_window
from tests.web.pages.conftest import Street
from tests.web.reports import FOR_COORDINATORS, hidden, kept, kept_everything, month_of, part, report

PAGES = (
    ("ana", "/community"),
    ("chidi", "/community?period=2025&beside=2024"),
    ("chidi", "/community?period=2025-10"),
    ("ana", "/community?period=2023"),
    ("chidi", "/community/reports"),
    ("chidi", "/community/report/2025"),
    ("ruth", "/community/everything"),
)


def with_figures(street: Street) -> None:
    """Three years, one of them hidden, and a month, for everyone and for coordinators."""
    access = [{"group": street.garden, "received_per_member": 600, "ratio": 0.5, "low": 0.3, "high": 0.8}]
    late = Late(entries=25, taken_back=10, minutes=1_500)
    years = [report(late=late), report(2024), hidden(report(2023)), month_of(report(), 10)]
    theirs = [
        report(audience="coordinators", access=access, theil_between=0.06, **FOR_COORDINATORS),
        report(2024, audience="coordinators"),
        month_of(report(audience="coordinators", **FOR_COORDINATORS), 10),
    ]
    kept(street.views, [*years, *theirs])
    kept_everything(street.views)


def member(street: Street, name: str) -> MemberId:
    return street.neighbourhood.ruth if name == "ruth" else getattr(street, f"{name}_id")


@pytest.fixture
def served_with_figures(street: Street, chromium: Browser) -> Iterator[Served]:
    """The street with figures, in English."""
    with_figures(street)
    yield from serve(street, chromium, pseudo=False)


@pytest.mark.parametrize(
    ("how", "pages"),
    [(PHONE, (PAGES[0], PAGES[5])), (DESK | {"color_scheme": "dark"}, (PAGES[1], PAGES[2], PAGES[6]))],
    ids=["phone", "desk-dark"],
)
def test_axe_finds_no_fault_on_the_pages_of_figures(
    served_with_figures: Served, how: dict[str, object], pages: Sequence[tuple[str, str]]
) -> None:
    served = served_with_figures
    found: dict[str, str] = {}
    for name, address in pages:
        window = served.window(member(served.street, name), java_script_enabled=True, bypass_csp=True, **how)
        window.goto(address)
        found[address] = complaints(window)

    assert {where: what for where, what in found.items() if what} == {}


@pytest.mark.parametrize("size", ["smallest phone", "letters twice as large"])
def test_no_page_of_figures_scrolls_sideways(served_with_figures: Served, size: str) -> None:
    served = served_with_figures
    how = SMALLEST if size == "smallest phone" else PHONE
    windows = {
        name: served.window(member(served.street, name), java_script_enabled=True, bypass_csp=True, **how)
        for name in ("ana", "chidi", "ruth")
    }

    assert [address for name, address in PAGES if is_wider_than_its_window(windows[name], address, size)] == []


def test_the_drawing_is_mirrored_from_right_to_left(street: Street, chromium: Browser) -> None:
    with_figures(street)
    for served in serve(street, chromium, pseudo=True):
        window = served.window(street.ana_id, java_script_enabled=True, bypass_csp=True, locale="ar")
        window.goto("/community")

        faces = window.locator(".faces h2").all()
        places = [face.bounding_box() for face in faces]
        circles = window.evaluate(
            "[...document.querySelectorAll('.turn .me')].map(dot => dot.getBoundingClientRect().x)"
        )

        assert circles == sorted(circles, reverse=True) and len(circles) == 3
        lefts = [place["x"] for place in places if place]
        assert lefts == sorted(lefts, reverse=True) and len(lefts) == 3
        assert not window.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def test_a_report_prints_on_two_pages_without_menus(served_with_figures: Served) -> None:
    kinds = {str(one.key): part(60 - place, 90 - place, 0.1) for place, one in enumerate(DEFAULT_CATEGORIES)}
    kept(served_with_figures.street.views, [report(by_category=kinds)])
    window = served_with_figures.window(served_with_figures.street.chidi_id, **DESK)
    window.goto("/community/report/2025")

    leaves = window.pdf(format="A4", margin={"top": "15mm", "right": "15mm", "bottom": "15mm", "left": "15mm"})
    window.emulate_media(media="print")

    assert leaves.count(b"/Type /Page\n") == 2
    assert not window.get_by_role("navigation", name="Main").is_visible()
    assert not window.get_by_role("link", name="Download as CSV").is_visible()
    assert window.get_by_text("up to entry 4,201").first.is_visible()
