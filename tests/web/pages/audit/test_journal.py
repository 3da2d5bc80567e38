"""The journal: every entry as a sentence, filtered, and the page of one entry."""

import hashlib
import html
import re
import sqlite3

import pytest

from ledger.deciding.requests import Caller
from ledger.exchanges.commands import ConfirmExchange, ReportExchange, ReverseExchange, help_given
from ledger.gifts.commands import WithdrawGift
from ledger.identifiers import ExchangeId, new_command_id
from tests.web.pages.conftest import YESTERDAY, Street
from tests.web.pages.reader import words_on
from tests.web.routes import KEEPERS, Found

FOUND: Found = {"show_journal": KEEPERS, "show_entry": KEEPERS}


def numbers_on(text: str) -> list[int]:
    return [int(number) for number in re.findall(r'<tr id="e(\d+)">', text)]


def test_every_entry_is_a_sentence_newest_first(street: Street) -> None:
    exchange = street.helped(minutes=150)
    street.bank.do(ConfirmExchange(exchange=exchange), by=street.bo_id)

    page = street.ruth.get("/journal")
    shown = words_on(page)

    newest = street.views.as_of().number
    assert numbers_on(page.text) == list(range(newest, 0, -1))[:25]
    assert "Ana Sousa logged giving Bo Lindqvist 2 h 30 min of help on 21 November 2026 (Garden)." in shown
    assert f"Bo Lindqvist agreed to the exchange logged in entry {newest - 2}." in shown
    assert f"This page includes everything recorded up to entry {newest}." in shown


def test_an_entry_shows_who_typed_it_for_whom_and_how(street: Street) -> None:
    exchange = street.helped()
    chidi = Caller(new_command_id(), street.chidi_id, on_behalf=street.bo_id)
    street.bank.do(ConfirmExchange(exchange), by=chidi)

    shown = words_on(street.ruth.get("/journal"))

    assert "Chidi Eze for Bo Lindqvist" in shown
    assert "on the host’s command line" in shown


def test_entries_are_filtered_by_the_person_they_are_about(street: Street) -> None:
    street.helped()

    shown = words_on(street.ruth.get("/journal", params={"account": "bo lind"}))

    assert "About Bo Lindqvist." in shown and "logged giving Bo Lindqvist" in shown
    assert "Eve Adler" not in shown


def test_entries_are_filtered_by_type_actor_and_date(street: Street) -> None:
    street.helped()

    by_kind = words_on(street.ruth.get("/journal", params={"type": "group-formed"}))
    by_actor = street.ruth.get("/journal", params={"actor": street.ana_id})
    before = words_on(street.ruth.get("/journal", params={"to": "2026-11-21"}))
    since = street.ruth.get("/journal", params={"from": "2026-11-22"})

    assert "The group Weir garden was started." in by_kind and "was invited" not in by_kind
    assert len(numbers_on(by_actor.text)) == 2, "she joined the garden and reported the help"
    assert "No entries match." in before
    assert len(numbers_on(since.text)) == min(25, street.views.as_of().number)


def test_a_person_who_left_is_found_too(street: Street) -> None:
    assert "Lou Marsh left." in words_on(street.ruth.get("/journal", params={"account": "lou"}))


