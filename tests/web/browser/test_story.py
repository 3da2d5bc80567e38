"""My story on the smallest phones, and printed."""

from ledger.exchanges.commands import ConfirmExchange
from tests.web.browser.conftest import DESK, PHONE, SMALLEST, Served
from tests.web.pages.conftest import Street


def a_full_year(street: Street) -> None:
    for _ in range(3):
        street.helped(by=street.bo_id)
    street.bank.do(ConfirmExchange(exchange=street.helped(back=45, minutes=60)), by=street.bo_id)
    street.gave()


def test_the_map_of_days_fits_the_smallest_phones_and_can_be_read(served: Served) -> None:
    a_full_year(served.street)

    for how in (SMALLEST, PHONE):
        page = served.window(served.street.ana_id, **how)
        page.goto("/story")

        width = how["viewport"]["width"]
        box = page.get_by_role("img", name="Each day of my year").bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width and box["width"] > 0.8 * width
        assert page.get_by_text("The days in a table").is_visible()


def test_a_story_prints_with_the_members_name(served: Served) -> None:
    a_full_year(served.street)
    page = served.window(served.street.ana_id, **DESK)
    page.goto("/story")
    assert not page.get_by_text("The story of").is_visible()

    page.emulate_media(media="print")

    assert page.get_by_text("The story of Ana Sousa, member of the Riverside time bank.").is_visible()
    assert page.get_by_text("Your first time with Bo Lindqvist.").is_visible()
    for hidden in ("Keep a copy", "The days in a table", "See the exchange"):
        assert not page.get_by_text(hidden).first.is_visible()
    assert not page.get_by_role("navigation", name="Main").is_visible()
