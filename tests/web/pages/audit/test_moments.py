"""Pages at an entry, an instant or a day match the command line."""

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from ledger.exchanges.commands import ReverseExchange
from ledger.log.entry import decode
from tests.web.neighbourhood import Browser, Neighbourhood
from tests.web.pages.conftest import YESTERDAY, Street
from tests.web.pages.reader import form_on, send, words_on
from web.commands.main import hours

ROW = re.compile(
    r"<bdi>([^<]+)</bdi></a></td> <td[^>]*><span class=\"h\">([^<]+)</span></td> <td[^>]*><span class=\"h\">([^<]+)<"
)


@pytest.fixture
def lived(database_url: str) -> Iterator[Street]:
    """A street on either database where help was logged late and out of order, and some was taken back."""
    neighbourhood = Neighbourhood.founded(database_url)
    street = Street(neighbourhood)
    for days in (1, 40, 3, 200, 40, 9):
        street.helped(by=street.bo_id, minutes=10 + days, on=YESTERDAY - timedelta(days=days))
        neighbourhood.clock.passes(timedelta(hours=5))
    back = street.helped(by=street.bo_id, minutes=500, on=date(2026, 10, 1))
    neighbourhood.clock.passes(timedelta(days=1))
    street.bank.do(ReverseExchange(exchange=back, asked_by=street.bo_id, reason="Hm"), by=street.chidi_id)
    street.helped(by=street.bo_id, minutes=7, on=date(2026, 3, 1))
    street.views.catch_up()
    street.chidi, street.ruth = (
        neighbourhood.browser(member=member) for member in (neighbourhood.chidi, neighbourhood.ruth)
    )
    yield street
    neighbourhood.close()


