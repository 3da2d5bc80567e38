"""A member's history: by month, filtered, in pages."""

import re
from datetime import date, timedelta

from ledger.exchanges.commands import CallOffExchange, DeclineExchange, ReverseExchange
from ledger.identifiers import COMMUNITY
from ledger.members.commands import LeaveCommunity
from tests.web.pages.conftest import YESTERDAY, Street
from tests.web.pages.reader import mistakes_on, words_on
from tests.web.routes import MEMBERS, Found

FOUND: Found = {"show_history": MEMBERS}


def test_exchanges_and_gifts_are_listed_by_month(street: Street) -> None:
    street.helped(by=street.bo_id, note="Two rows of leeks")
    street.helped(on=date(2026, 10, 3), minutes=60)
    street.gave(COMMUNITY)

    words = words_on(street.ana.get("/exchanges"))

    assert words.index("November 2026") < words.index("Two rows of leeks") < words.index("October 2026 Sat 3")
    assert words.index("A gift to the whole community") < words.index("October 2026 Sat 3")
    assert words.index("October 2026 Sat 3") < words.index("Waiting for Bo Lindqvist")


def test_an_exchange_that_waits_for_the_reader_says_so(street: Street) -> None:
    street.helped()

    assert "Waiting for you" in words_on(street.bo.get("/exchanges"))


def test_a_gift_shows_who_gave_it(street: Street) -> None:
    street.gave()

    assert "A gift to Bo Lindqvist" in words_on(street.ana.get("/exchanges"))
    assert "A gift from Ana Sousa" in words_on(street.bo.get("/exchanges"))


def test_an_exchange_that_does_not_count_says_why(street: Street) -> None:
    taken_back = street.helped(by=street.bo_id)
    street.bank.do(ReverseExchange(exchange=taken_back, asked_by=street.bo_id, reason="Hm"), by=street.chidi_id)
    street.bank.do(DeclineExchange(exchange=street.helped(), reason="No"), by=street.bo_id)
    street.bank.do(CallOffExchange(exchange=street.helped()), by=street.ana_id)

    words = words_on(street.ana.get("/exchanges"))

    assert "Taken back, no longer counts" in words
    assert "Not agreed, does not count" in words and "Cancelled, does not count" in words


def test_an_empty_history_links_to_the_form(street: Street) -> None:
    page = street.eve.get("/exchanges")

    assert 'class="stub' in page.text and 'href="/exchanges/new"' in page.text.partition('class="stub')[2]


def test_the_history_can_be_filtered_by_kind_category_group_and_days(street: Street) -> None:
    street.helped(by=street.bo_id)
    street.helped(back=45)
    street.gave(street.garden)

    def shown(query: str) -> str:
        return words_on(street.ana.get(f"/exchanges?{query}"))

    assert "Skill exchange with" in shown("kind=skill-exchange") and "Gave to" not in shown("kind=skill-exchange")
    assert "A gift to Weir garden" in shown("kind=gift") and "Skill exchange with" not in shown("kind=gift")
    assert "Gave to" in shown("category=garden") and "A gift to" not in shown("category=garden")
    assert "A gift to" in shown(f"group={street.garden}") and "Gave to" not in shown(f"group={street.garden}")
    assert "Nothing matches" in shown("to=2026-11-20")
    assert "Gave to" in shown("from=2026-11-21&to=2026-11-21")


def test_the_history_can_be_filtered_by_a_person_typed_or_chosen(street: Street) -> None:
    street.helped(by=street.bo_id)
    street.bank.do(LeaveCommunity(member=street.bo_id), by=street.chidi_id)

    assert "Gave to Bo Lindqvist" in words_on(street.ana.get("/exchanges?who=lindqvist"))
    assert "Gave to Bo Lindqvist" in words_on(street.ana.get(f"/exchanges?with={street.bo_id}"))
    assert "Nothing matches" in words_on(street.ana.get("/exchanges?who=eve"))
    unknown = street.ana.get("/exchanges?who=nobody")
    assert unknown.status_code == 422 and mistakes_on(unknown) == ["who"]


def test_people_of_the_same_name_are_offered_to_choose_from(street: Street) -> None:
    other = street.neighbourhood.welcomed("Bo Andersen", "bo.andersen@example.org")

    page = street.ana.get("/exchanges?who=bo")

    assert page.status_code == 422 and f'value="{other}"' in page.text
    assert street.ana.get(f"/exchanges?who=bo&with={other}").status_code == 200


def test_a_filter_that_makes_no_sense_is_refused(street: Street) -> None:
    page = street.ana.get("/exchanges?from=yesterday")

    assert page.status_code == 422 and mistakes_on(page) == ["from"]


def test_older_and_newer_pages_keep_the_filter(street: Street) -> None:
    for back in range(30):
        street.helped(by=street.bo_id, minutes=10 + back, on=YESTERDAY - timedelta(days=back))

    first = street.ana.get("/exchanges?kind=help")
    older = _link(first.text, "next")
    second = street.ana.get(older)
    newer = street.ana.get(_link(second.text, "prev"))

    assert "kind=help" in older
    assert "10 min" in words_on(first) and "35 min" not in words_on(first)
    assert "35 min" in words_on(second) and "39 min" in words_on(second)
    assert words_on(newer) == words_on(first)


def test_an_invented_cursor_is_refused(street: Street) -> None:
    assert street.ana.get("/exchanges?cursor=xyz").status_code == 400


def test_coordinators_and_auditors_read_the_history_of_others(street: Street) -> None:
    street.helped(by=street.bo_id, note="The knee again")
    address = f"/exchanges?member={street.ana_id}"

    chidi, ruth = words_on(street.chidi.get(address)), words_on(street.ruth.get(address))

    assert "History of Ana Sousa" in chidi and "The knee again" in chidi
    assert "Gave to Bo Lindqvist" in ruth and "The knee again" not in ruth
    assert street.eve.get(address).status_code == 404
    assert street.chidi.get("/exchanges?member=m-nobody").status_code == 404


def _link(text: str, rel: str) -> str:
    found = re.search(rf'href="([^"]+)" rel="{rel}"', text)
    assert found, f"the page has no link to its {rel} page"
    return found.group(1).replace("&amp;", "&")
