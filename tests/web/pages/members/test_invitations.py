"""Inviting and welcoming people."""

import pytest

from ledger.identifiers import MemberId
from tests.web.pages.conftest import Street
from tests.web.pages.reader import send, words_on
from tests.web.routes import COORDINATORS, Attempt, Found, SecondAttempts

FOUND: Found = {"show_invitation": COORDINATORS, "invite": COORDINATORS, "welcome": COORDINATORS}
NO_SECOND_ATTEMPT: set[str] = {"welcome"}


def invite(street: Street) -> Attempt:
    return Attempt(street.chidi, "/members/new", "/members", {"name": ""}, {"name": "Newt Hale"})


SECOND_ATTEMPTS: SecondAttempts = (invite,)

NEWT = {"name": "Newt Hale", "email": "newt@example.org", "phone": "01632 960 199"}


def invited(street: Street, /, **typed: str) -> MemberId:
    answer = send(street.chidi, street.chidi.get("/members/new"), "/members", **(NEWT | typed))
    assert answer.status_code == 303, words_on(answer)
    return MemberId(answer.headers["location"].removeprefix("/members/").partition("?")[0])


def test_a_coordinator_invites_and_then_welcomes_somebody(street: Street) -> None:
    newt = invited(street)
    page = street.chidi.get(f"/members/{newt}?done=invited")
    assert "Invited. They will become a member when you welcome them." in words_on(page)
    assert not street.bank.member(newt).is_active

    answer = send(street.chidi, page, f"/members/{newt}/welcome")

    assert "Welcomed. They are now a member." in words_on(street.chidi.get(answer.headers["location"]))
    assert street.bank.member(newt).is_active
    assert street.bank.people.member_with_address("newt@example.org") == newt


def test_a_name_is_enough_to_invite_someone(street: Street) -> None:
    newt = invited(street, email="", phone="")

    assert "No email address or phone number" in words_on(street.chidi.get(f"/members/{newt}"))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "Enter a name"),
        ({"name": "   "}, "Enter a name"),
        ({"name": "x" * 101}, "Use no more than 100 characters"),
        ({"name": "Newt\x00"}, "characters that cannot be saved"),
        ({"name": "Newt\u200b Hale"}, "U+200B (zero width space)"),
        ({"email": "newt"}, "Enter an email address like ana@example.org"),
        ({"email": "newt hale@example.org"}, "Enter an email address like ana@example.org"),
        ({"email": "ANA@example.org"}, "Someone already uses this email address"),
    ],
)
def test_a_mistake_is_shown_beside_its_field_and_nothing_typed_is_lost(
    street: Street, typed: dict[str, str], sentence: str
) -> None:
    answer = send(street.chidi, street.chidi.get("/members/new"), "/members", **(NEWT | typed))

    assert answer.status_code == 422
    assert sentence in words_on(answer)
    assert 'value="01632 960 199"' in answer.text
    assert street.views.members.totals().invited == 0


def test_half_a_character_is_refused_beside_its_field(street: Street) -> None:
    body = b"command=a-command-of-this-test&name=%ED%A0%80"

    answer = street.chidi.post("/members", content=body, headers={"content-type": "application/x-www-form-urlencoded"})

    assert (answer.status_code, "characters that cannot be saved" in words_on(answer)) == (422, True)


def test_sending_the_same_form_twice_invites_once(street: Street) -> None:
    form = street.chidi.get("/members/new")

    first, second = (send(street.chidi, form, "/members", **NEWT) for _ in range(2))

    assert first.headers["location"] == second.headers["location"]
    assert street.views.members.totals().invited == 1


def test_a_form_without_a_command_is_refused(street: Street) -> None:
    assert street.chidi.post("/members", data=NEWT).status_code == 400


def test_a_member_cannot_be_welcomed_twice(street: Street) -> None:
    newt = invited(street)
    page = street.chidi.get(f"/members/{newt}")
    send(street.chidi, page, f"/members/{newt}/welcome")

    answer = street.chidi.post(f"/members/{newt}/welcome", data={"command": "another-command-id"})

    assert (answer.status_code, "already a member" in words_on(answer)) == (422, True)


def test_members_cannot_invite_or_welcome(street: Street) -> None:
    for path in ("/members", f"/members/{street.bo_id}/welcome"):
        assert street.ana.post(path, data=NEWT | {"command": "a-command-of-this-test"}).status_code == 403
    assert street.ana.get("/members/new").status_code == 403


def test_a_coordinator_sees_that_two_names_look_the_same(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as before:
        before.setattr("ledger.members.commands.checked_name", str)  # earlier versions took every name
        old = invited(street, name="José Hale", email="")
    new = invited(street, name="Jose\u0301 Hale", email="")
    send(street.chidi, street.chidi.get(f"/members/{new}"), f"/members/{new}/welcome")

    page, listed = street.chidi.get(f"/members/{new}"), street.chidi.get("/members?name=Hale")

    assert f'href="/members/{old}"' in page.text and "looks the same" in words_on(page)
    assert words_on(listed).count("looks the same") == 2
    assert f'href="/members/{old}"' not in street.ana.get(f"/members/{new}").text
    assert "looks the same" not in words_on(street.ana.get("/members?name=Hale"))