def called(street: Street, *words: str) -> Any:
    result = CliRunner().invoke(hours, ["--database", street.bank.place.url, *words, "--format", "json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def minutes(told: str) -> int:
    hours_said, minutes_said = re.search(r"(\d+)\xa0h", told), re.search(r"(\d+)\xa0min", told)
    return 60 * int(hours_said[1] if hours_said else 0) + int(minutes_said[1] if minutes_said else 0)


def balances_on(browser: Browser, path: str) -> dict[str, tuple[int, int]]:
    page = browser.get(path)
    assert page.status_code == 200
    rows = {name: (minutes(given), minutes(received)) for name, given, received in ROW.findall(page.text)}
    return {name: numbers for name, numbers in rows.items() if any(numbers)}


def balances_called(street: Street, *words: str) -> dict[str, tuple[int, int]]:
    return {row["name"]: (row["given"], row["received"]) for row in called(street, "balances", *words)}


def instants(street: Street) -> list[str]:
    return [decode(data).at for _, data in street.bank.log.scan()]


def test_balances_at_a_point_in_time_match_the_command_line(lived: Street) -> None:
    last = lived.views.as_of().number

    for number in range(last - 14, last + 1):
        shown = balances_on(lived.ruth, f"/balances?at_entry={number}")
        assert shown == balances_called(lived, "--at-entry", str(number)), number
    for at in instants(lived)[-10::3]:
        assert balances_on(lived.ruth, f"/balances?known_at={at}") == balances_called(lived, "--known-at", at), at
    for day in ("2026-02-28", "2026-03-01", "2026-05-05", "2026-10-01", "2026-10-12", "2026-11-21"):
        assert balances_on(lived.chidi, f"/balances?as_of={day}") == balances_called(lived, "--as-of", day), day


def test_a_page_names_its_point_in_time_and_links_to_the_entries_around_it(lived: Street) -> None:
    last = lived.views.as_of().number

    page = lived.ruth.get(f"/balances?at_entry={last - 1}")

    assert f"Up to entry {last - 1}." in words_on(page)
    assert f'href="/balances?at_entry={last - 2}"' in page.text and f'href="/balances?at_entry={last}"' in page.text
    assert f'href="/journal/{last - 1}"' in page.text and 'href="/balances"' in page.text
    assert f'href="/statements/{lived.ana_id}?at_entry={last - 1}"' in page.text
    assert f"This page includes everything recorded up to entry {last - 1}." in words_on(page)
    by_day = words_on(lived.ruth.get("/balances?as_of=2026-10-12"))
    assert (
        "As of 12 October 2026: everything that had happened by the end of that day, whenever it was "
        f"recorded, up to entry {last}." in by_day
    )


def test_a_statement_ends_at_the_chosen_point(lived: Street) -> None:
    last = lived.views.as_of().number
    address = f"/statements/{lived.ana_id}"

    before, after = (words_on(lived.ruth.get(f"{address}?at_entry={number}")) for number in (last - 1, last))
    as_of = words_on(lived.ruth.get(f"{address}?as_of=2026-10-12"))

    assert "1 March 2026" in after and "1 March 2026" not in before
    assert f"entry {last} " not in before and f"· entry {last}" in after
    assert "Given so far" not in as_of and "12 October 2026" in as_of
    assert "11 October 2026" not in as_of.replace("12 October 2026", "")
    assert "No hours had been given or received by then." in words_on(lived.ruth.get(f"{address}?at_entry=1"))


def test_the_pages_of_a_statement_stay_at_the_same_point(street: Street) -> None:
    for number in range(30):
        street.helped(by=street.bo_id, minutes=number + 1)
    last = street.views.catch_up().number
    address = f"/statements/{street.ana_id}"

    first = street.ruth.get(f"{address}?at_entry={last - 1}")
    older = first.text.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    second = street.ruth.get(older)

    assert f"· entry {last}" not in words_on(first) and f"· entry {last - 2}" in words_on(first)
    assert f"at_entry={last - 1}" in older and words_on(second).count("Gave to") == 4


def test_a_member_sees_only_their_own_past_statements(street: Street) -> None:
    street.helped(by=street.bo_id)
    last = street.views.catch_up().number

    assert street.ana.get(f"/statements/{street.ana_id}?at_entry={last}").status_code == 200
    assert street.eve.get(f"/statements/{street.ana_id}?at_entry={last}").status_code == 404
    assert street.ana.get(f"/balances?at_entry={last}").status_code == 403


@pytest.mark.parametrize(
    "asked",
    [
        "at_entry=0",
        "at_entry=-3",
        "at_entry=1e3",
        "at_entry=99999999999999999999",
        "at_entry=500000",
        "at_entry=soon",
        "known_at=yesterday",
        "known_at=2026-W47-1",
        "known_at=2026-11-21",
        "known_at=2026-02-30T10:00",
        "known_at=2026-11-21T18:30%2B99:00",
        "known_at=0001-01-01T00:00%2B14:00",
        "known_at=" + "9" * 300,
        "as_of=2026-13-01",
        "as_of=last+week",
        "at_entry=3&as_of=2026-11-01",
        "known_at=2026-11-21T18:30&as_of=2026-11-01",
    ],
)
@pytest.mark.parametrize("path", ["/balances", "/statements/{ana}", "/community/everything"])
def test_an_impossible_point_in_time_is_refused_and_shown_as_typed(street: Street, path: str, asked: str) -> None:
    page = street.ruth.get(f"{path.format(ana=street.ana_id)}?{asked}")

    assert page.status_code == 422
    assert "There is a problem" in words_on(page)


def test_an_instant_without_a_zone_is_in_the_communitys_time_zone(lived: Street) -> None:
    at = instants(lived)[-3][:16]

    assert balances_on(lived.ruth, f"/balances?known_at={at}") == balances_on(lived.ruth, f"/balances?known_at={at}Z")
    assert "is known" not in words_on(lived.ruth.get(f"/balances?known_at={at}"))


def test_figures_at_a_point_in_time_are_computed_on_request(lived: Street) -> None:
    number = lived.views.as_of().number - 2
    address = f"/community/everything?at_entry={number}"

    first = lived.ruth.get(address)
    answer = send(lived.ruth, first, "/community/everything")
    meanwhile = words_on(lived.ruth.get(address))
    result = CliRunner().invoke(hours, ["--database", lived.bank.place.url, "asked"])
    done = words_on(lived.ruth.get(address))
    file = json.loads(lived.ruth.get(f"/community/everything.json?at_entry={number}").content)

    assert "Nobody has asked for figures at this point yet." in words_on(first)
    assert (answer.status_code, answer.headers["location"]) == (303, address)
    assert "are being worked out" in meanwhile
    assert result.exit_code == 0, result.output
    assert f"Up to entry {number}." in done and "Every figure from the start" in done
    called_at = called(lived, "stats", "--at-entry", str(number), "--graph")
    assert {name: one["value"] for name, one in file["statistics"].items()} == {
        name: called_at[name] for name in file["statistics"]
    }
    assert {name: one["value"] for name, one in file["graph"].items()} == called_at["graph"]


def test_figures_as_of_a_day_stay_until_they_are_requested_again(lived: Street) -> None:
    address = "/community/everything?as_of=2026-10-12"
    send(lived.ruth, lived.ruth.get(address), "/community/everything")
    CliRunner().invoke(hours, ["--database", lived.bank.place.url, "asked"])
    then = lived.views.as_of().number

    lived.helped(by=lived.bo_id)
    page = lived.ruth.get(address)

    assert f"up to entry {then}." in words_on(page)
    assert form_on(page, "/community/everything").fields == {"as_of": "2026-10-12"}
    assert "Work out these figures again" in words_on(page)


def test_only_auditors_request_figures_one_point_at_a_time(street: Street) -> None:
    for browser in (street.ana, street.chidi):
        assert browser.post("/community/everything", data={"at_entry": "3"}).status_code == 403
    assert street.ruth.post("/community/everything", data={}).status_code == 422
    assert street.ruth.post("/community/everything", data={"at_entry": "3"}).status_code == 303

    busy = street.ruth.post("/community/everything", data={"at_entry": "4"})

    assert busy.status_code == 422 and "Try again when" in words_on(busy)
    assert [wish.number for wish in street.views.requests.waiting()] == [3]


def test_a_request_that_failed_is_shown_and_not_retried(street: Street) -> None:
    street.ruth.post("/community/everything", data={"at_entry": "3"})
    street.views.requests.start(street.views.requests.waiting()[0])

    result = CliRunner().invoke(hours, ["--database", street.bank.place.url, "asked"])

    assert result.exit_code == 1 and "It was interrupted." in result.stderr
    assert street.views.requests.waiting() == []
    assert "These figures could not be worked out: It was interrupted." in words_on(
        street.ruth.get("/community/everything?at_entry=3")
    )
