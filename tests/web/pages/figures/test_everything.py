"""All figures without protection, for auditors only."""

import json

import pytest

from tests.web.pages.conftest import Street
from tests.web.pages.reader import words_on
from tests.web.reports import everything, kept_everything
from tests.web.routes import AUDITORS, Attempt, Found, SecondAttempts

FOUND: Found = {
    "show_everything": AUDITORS,
    "everything_csv": AUDITORS,
    "everything_json": AUDITORS,
    "ask_everything": AUDITORS,
}


def ask_everything(street: Street) -> Attempt:
    path = "/community/everything"
    return Attempt(street.ruth, f"{path}?at_entry=2", path, {"at_entry": "999999"}, {"at_entry": "2"})


SECOND_ATTEMPTS: SecondAttempts = (ask_everything,)

ADDRESSES = ("/community/everything", "/community/everything.csv", "/community/everything.json")


def test_an_auditor_reads_every_figure_with_its_definition(street: Street) -> None:
    kept_everything(street.views)

    shown = words_on(street.ruth.get("/community/everything"))

    assert "from the start up to 7 January 2026 and entry 4,201" in shown and "do not share it" in shown
    assert "entries 1240 exchanges and gifts between members" in shown
    assert "transitivity 0.24 share of pairs of connections that meet" in shown and "triads 300 7" in shown


def test_an_auditor_downloads_every_figure(street: Street) -> None:
    kept_everything(street.views)

    as_csv, as_json = (street.ruth.get(address) for address in ADDRESSES[1:])

    assert as_csv.headers["content-disposition"] == 'attachment; filename="everything.csv"'
    assert as_csv.text.startswith("figure,part,value,definition,last_day,entry\nentries,,1240,")
    assert json.loads(as_json.content)["graph"]["transitivity"]["value"] == everything().graph["transitivity"]


def test_before_figures_are_computed_the_page_says_so_and_offers_no_file(street: Street) -> None:
    page, *files = (street.ruth.get(address) for address in ADDRESSES)

    assert page.status_code == 200 and "No figures yet." in words_on(page)
    assert [file.status_code for file in files] == [404, 404]


@pytest.mark.parametrize("address", ADDRESSES)
def test_coordinators_and_members_cannot_read_every_figure(street: Street, address: str) -> None:
    kept_everything(street.views)

    answers = [browser.get(address) for browser in (street.chidi, street.ana, street.bo, street.eve)]

    assert {answer.status_code for answer in answers} == {403}
    assert not any("transitivity" in answer.text for answer in answers)
    assert street.neighbourhood.browser().get(address).status_code == 303
