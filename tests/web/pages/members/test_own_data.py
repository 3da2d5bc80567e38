"""Everything we hold about a member, in files that only they can download."""

import msgspec

from ledger.deciding.requests import Caller
from ledger.exchanges.commands import DeclineExchange, ReverseExchange
from ledger.gifts.commands import RecordGift
from ledger.identifiers import AccountId, new_command_id
from tests.web.pages.conftest import Street
from tests.web.pages.reader import words_on
from tests.web.routes import THE_MEMBER, Found

FOUND: Found = {
    "show_data": THE_MEMBER,
    "data_as_html": THE_MEMBER,
    "data_as_json": THE_MEMBER,
    "own_words_receipt": THE_MEMBER,
}


def data_of(street: Street) -> dict[str, object]:
    return msgspec.json.decode(street.ana.get(f"/members/{street.ana_id}/data.json").content)


def test_the_page_says_what_the_file_holds(street: Street) -> None:
    street.helped(note="Roses")

    page = street.ana.get(f"/members/{street.ana_id}/data")
    shown = words_on(page)

    assert "Ana Sousa" in shown and "ana@example.org" in shown and "Weir garden" in shown
    assert f"/members/{street.ana_id}/data.html" in page.text


def test_every_page_links_to_the_readers_own_page(street: Street) -> None:
    foot = street.ana.get("/").text.partition("<footer")[2]

    assert f'You are signed in as <a href="/members/{street.ana_id}">' in foot
    assert f'href="/members/{street.ana_id}/data"' in street.ana.get(f"/members/{street.ana_id}").text


def test_the_readable_file_holds_every_entry_and_all_notes(street: Street) -> None:
    exchange = street.helped(note="Roses")
    decline = Caller(id=new_command_id(), by=street.bo_id)
    street.bank.do(DeclineExchange(exchange=exchange, reason="It was Saturday"), by=decline)
    street.gave(note="Soup")

    answer = street.ana.get(f"/members/{street.ana_id}/data.html")
    shown = words_on(answer)

    assert answer.headers["content-disposition"] == 'attachment; filename="my-data.html"'
    for words in ("Ana Sousa was invited", "Roses", "It was Saturday", "Soup", "Bo Lindqvist did not agree"):
        assert words in shown
    assert "/journal/" not in answer.text and 'href="#entry-' in answer.text, "links lead within the file"
    assert "<script" not in answer.text and "src=" not in answer.text, "it loads nothing"


def test_the_file_for_programs_says_the_same(street: Street) -> None:
    exchange = street.helped(by=street.bo_id, note="Hedge")

    data = data_of(street)

    assert (data["name"], data["email"], data["given_minutes"]) == ("Ana Sousa", "ana@example.org", 150)
    assert [group["name"] for group in data["groups"]] == ["Weir garden"]  # type: ignore[index, attr-defined]
    entries = data["entries"]
    assert isinstance(entries, list)
    assert [entry["number"] for entry in entries] == sorted(entry["number"] for entry in entries)
    (reported,) = [entry for entry in entries if entry["words"] == {"note": "Hedge"}]
    assert reported["exchange"] == exchange
    assert reported["by"] == "Bo Lindqvist"


def test_the_file_holds_nothing_about_what_others_did_without_them(street: Street) -> None:
    street.bank.do(
        RecordGift(
            giver=street.bo_id,
            receiver=AccountId(street.garden),
            category=next(iter(street.bank.agreements.category_keys)),
            given_on=street.neighbourhood.clock().date(),
            note="Bo's own words",
        ),
        by=street.bo_id,
    )

    assert "own words" not in street.ana.get(f"/members/{street.ana_id}/data.html").text


def test_what_a_coordinator_typed_for_others_is_listed_without_details(street: Street) -> None:
    exchange = street.helped(by=street.bo_id, note="Hedge")
    street.bank.do(
        ReverseExchange(exchange=exchange, asked_by=street.bo_id, reason="Bo rang me up"), by=street.chidi_id
    )

    shown = words_on(street.chidi.get(f"/members/{street.chidi_id}/data.html"))

    assert "Exchange taken back" in shown and "Bo rang me up" in shown, "the words are Chidi's"
    assert "Hedge" not in shown and "Ana Sousa" not in shown


def test_only_the_member_can_download_their_data(street: Street) -> None:
    for browser in (street.bo, street.chidi, street.ruth):
        for path in ("data", "data.html", "data.json"):
            assert browser.get(f"/members/{street.ana_id}/{path}").status_code == 403


def test_a_long_history_is_complete(street: Street) -> None:
    for number in range(210):
        street.helped(minutes=1, by=street.bo_id, note=f"note {number}")

    data = data_of(street)

    notes = [entry["words"]["note"] for entry in data["entries"] if entry["words"].get("note")]  # type: ignore[attr-defined]
    assert notes == [f"note {number}" for number in range(210)]
