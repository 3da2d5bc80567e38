"""Who can see who I help: each member's own choice."""

import pytest

from tests.web.pages.conftest import Street
from tests.web.pages.reader import form_on, send, words_on
from tests.web.routes import THE_MEMBER, Attempt, Found, SecondAttempts

FOUND: Found = {"choose_visibility": THE_MEMBER}


def choose_visibility(street: Street) -> Attempt:
    ana = f"/members/{street.ana_id}"
    return Attempt(street.ana, ana, f"{ana}/visibility", {"sees": ""}, {"sees": "groups"})


SECOND_ATTEMPTS: SecondAttempts = (choose_visibility,)


def test_until_a_member_chooses_only_the_two_people_can_see_it(street: Street) -> None:
    page = street.ana.get(f"/members/{street.ana_id}")

    assert form_on(page, f"/members/{street.ana_id}/visibility").fields["sees"] == "nobody"
    for words in ("Who can see who I help", "Only the other person and me", "Only you can choose this", "at any time"):
        assert words in words_on(page)


def test_a_member_chooses_and_changes_their_mind(street: Street) -> None:
    path = f"/members/{street.ana_id}"

    for sees in ("groups", "coordinators", "nobody"):
        answer = send(street.ana, street.ana.get(path), f"{path}/visibility", sees=sees)
        page = street.ana.get(answer.headers["location"])

        assert "Saved. You can change this at any time." in words_on(page)
        assert form_on(page, f"{path}/visibility").fields["sees"] == sees
        assert street.bank.member(street.ana_id).sees == sees


def test_only_the_member_can_choose(street: Street) -> None:
    asked = {"command": "a-command-of-this-test", "sees": "groups"}
    path = f"/members/{street.ana_id}"

    for browser in (street.bo, street.chidi, street.ruth):
        assert browser.post(f"{path}/visibility", data=asked).status_code == 403
        assert f"{path}/visibility" not in browser.get(path).text, "nor does their page offer it"
        assert "Who can see who I help" not in words_on(browser.get(path))

    assert street.bank.member(street.ana_id).sees == "nobody"


@pytest.mark.parametrize(
    ("typed", "sentence"), [({}, "Choose who can see it"), ({"sees": "everybody"}, "Choose one of the answers")]
)
def test_one_of_the_three_answers_has_to_be_chosen(street: Street, typed: dict[str, str], sentence: str) -> None:
    answer = street.ana.post(f"/members/{street.ana_id}/visibility", data={"command": "a-command-of-this-test"} | typed)

    assert (answer.status_code, sentence in words_on(answer)) == (422, True)
    assert street.bank.member(street.ana_id).sees == "nobody"


def test_saving_the_same_choice_again_records_nothing(street: Street) -> None:
    path = f"/members/{street.ana_id}"
    page = street.ana.get(path)
    send(street.ana, page, f"{path}/visibility", sees="groups")
    head = street.bank.log.head()

    again = send(street.ana, page, f"{path}/visibility", sees="groups")
    same = send(street.ana, street.ana.get(path), f"{path}/visibility", sees="groups")

    assert (again.status_code, same.status_code) == (303, 303)
    assert street.bank.log.head() == head


def test_a_mistake_in_another_form_of_the_page_leaves_the_choice_as_it_is(street: Street) -> None:
    path = f"/members/{street.chidi_id}"
    send(street.chidi, street.chidi.get(path), f"{path}/visibility", sees="coordinators")

    answer = send(street.chidi, street.chidi.get(path), f"{path}/roles")

    assert answer.status_code == 422
    assert form_on(answer, f"{path}/visibility").fields["sees"] == "coordinators"
