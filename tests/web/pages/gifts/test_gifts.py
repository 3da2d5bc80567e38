"""Gifts: to a neighbour, a group or everybody; counted, and no hours moved."""

import pytest

from ledger.identifiers import COMMUNITY, AccountId
from tests.web.pages.conftest import Street
from tests.web.pages.reader import form_on, send, words_on


@pytest.mark.parametrize(("to", "said"), [("garden", "Weir garden"), ("community", "the whole community")])
def test_a_gift_to_a_group_or_to_everybody(street: Street, to: str, said: str) -> None:
    receiver = street.garden if to == "garden" else COMMUNITY
    page = send(street.ana, street.ana.get("/gifts/new"), "/gifts/new", other=receiver, category="food")
    assert f"You gave a gift to {said} on Sunday 22 November 2026. Kind of help: Meals and food." in words_on(page)

    done = send(street.ana, page, "/gifts")

    assert done.status_code == 303
    assert "Nobody’s hours changed" in words_on(street.ana.get(done.headers["location"]))
    assert street.views.balances.of(AccountId(street.ana_id)).gifts_given == 1
    assert street.views.balances.of(AccountId(street.ana_id)).given == 0


def test_the_one_who_received_may_log_it(street: Street) -> None:
    typed = {"way": "received", "other_name": "Ana", "category": "food"}
    page = send(street.bo, street.bo.get("/gifts/new"), "/gifts/new", **typed)

    assert "Ana Sousa gave you a gift" in words_on(page)
    done = send(street.bo, page, "/gifts")
    assert "Bo Lindqvist logged the gift." in words_on(street.ana.get(done.headers["location"]))


def test_a_coordinator_logs_a_gift_for_two_others(street: Street) -> None:
    form = street.chidi.get("/gifts/new?for=others")
    typed = {"other_name": "Ana", "second": COMMUNITY, "category": "food"}

    page = send(street.chidi, form, "/gifts/new", **typed)

    assert "Ana Sousa gave a gift to the whole community" in words_on(page)


def test_mistakes_are_told_and_everything_is_kept(street: Street) -> None:
    typed = {"given_on": "2026-12-24", "note": "Two trays of baklava"}

    page = send(street.ana, street.ana.get("/gifts/new"), "/gifts/new", **typed)

    words = words_on(page)
    assert page.status_code == 422
    assert "Choose a person" in words and "Choose a kind of help" in words and "in the future" in words
    assert form_on(page, "/gifts/new").fields["note"] == "Two trays of baklava"


def test_an_unknown_group_is_refused(street: Street) -> None:
    page = send(street.ana, street.ana.get("/gifts/new"), "/gifts/new", other="g-nothing", category="food")

    assert page.status_code == 422 and "This group was not found" in words_on(page)


def test_the_same_form_sent_twice_is_one_gift(street: Street) -> None:
    page = send(street.ana, street.ana.get("/gifts/new"), "/gifts/new", other=COMMUNITY, category="food")

    first, second = (send(street.ana, page, "/gifts") for _ in range(2))
    other = send(street.ana, page, "/gifts", category="garden")

    assert first.headers["location"] == second.headers["location"]
    assert other.status_code == 422 and "already been used for something else" in words_on(other)
    assert street.views.balances.of(AccountId(street.ana_id)).gifts_given == 1


def test_change_something_leads_back_to_the_form_as_it_was(street: Street) -> None:
    page = send(street.ana, street.ana.get("/gifts/new"), "/gifts/new", other=street.garden, category="food")

    again = street.ana.post("/gifts/new", data=form_on(page, "/gifts").fields | {"change": "yes"})

    assert again.status_code == 200
    kept = form_on(again, "/gifts/new").fields
    assert (kept["other"], kept["category"]) == (street.garden, "food")


def test_a_gift_is_seen_by_those_it_was_for(street: Street) -> None:
    to_bo, to_garden, to_all = street.gave(), street.gave(street.garden), street.gave(COMMUNITY)

    def who_sees(gift: str) -> set[str]:
        names = ("ana", "bo", "eve", "chidi", "ruth")
        return {name for name in names if getattr(street, name).get(f"/gifts/{gift}").status_code == 200}

    assert who_sees(to_bo) == {"ana", "bo", "chidi", "ruth"}
    assert who_sees(to_garden) == {"ana", "chidi", "ruth"}
    assert who_sees(to_all) == {"ana", "bo", "eve", "chidi", "ruth"}
    assert street.ana.get("/gifts/f-nothing").status_code == 404


def test_a_gift_is_taken_back_once_with_a_word_of_why(street: Street) -> None:
    gift = street.gave()
    page = street.ana.get(f"/gifts/{gift}")

    without = send(street.ana, page, f"/gifts/{gift}/withdrawal")
    done = send(street.ana, page, f"/gifts/{gift}/withdrawal", reason="Logged twice")
    again = street.bo.post(f"/gifts/{gift}/withdrawal", data={"reason": "Me too"})

    assert without.status_code == 422 and "Give a reason in a few words" in words_on(without)
    assert done.headers["location"] == f"/gifts/{gift}?done=taken-back"
    assert "Ana Sousa took it back. Logged twice" in words_on(street.bo.get(f"/gifts/{gift}"))
    assert again.status_code == 422 and "This gift has already been taken back." in words_on(again)


def test_the_note_of_a_gift_is_for_those_it_was_for(street: Street) -> None:
    gift = street.gave(street.garden, note="Two trays of baklava")

    assert "baklava" in words_on(street.ana.get(f"/gifts/{gift}"))
    assert "baklava" not in words_on(street.ruth.get(f"/gifts/{gift}"))
