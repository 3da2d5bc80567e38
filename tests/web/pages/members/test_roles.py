"""Giving and removing roles."""

from ledger.members.commands import GiveRole
from tests.web.pages.conftest import Street
from tests.web.pages.reader import send, words_on
from tests.web.routes import COORDINATORS, Attempt, Found, SecondAttempts, of_the_only_coordinator

FOUND: Found = {"give_role": COORDINATORS, "withdraw_role": COORDINATORS}


def give_role(street: Street) -> Attempt:
    bo = f"/members/{street.bo_id}"
    return Attempt(street.chidi, bo, f"{bo}/roles", right={"role": "auditor"})


def withdraw_role(street: Street) -> Attempt:
    return of_the_only_coordinator(street, "", "/roles/coordinator/withdrawal")


SECOND_ATTEMPTS: SecondAttempts = (give_role, withdraw_role)


def test_a_coordinator_gives_a_member_a_role(street: Street) -> None:
    page = street.chidi.get(f"/members/{street.bo_id}")

    answer = send(street.chidi, page, f"/members/{street.bo_id}/roles", role="auditor")

    assert "Role given." in words_on(street.chidi.get(answer.headers["location"]))
    assert street.bank.member(street.bo_id).is_auditor
    assert "Auditor." in words_on(street.ana.get(f"/members/{street.bo_id}"))
    assert street.bo.get("/journal").status_code == 200


def test_a_role_cannot_be_given_twice(street: Street) -> None:
    answer = street.chidi.post(
        f"/members/{street.chidi_id}/roles", data={"role": "coordinator", "command": "a-command-of-this-test"}
    )

    assert (answer.status_code, "already has this role" in words_on(answer)) == (422, True)


def test_a_role_has_to_be_chosen(street: Street) -> None:
    page = street.chidi.get(f"/members/{street.bo_id}")

    nothing = send(street.chidi, page, f"/members/{street.bo_id}/roles")
    invented = send(street.chidi, page, f"/members/{street.bo_id}/roles", role="king")

    assert (nothing.status_code, "Choose a role" in words_on(nothing)) == (422, True)
    assert (invented.status_code, "Choose one of the answers" in words_on(invented)) == (422, True)


def test_a_coordinator_removes_a_role(street: Street) -> None:
    ruth = street.neighbourhood.ruth
    page = street.chidi.get(f"/members/{ruth}")

    answer = send(street.chidi, page, f"/members/{ruth}/roles/auditor/withdrawal")

    assert "Role removed." in words_on(street.chidi.get(answer.headers["location"]))
    assert street.ruth.get("/journal").status_code == 403


def test_a_coordinator_cannot_remove_another_alone(street: Street) -> None:
    street.bank.do(GiveRole(member=street.ana_id, role="coordinator"), by=street.chidi_id)
    chidi = f"/members/{street.chidi_id}"

    asked = send(street.ana, street.ana.get(chidi), f"{chidi}/roles/coordinator/withdrawal")
    again = send(street.ana, street.ana.get(chidi), f"{chidi}/roles/coordinator/withdrawal")

    assert (asked.headers["location"], again.status_code) == (f"{chidi}?done=removal_asked", 422)
    assert street.bank.member(street.chidi_id).is_coordinator
    assert "asked on 22 November 2026" in words_on(street.chidi.get(chidi))

    agreed = send(street.chidi, street.chidi.get(chidi), f"{chidi}/roles/coordinator/withdrawal")

    assert agreed.headers["location"] == f"{chidi}?done=withdrawn"
    assert not street.bank.member(street.chidi_id).is_coordinator


def test_the_only_coordinator_keeps_the_role(street: Street) -> None:
    page = street.chidi.get(f"/members/{street.chidi_id}")

    answer = send(street.chidi, page, f"/members/{street.chidi_id}/roles/coordinator/withdrawal")

    assert answer.status_code == 422
    assert "This is the only coordinator. Make someone else a coordinator first." in words_on(answer)


def test_an_invented_role_is_not_found(street: Street) -> None:
    path = f"/members/{street.bo_id}/roles/king/withdrawal"

    assert street.chidi.post(path, data={"command": "a-command-of-this-test"}).status_code == 404
