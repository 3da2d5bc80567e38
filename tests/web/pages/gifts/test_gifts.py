"""Gifts to a neighbour, a group or everyone. They are counted, and change nobody's hours."""

import pytest

from ledger.identifiers import COMMUNITY, AccountId
from tests.web.pages.conftest import Street
from tests.web.pages.reader import actions_on, form_on, mistakes_on, send, words_on
from tests.web.routes import COORDINATORS, MEMBERS, THE_MEMBER, Attempt, Found, SecondAttempts

FOUND: Found = {
    "show_gift_form": MEMBERS,
    "check_gift": MEMBERS,
    "record_gift": MEMBERS,
    "show_gift": MEMBERS,
    "withdraw_gift": THE_MEMBER | COORDINATORS,
}
NO_SECOND_ATTEMPT: set[str] = {"record_gift"}


GIFT = {"other_name": "Bo", "category": "food"}


def check_gift(street: Street) -> Attempt:
    return Attempt(street.ana, "/gifts/new", "/gifts/new", GIFT | {"other_name": ""}, GIFT)


def withdraw_gift(street: Street) -> Attempt:
    gift = street.gave()
    return Attempt(street.ana, f"/gifts/{gift}", f"/gifts/{gift}/withdrawal", {"reason": ""}, {"reason": "By mistake"})


SECOND_ATTEMPTS: SecondAttempts = (check_gift, withdraw_gift)


@pytest.mark.parametrize("to", ["garden", "community"])
def test_a_gift_to_a_group_or_to_everyone_counts_and_changes_no_hours(street: Street, to: str) -> None:
    receiver = street.garden if to == "garden" else COMMUNITY
    page = send(street.ana, street.ana.get("/gifts/new"), "/gifts/new", other=receiver, category="food")
    assert "/gifts" in actions_on(page) and "Meals and food" in words_on(page)

    done = send(street.ana, page, "/gifts")

    assert done.status_code == 303 and done.headers["location"].endswith("?done=logged")
    assert 'role="status"' in street.ana.get(done.headers["location"]).text
    account = street.views.balances.of(AccountId(street.ana_id))
    assert (account.gifts_given, account.given) == (1, 0)
    assert street.views.balances.of(AccountId(receiver)).gifts_received == 1


def test_the_person_who_received_a_gift_can_log_it(street: Street) -> None:
    typed = {"way": "received", "other_name": "Ana", "category": "food"}
    page = send(street.bo, street.bo.get("/gifts/new"), "/gifts/new", **typed)

    done = send(street.bo, page, "/gifts")

    assert street.ana.get(done.headers["location"]).status_code == 200
    assert street.views.balances.of(AccountId(street.ana_id)).gifts_given == 1
    assert street.views.balances.of(AccountId(street.bo_id)).gifts_received == 1


def test_a_coordinator_logs_a_gift_for_two_others(street: Street) -> None:
    form = street.chidi.get("/gifts/new?for=others")
    typed = {"other_name": "Ana", "second": COMMUNITY, "category": "food"}

    page = send(street.chidi, form, "/gifts/new", **typed)
    send(street.chidi, page, "/gifts")

    assert street.views.balances.of(AccountId(street.ana_id)).gifts_given == 1


def test_every_mistake_is_shown_and_everything_typed_is_kept(street: Street) -> None:
    typed = {"given_on": "2026-12-24", "note": "Two trays of baklava"}

    page = send(street.ana, street.ana.get("/gifts/new"), "/gifts/new", **typed)

    assert page.status_code == 422
    assert mistakes_on(page) == ["other", "category", "given_on"]
    assert form_on(page, "/gifts/new").fields["note"] == "Two trays of baklava"


def test_a_gift_to_an_unknown_group_is_refused(street: Street) -> None:
    page = send(street.ana, street.ana.get("/gifts/new"), "/gifts/new", other="g-nothing", category="food")

    assert page.status_code == 422 and mistakes_on(page) == ["other"]


def test_sending_the_same_form_twice_records_one_gift(street: Street) -> None:
    page = send(street.ana, street.ana.get("/gifts/new"), "/gifts/new", other=COMMUNITY, category="food")

    first, second = (send(street.ana, page, "/gifts") for _ in range(2))
    other = send(street.ana, page, "/gifts", category="garden")

    assert first.headers["location"] == second.headers["location"]
    assert other.status_code == 422 and mistakes_on(other) == ["form"]
    assert street.views.balances.of(AccountId(street.ana_id)).gifts_given == 1


def test_changing_it_leads_back_to_the_form_as_it_was(street: Street) -> None:
    page = send(street.ana, street.ana.get("/gifts/new"), "/gifts/new", other=street.garden, category="food")

    again = street.ana.post("/gifts/new", data=form_on(page, "/gifts").fields | {"change": "yes"})

    assert again.status_code == 200
    fields = form_on(again, "/gifts/new").fields
    assert (fields["other"], fields["category"]) == (street.garden, "food")


def test_a_gift_can_be_seen_by_those_it_was_for(street: Street) -> None:
    to_bo, to_garden, to_all = street.gave(), street.gave(street.garden), street.gave(COMMUNITY)

    def who_sees(gift: str) -> set[str]:
        names = ("ana", "bo", "eve", "chidi", "ruth")
        return {name for name in names if getattr(street, name).get(f"/gifts/{gift}").status_code == 200}

    assert who_sees(to_bo) == {"ana", "bo", "chidi", "ruth"}
    assert who_sees(to_garden) == {"ana", "chidi", "ruth"}
    assert who_sees(to_all) == {"ana", "bo", "eve", "chidi", "ruth"}
    assert street.ana.get("/gifts/f-nothing").status_code == 404


def test_a_gift_is_taken_back_once_and_needs_a_reason(street: Street) -> None:
    gift = street.gave()
    page = street.ana.get(f"/gifts/{gift}")

    without = send(street.ana, page, f"/gifts/{gift}/withdrawal")
    done = send(street.ana, page, f"/gifts/{gift}/withdrawal", reason="Logged twice")
    again = street.bo.post(f"/gifts/{gift}/withdrawal", data={"reason": "Me too"})

    assert without.status_code == 422 and mistakes_on(without) == ["reason"]
    assert done.headers["location"] == f"/gifts/{gift}?done=taken-back"
    after = street.bo.get(f"/gifts/{gift}")
    assert "Logged twice" in words_on(after) and f"/gifts/{gift}/withdrawal" not in actions_on(after)
    assert again.status_code == 422 and mistakes_on(again) == ["answer"]
    assert street.views.balances.of(AccountId(street.ana_id)).gifts_given == 0


def test_the_note_of_a_gift_is_read_by_those_it_was_for_and_not_by_auditors(street: Street) -> None:
    gift = street.gave(street.garden, note="Two trays of baklava")

    assert "baklava" in words_on(street.ana.get(f"/gifts/{gift}"))
    assert "baklava" not in words_on(street.ruth.get(f"/gifts/{gift}"))
