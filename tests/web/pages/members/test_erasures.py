"""Requesting an erasure, and confirming it."""

import pytest

from ledger.erasure.commands import EraseMember, WithdrawErasure
from ledger.identifiers import HOST, MemberId, new_command_id
from ledger.members.commands import GiveRole
from tests.web.neighbourhood import Browser
from tests.web.pages.conftest import Street
from tests.web.pages.reader import send, words_on
from tests.web.routes import COORDINATORS, THE_MEMBER, Attempt, Found, SecondAttempts, of_the_only_coordinator

FOUND: Found = {
    "show_erasure": THE_MEMBER | COORDINATORS,
    "ask_erasure": THE_MEMBER | COORDINATORS,
    "withdraw_erasure": THE_MEMBER | COORDINATORS,
    "erase": COORDINATORS,
}
NO_SECOND_ATTEMPT: set[str] = {"withdraw_erasure", "erase"}


def ask_erasure(street: Street) -> Attempt:
    return of_the_only_coordinator(street, "/erasure", "/erasure-request")


SECOND_ATTEMPTS: SecondAttempts = (ask_erasure,)


def asked(street: Street, member: MemberId, browser: Browser) -> None:
    """Send the request from the page that explains it."""
    answer = send(browser, browser.get(f"/members/{member}/erasure"), f"/members/{member}/erasure-request")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/members/{member}?done=asked_to_be_erased")


def confirmed(street: Street, member: MemberId) -> str:
    path = f"/members/{member}/erasure"
    answer = send(street.chidi, street.chidi.get(path), path)
    assert answer.status_code == 303, answer.text
    return words_on(street.chidi.get(answer.headers["location"]))


def test_a_member_reads_what_an_erasure_deletes_and_requests_it(street: Street) -> None:
    street.helped(note="Roses")
    page = words_on(street.ana.get(f"/members/{street.ana_id}/erasure"))

    assert "Your name, everywhere. Pages will say “a former member” instead." in page
    assert "1 note or reason you wrote." in page
    assert "Other people’s hours depend on it." in page
    assert "1 exchange is still waiting for an answer." in page
    assert not street.bank.member(street.ana_id).erasure_asked_by, "looking changes nothing"

    asked(street, street.ana_id, street.ana)

    assert "You asked for this on 22 November 2026." in words_on(street.ana.get(f"/members/{street.ana_id}/erasure"))
    assert "Erasure requested" in words_on(street.ana.get(f"/members/{street.ana_id}"))


def test_a_coordinator_finds_the_request_and_reads_exactly_what_will_be_erased(street: Street) -> None:
    street.helped(by=street.bo_id, note="Ana cut the hedge")
    street.helped(note="Roses")
    assert "Requests to be erased" not in words_on(street.chidi.get("/coordinator"))
    asked(street, street.ana_id, street.ana)

    desk = street.chidi.get("/coordinator")
    page = words_on(street.chidi.get(f"/members/{street.ana_id}/erasure"))

    assert "Requests to be erased" in words_on(desk) and f"/members/{street.ana_id}/erasure" in desk.text
    assert "They asked for this on 22 November 2026." in page
    assert "1 note or reason they wrote." in page
    assert "1 note or reason that other people wrote about help with them." in page


def test_after_confirmation_they_are_a_former_member_everywhere(street: Street) -> None:
    exchange = street.helped(by=street.bo_id, note="Ana cut the hedge")
    asked(street, street.ana_id, street.ana)

    shown = confirmed(street, street.ana_id)

    assert "Erased. They are now shown as a former member." in shown
    assert "Has left, and their personal data has been erased." in shown
    assert street.ana.get("/").headers["location"].startswith("/sign-in"), "signed out at once"
    assert "ana@example.org" not in shown and "Ana" not in shown
    theirs = words_on(street.bo.get(f"/exchanges/{exchange}"))
    assert "a former member" in theirs and "Ana" not in theirs
    assert "2 h 30 min" in theirs, "the hours stay"
    assert "Ana" not in words_on(street.bo.get("/members"))
    assert "was erased on 22 November 2026" in words_on(street.chidi.get(f"/members/{street.ana_id}/erasure"))
    assert "Requests to be erased" not in words_on(street.chidi.get("/coordinator"))


def test_the_journal_records_the_erasure_without_a_name(street: Street) -> None:
    asked(street, street.ana_id, street.ana)
    confirmed(street, street.ana_id)

    journal = words_on(street.ruth.get("/journal"))

    assert "A former member asked for it, and Chidi Eze confirmed it. Their personal data was erased." in journal
    assert "Ana" not in journal