def test_a_group_and_the_host_are_found_by_identifier(street: Street) -> None:
    about_garden = words_on(street.ruth.get("/journal", params={"account": street.garden}))
    by_host = words_on(street.ruth.get("/journal", params={"actor": "host"}))

    assert "About Weir garden." in about_garden and "Ana Sousa joined Weir garden." in about_garden
    assert "Recorded by the host." in by_host


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"account": "Zebedee"}, "Nobody here is called “Zebedee”"),
        ({"actor": "e"}, "More than one person matches “e”"),
        ({"type": "exchange-updated"}, "Choose one of the answers"),
        ({"from": "yesterday"}, "Enter the date like this"),
        ({"before": "all"}, "Enter a whole number"),
        ({"account": "m-nobody"}, "This person was not found"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused_beside_its_field(
    street: Street, asked: dict[str, str], sentence: str
) -> None:
    answer = street.ruth.get("/journal", params=asked)

    assert (answer.status_code, sentence in words_on(answer)) == (422, True)


def test_older_and_newer_pages_meet_without_a_gap(street: Street) -> None:
    for minutes in range(1, 31):
        street.helped(minutes=minutes)
    newest = street.views.catch_up().number

    first = street.ruth.get("/journal")
    older = street.ruth.get(link(first.text, "next"))
    newer = street.ruth.get(link(older.text, "prev"))

    assert numbers_on(first.text) == list(range(newest, newest - 25, -1))
    assert numbers_on(older.text) == list(range(newest - 25, newest - 50, -1))
    assert numbers_on(newer.text) == numbers_on(first.text)
    assert link(newer.text, "prev") == "" and link(first.text, "prev") == ""


def test_the_filter_stays_on_every_page(street: Street) -> None:
    for minutes in range(1, 31):
        street.helped(minutes=minutes)

    first = street.ruth.get("/journal", params={"account": street.ana_id, "type": "exchange-reported"})
    older = street.ruth.get(link(first.text, "next"))

    assert len(numbers_on(older.text)) == 5 and "was invited" not in words_on(older)


def link(text: str, direction: str) -> str:
    """Return the address of the next or previous page; empty if there is none."""
    found = re.search(rf'href="([^"]*)" rel="{direction}"', text)
    return html.unescape(found[1]) if found else ""


def test_an_entry_shows_its_stored_bytes(street: Street) -> None:
    exchange = street.helped(note="Roses & <thorns>")
    number = street.views.catch_up().number
    stored = street.bank.log.from_position(street.bank.log.head() - 1, limit=1)[0]

    page = street.ruth.get(f"/journal/{number}")

    assert html.escape(stored.data.decode(), quote=False) in html.unescape(page.text).replace("&", "&amp;").replace(
        "<", "&lt;"
    ).replace(">", "&gt;")
    assert hashlib.sha256(b"\x00" + stored.data).hexdigest() in page.text
    assert "The stored bytes were read again a moment ago and have this fingerprint." in words_on(page)
    assert f"/exchanges/{exchange}" in page.text


def test_only_coordinators_read_the_notes_of_an_entry(street: Street) -> None:
    street.helped(note="Roses & <thorns>")
    number = street.views.catch_up().number

    auditor = street.ruth.get(f"/journal/{number}")
    coordinator = street.chidi.get(f"/journal/{number}")

    assert "Only coordinators can read them." in words_on(auditor) and "thorns" not in auditor.text
    assert "Roses & <thorns>" in words_on(coordinator) and "<thorns>" not in coordinator.text


def test_erased_notes_are_gone_here_too(street: Street) -> None:
    street.helped(note="Roses")
    number = street.views.catch_up().number
    stored = street.bank.log.from_position(street.bank.log.head() - 1, limit=1)[0]
    street.bank.people.drop(re.findall(r"[0-9a-f]{64}", stored.data.decode()))

    assert "No longer held." in words_on(street.chidi.get(f"/journal/{number}"))


def test_a_gift_and_a_membership_have_their_entries_too(street: Street) -> None:
    gift = street.gave(street.garden)
    number = street.views.catch_up().number

    assert f"/gifts/{gift}" in street.ruth.get(f"/journal/{number}").text
    assert "The community Riverside was started." in words_on(street.ruth.get("/journal/1"))


@pytest.mark.parametrize("number", ["0", "-1", "999999", "1e3", "٣", "9" * 40, "first"])
def test_an_entry_that_does_not_exist_is_not_found(street: Street, number: str) -> None:
    assert street.ruth.get(f"/journal/{number}").status_code == 404


def test_members_cannot_read_the_journal(street: Street) -> None:
    assert street.ana.get("/journal").status_code == street.ana.get("/journal/1").status_code == 403


def taken_back(street: Street) -> tuple[str, int]:
    """Log help that Chidi takes back at Bo's request; return it with the number of the entry that took it back."""
    exchange = street.helped(by=street.bo_id)
    street.bank.do(ReverseExchange(exchange=exchange, asked_by=street.bo_id, reason="Typed twice"), by=street.chidi_id)
    return exchange, street.views.catch_up().number


def test_a_correction_names_its_original_who_asked_and_who_agreed(street: Street) -> None:
    _, number = taken_back(street)

    page = street.ruth.get("/journal", params={"chapter": "corrections"})
    shown = words_on(page)

    assert numbers_on(page.text) == [number]
    assert f"Takes back entry {number - 1}." in shown
    assert "Bo Lindqvist asked to take it back, and Chidi Eze agreed." in shown
    assert "On the same day as the entry it corrects." in shown
    assert "Coordinators can read the reason." in shown and "Typed twice" not in page.text


def test_only_coordinators_read_why_something_was_taken_back(street: Street) -> None:
    taken_back(street)

    assert "Typed twice" in words_on(street.chidi.get("/journal", params={"chapter": "corrections"}))


def test_a_correction_and_its_original_link_to_each_other(street: Street) -> None:
    exchange, back = taken_back(street)
    legs = [help_given(street.ana_id, street.bo_id, 90, "garden")]
    corrects = ExchangeId(exchange)
    street.bank.do(ReportExchange(legs=tuple(legs), given_on=YESTERDAY, corrects=corrects), by=street.bo_id)
    again = street.views.catch_up().number - 1

    original, reversal, report = (street.ruth.get(f"/journal/{number}") for number in (back - 1, back, again))

    assert f"Taken back by entry {back}. Corrected by entry {again}." in words_on(original)
    assert f"Takes back entry {back - 1}. Corrected by entry {again}." in words_on(reversal)
    assert f"Corrects entry {back - 1}." in words_on(report)
    for page, other in ((original, back), (reversal, again), (report, back - 1)):
        assert f'href="/journal/{other}"' in page.text
    assert "Related entries" in words_on(reversal)


def test_a_withdrawn_gift_and_its_entry_link_to_each_other(street: Street) -> None:
    gift = street.gave()
    recorded = street.views.catch_up().number
    street.bank.do(WithdrawGift(gift=gift, reason="By mistake"), by=street.ana_id)

    assert f"Taken back by entry {recorded + 1}." in words_on(street.ruth.get(f"/journal/{recorded}"))
    assert f"Takes back entry {recorded}." in words_on(street.ruth.get(f"/journal/{recorded + 1}"))


def test_an_entry_says_when_it_happened_and_when_it_was_recorded(street: Street) -> None:
    street.helped()
    number = street.views.catch_up().number

    for shown in (words_on(street.ruth.get("/journal")), words_on(street.ruth.get(f"/journal/{number}"))):
        assert "21 November 2026" in shown and "22 November 2026" in shown


def test_a_topic_has_an_address_and_stays_on_every_page(street: Street) -> None:
    for _ in range(26):
        taken_back(street)

    first = street.ruth.get("/journal", params={"chapter": "corrections"})
    older = street.ruth.get(link(first.text, "next"))

    assert "Corrections · Entries" in words_on(first)
    assert len(numbers_on(first.text)) == 25 and len(numbers_on(older.text)) == 1


def test_an_unknown_topic_is_refused_beside_its_field(street: Street) -> None:
    answer = street.ruth.get("/journal", params={"chapter": "gossip"})

    assert (answer.status_code, "Choose one of the answers" in words_on(answer)) == (422, True)


def test_the_bytes_of_an_entry_are_compared_with_the_seal(street: Street) -> None:
    street.helped()
    unsealed = words_on(street.ruth.get("/journal/3"))
    street.neighbourhood.sealed()
    sealed = words_on(street.ruth.get("/journal/3"))
    street.helped()
    newer = words_on(street.ruth.get(f"/journal/{street.views.catch_up().number}"))

    assert "These are the bytes that were sealed." in sealed
    assert "that were sealed" not in unsealed and "that were sealed" not in newer


def test_an_entry_changed_in_the_database_raises_an_alarm(street: Street) -> None:
    street.neighbourhood.sealed()
    stranger = sqlite3.connect(street.bank.place.path / "log.db")
    stranger.execute("DROP TRIGGER entries_are_never_updated")
    stranger.execute(
        "UPDATE entries SET data = CAST(replace(CAST(data AS TEXT), '\"ver\":1', '\"ver\": 1') AS BLOB) WHERE position = 3"
    )
    stranger.commit()
    stranger.close()

    page = street.ruth.get("/journal/3")

    assert "These are not the bytes that were sealed" in words_on(page) and 'role="alert"' in page.text
    assert "These are the bytes that were sealed." in words_on(street.ruth.get("/journal/4"))


def test_without_hashes_an_entry_is_not_compared_with_the_seal(street: Street) -> None:
    street.neighbourhood.sealed()
    assert street.neighbourhood.seal is not None
    for level in street.neighbourhood.seal.glob("*/tree/level-*"):
        level.write_bytes(bytes(64))

    assert "that were sealed" not in words_on(street.ruth.get("/journal/3"))
