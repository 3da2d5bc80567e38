"""The list of members, one member's page, and leaving."""

import pytest

from ledger.members.commands import InviteMember
from ledger.members.facts import MemberInvited
from ledger.personal_data.store import PersonalText
from tests.web.pages.conftest import Street
from tests.web.pages.reader import send, words_on
from tests.web.routes import COORDINATORS, MEMBERS, THE_MEMBER, Attempt, Found, SecondAttempts, of_the_only_coordinator

FOUND: Found = {
    "show_members": MEMBERS,
    "show_member": MEMBERS,
    "show_departure": THE_MEMBER | COORDINATORS,
    "leave": THE_MEMBER | COORDINATORS,
}


def leave(street: Street) -> Attempt:
    return of_the_only_coordinator(street, "/departure", "/departure")


SECOND_ATTEMPTS: SecondAttempts = (leave,)


def test_members_are_listed_by_name(street: Street) -> None:
    shown = words_on(street.ana.get("/members"))

    names = ["Ana Sousa", "Bo Lindqvist", "Chidi Eze", "Eve Adler", "Ruth Okafor"]
    assert [shown.index(name) for name in names] == sorted(shown.index(name) for name in names)
    assert "5 members" in shown
    assert "Lou Marsh" not in shown, "who has left is not looked for"


@pytest.mark.parametrize("part", ["lind", "LINDQVIST", "  bo ", "líndqvist"])
def test_part_of_a_name_finds_a_member_in_any_case_and_with_any_accents(street: Street, part: str) -> None:
    shown = words_on(street.ana.get("/members", params={"name": part}))

    assert "Bo Lindqvist" in shown
    assert "Eve Adler" not in shown


def test_a_search_without_result_suggests_a_shorter_part(street: Street) -> None:
    assert "Try a shorter part of it" in words_on(street.ana.get("/members", params={"name": "zzz"}))


def test_more_than_fifty_names_continue_on_another_page(street: Street) -> None:
    for number in range(48):
        street.neighbourhood.welcomed(f"Neighbour {number:02}", "")

    first = street.ana.get("/members")
    after = first.text.split('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    second = words_on(street.ana.get(after))

    assert "Neighbour 45" in words_on(first) and "Neighbour 46" not in words_on(first)
    assert "Neighbour 46" in second and "Ruth Okafor" in second and "Neighbour 45" not in second
    assert "Back to the start" in second


def test_a_name_that_no_entry_proves_is_not_shown(street: Street) -> None:
    street.bank.people.seal([PersonalText(street.ana_id, "name", "Somebody Else")])

    assert "Somebody Else" not in words_on(street.bo.get("/members"))


def test_only_coordinators_see_people_who_are_invited(street: Street) -> None:
    newcomer = street.bank.do(InviteMember(name="Newt Hale"), by=street.chidi_id).fact(MemberInvited).member

    assert "invited, not welcomed yet" in words_on(street.chidi.get("/members"))
    assert "Newt Hale" not in words_on(street.ana.get("/members"))
    assert street.chidi.get(f"/members/{newcomer}").status_code == 200
    assert street.ana.get(f"/members/{newcomer}").status_code == 404


def test_a_neighbour_sees_what_was_between_the_two_of_them(street: Street) -> None:
    street.helped(by=street.bo_id, minutes=150)
    street.helped(minutes=45)

    page = street.ana.get(f"/members/{street.bo_id}")
    shown = words_on(page)

    assert "Member since 22 November 2026" in shown
    assert "You gave 2 h 30 min: Garden" in shown
    assert "You gave 45 min: Garden waiting for their answer" in shown
    assert f"/exchanges/new?with={street.bo_id}" in page.text


def test_a_neighbour_sees_neither_hours_nor_contact_details(street: Street) -> None:
    street.helped(by=street.bo_id, minutes=150)

    shown = words_on(street.eve.get(f"/members/{street.bo_id}"))

    assert "2 h 30 min" not in shown and "Hours and gifts" not in shown
    assert "bo@example.org" not in shown
    assert "Nothing yet. What you log with each other will appear here" in shown


def test_members_see_their_own_hours_and_contact_details(street: Street) -> None:
    street.helped(by=street.bo_id, minutes=150)

    shown = words_on(street.ana.get(f"/members/{street.ana_id}"))

    assert "2 h 30 min" in shown and "to 1 person" in shown
    assert "ana@example.org" in shown
    assert "Log hours or a gift with them" not in shown and "Between the two of you" not in shown


def test_an_auditor_sees_hours_but_no_contact_details(street: Street) -> None:
    street.helped(by=street.bo_id, minutes=150)

    page = street.ruth.get(f"/members/{street.ana_id}")

    assert "2 h 30 min" in words_on(page)
    assert f"/statements/{street.ana_id}" in page.text
    assert "ana@example.org" not in page.text


def test_a_coordinator_sees_hours_contact_details_and_actions(street: Street) -> None:
    shown = words_on(street.chidi.get(f"/members/{street.ana_id}"))

    for words in ("ana@example.org", "Hours and gifts", "Choose a role", "Record that they are leaving"):
        assert words in shown


def test_the_page_of_a_person_who_left_says_so(street: Street) -> None:
    shown = words_on(street.ana.get(f"/members/{street.neighbourhood.lou}"))

    assert "Has left" in shown
    assert "Log hours or a gift with them" not in shown


@pytest.mark.parametrize("member", ["m-nobody", "nobody", "..%2F..", "g-garden"])
def test_an_invented_address_of_a_member_is_not_found(street: Street, member: str) -> None:
    assert street.chidi.get(f"/members/{member}").status_code == 404


def test_leaving_is_explained_before_it_happens(street: Street) -> None:
    street.helped()

    shown = words_on(street.ana.get(f"/members/{street.ana_id}/departure"))

    assert "You will be signed out on every device" in shown
    assert "1 exchange is still waiting for an answer" in shown
    assert street.bank.member(street.ana_id).is_active, "looking changes nothing"


def test_a_member_who_leaves_is_signed_out_straight_away(street: Street) -> None:
    path = f"/members/{street.ana_id}/departure"

    answer = send(street.ana, street.ana.get(path), path)

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?done=left")
    assert street.bank.member(street.ana_id).has_left
    assert street.ana.get("/members").headers["location"].startswith("/sign-in")


def test_a_coordinator_records_that_someone_is_leaving(street: Street) -> None:
    path = f"/members/{street.bo_id}/departure"

    answer = send(street.chidi, street.chidi.get(path), path)
    shown = words_on(street.chidi.get(answer.headers["location"]))

    assert "They have left. Their hours stay on record." in shown


def test_members_cannot_record_that_another_is_leaving(street: Street) -> None:
    assert street.ana.get(f"/members/{street.bo_id}/departure").status_code == 403
    assert street.ana.post(f"/members/{street.bo_id}/departure").status_code == 403


def test_the_only_coordinator_cannot_leave(street: Street) -> None:
    path = f"/members/{street.chidi_id}/departure"

    answer = send(street.chidi, street.chidi.get(path), path)

    assert answer.status_code == 422
    assert "This is the only coordinator. Make someone else a coordinator first." in words_on(answer)


def test_a_person_who_left_cannot_leave_again(street: Street) -> None:
    path = f"/members/{street.bo_id}/departure"
    form = street.chidi.get(path)
    send(street.chidi, form, path)

    again = send(street.chidi, form, path)
    fresh = street.chidi.post(path, data={"command": "another-command-id"})

    assert again.status_code == 303, "the same form sent twice is one departure"
    assert (fresh.status_code, "has already left" in words_on(fresh)) == (422, True)