def test_a_coordinator_cannot_erase_somebody_alone(street: Street) -> None:
    path = f"/members/{street.bo_id}/erasure"
    asked(street, street.bo_id, street.chidi)

    page = street.chidi.get(path)
    sent = street.chidi.post(path, data={"command": new_command_id()})

    assert f'action="{path}"' not in page.text and "Chidi Eze passed on their request on 22 November 2026." in words_on(
        page
    )
    assert sent.status_code == 422 and street.bank.member(street.bo_id).is_active
    assert street.bo.get("/").status_code == 200


def test_another_coordinator_confirms_a_request_made_by_phone(street: Street) -> None:
    asked(street, street.bo_id, street.chidi)
    assert "Chidi Eze for Bo Lindqvist" in words_on(street.ruth.get("/journal"))

    street.bank.do(EraseMember(member=street.bo_id), by=HOST)

    assert "Has left, and their personal data has been erased." in words_on(
        street.chidi.get(f"/members/{street.bo_id}")
    )


@pytest.mark.parametrize("who", ["ana", "chidi"])
def test_the_member_or_a_coordinator_can_withdraw_the_request(street: Street, who: str) -> None:
    asked(street, street.ana_id, street.ana)
    browser: Browser = getattr(street, who)
    path = f"/members/{street.ana_id}/erasure"

    answer = send(browser, browser.get(path), f"{path}-request/withdrawal")

    assert "Request withdrawn. Nothing has been erased." in words_on(browser.get(answer.headers["location"]))
    assert street.bank.member(street.ana_id).erasure_asked_by is None


def test_the_data_of_a_person_who_left_is_erased_by_two_people(street: Street) -> None:
    lou = street.neighbourhood.lou
    asked(street, lou, street.chidi)

    street.bank.do(EraseMember(member=lou), by=HOST)

    assert "A former member had left, and the host erased their personal data." in words_on(street.ruth.get("/journal"))


def test_a_coordinator_cannot_confirm_their_own_erasure(street: Street) -> None:
    street.bank.do(GiveRole(member=street.ana_id, role="coordinator"), by=street.chidi_id)
    asked(street, street.ana_id, street.ana)

    page = street.ana.get(f"/members/{street.ana_id}/erasure")
    answer = street.ana.post(f"/members/{street.ana_id}/erasure", data={"command": new_command_id()})

    assert f'action="/members/{street.ana_id}/erasure"' not in page.text
    assert answer.status_code == 422
    assert "You cannot confirm your own erasure. Ask another coordinator or the host." in words_on(answer)


def test_the_only_coordinator_cannot_be_erased(street: Street) -> None:
    path = f"/members/{street.chidi_id}/erasure"

    answer = send(street.chidi, street.chidi.get(path), f"{path}-request")

    assert answer.status_code == 422
    assert "Make someone else a coordinator first." in words_on(answer)


def test_members_cannot_erase_each_other(street: Street) -> None:
    asked(street, street.ana_id, street.ana)
    for browser in (street.bo, street.eve, street.ruth):
        assert browser.get(f"/members/{street.ana_id}/erasure").status_code == 403
        for path in ("erasure", "erasure-request", "erasure-request/withdrawal"):
            sent = browser.post(f"/members/{street.ana_id}/{path}", data={"command": new_command_id()})
            assert sent.status_code == 403
    sent = street.ana.post(f"/members/{street.ana_id}/erasure", data={"command": new_command_id()})
    assert sent.status_code == 403, "asking is theirs, confirming is not"


def test_confirming_a_withdrawn_request_explains_that(street: Street) -> None:
    asked(street, street.ana_id, street.ana)
    path = f"/members/{street.ana_id}/erasure"
    form = street.chidi.get(path)
    street.bank.do(WithdrawErasure(member=street.ana_id), by=street.ana_id)

    answer = send(street.chidi, form, path)

    assert answer.status_code == 422
    assert "There is no request for this at the moment." in words_on(answer)


def test_sending_the_same_form_twice_is_one_erasure(street: Street) -> None:
    asked(street, street.ana_id, street.ana)
    path = f"/members/{street.ana_id}/erasure"
    form = street.chidi.get(path)
    send(street.chidi, form, path)

    again = send(street.chidi, form, path)
    fresh = street.chidi.post(path, data={"command": new_command_id()})

    assert again.status_code == 303
    assert (fresh.status_code, "has already been erased" in words_on(fresh)) == (422, True)
