"""Groups: their pages, starting one, joining and leaving."""

import pytest

from ledger.groups.commands import JoinGroup
from ledger.identifiers import GroupId
from tests.web.pages.conftest import Street
from tests.web.pages.reader import send, words_on
from tests.web.routes import COORDINATORS, MEMBERS, Attempt, Found, SecondAttempts

FOUND: Found = {
    "show_groups": MEMBERS,
    "show_group": MEMBERS,
    "show_group_form": COORDINATORS,
    "form_group": COORDINATORS,
    "join_group": MEMBERS,
    "leave_group": MEMBERS,
}


def form_group(street: Street) -> Attempt:
    return Attempt(street.chidi, "/groups/new", "/groups", {"name": ""}, {"name": "Mill Lane"})


def join_group(street: Street) -> Attempt:
    garden = f"/groups/{street.garden}"
    return Attempt(street.chidi, garden, f"{garden}/members", {"member": "Nobody At All"}, {"member": "Bo"})


def leave_group(street: Street) -> Attempt:
    garden = f"/groups/{street.garden}"
    return Attempt(street.chidi, garden, f"{garden}/departures", {"member": "Nobody At All"}, {"member": "Ana"})


SECOND_ATTEMPTS: SecondAttempts = (form_group, join_group, leave_group)


def path_of(group: GroupId) -> str:
    return f"/groups/{group}"


def test_groups_are_listed_with_their_number_of_members(street: Street) -> None:
    shown = words_on(street.ana.get("/groups"))

    assert "Weir garden you are in this group 1" in shown
    assert "Start a group" not in shown


def test_coordinators_are_offered_to_start_a_group(street: Street) -> None:
    assert "Start a group" in words_on(street.chidi.get("/groups"))


def test_a_coordinator_starts_a_group(street: Street) -> None:
    answer = send(street.chidi, street.chidi.get("/groups/new"), "/groups", name="Library choir")
    shown = words_on(street.chidi.get(answer.headers["location"]))

    assert "Library choir" in shown and "Group started. Neighbours can now join." in shown
    assert "Nobody is in this group yet." in shown


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("", "Enter a name"), ("x" * 101, "Use no more than 100 characters"), ("a\x07", "cannot be saved")],
)
def test_a_group_needs_a_name_that_can_be_saved(street: Street, name: str, sentence: str) -> None:
    answer = send(street.chidi, street.chidi.get("/groups/new"), "/groups", name=name)

    assert (answer.status_code, sentence in words_on(answer)) == (422, True)


def test_a_member_joins_and_leaves_a_group(street: Street) -> None:
    page = street.bo.get(path_of(street.garden))

    joined = send(street.bo, page, f"{path_of(street.garden)}/members")
    page = street.bo.get(joined.headers["location"])
    assert "Joined. From now on, what you give and receive also counts for the group." in words_on(page)
    assert "2 members. You are one of them." in words_on(page)

    left = send(street.bo, page, f"{path_of(street.garden)}/departures")
    shown = words_on(street.bo.get(left.headers["location"]))
    assert "You have left the group. What you gave and received until now stays with it." in shown
    assert "1 member." in shown


def test_members_of_a_group_are_listed_by_name(street: Street) -> None:
    for name in ("Zoë Marsh", "Émile Roy", "bea fox", "Tova Lind"):
        member = street.neighbourhood.welcomed(name, "")
        street.bank.do(JoinGroup(group=street.garden, member=member), by=member)

    shown = words_on(street.ana.get(path_of(street.garden))).split("Members of this group")[1]

    names = ["Ana Sousa", "bea fox", "Émile Roy", "Tova Lind", "Zoë Marsh"]
    assert sorted(names, key=shown.index) == names


def test_joining_twice_and_leaving_without_being_a_member_are_refused(street: Street) -> None:
    command = {"command": "a-command-of-this-test"}

    twice = street.ana.post(f"{path_of(street.garden)}/members", data=command)
    stranger = street.bo.post(f"{path_of(street.garden)}/departures", data=command | {"command": "another-command"})

    assert (twice.status_code, "already in the group" in words_on(twice)) == (422, True)
    assert (stranger.status_code, "is not in the group" in words_on(stranger)) == (422, True)


def test_a_coordinator_adds_and_removes_a_member_by_name(street: Street) -> None:
    page = street.chidi.get(path_of(street.garden))

    send(street.chidi, page, f"{path_of(street.garden)}/members", member="lindqvist")
    assert street.bank.membership(street.garden, street.bo_id).is_member

    page = street.chidi.get(path_of(street.garden))
    send(street.chidi, page, f"{path_of(street.garden)}/departures", member=street.bo_id)
    assert not street.bank.membership(street.garden, street.bo_id).is_member


def test_people_of_the_same_name_are_offered_to_choose_from(street: Street) -> None:
    other = street.neighbourhood.welcomed("Bo Marsh", "")
    page = street.chidi.get(path_of(street.garden))

    asked = send(street.chidi, page, f"{path_of(street.garden)}/members", member="Bo")
    assert (asked.status_code, "More than one person matches “Bo”" in words_on(asked)) == (422, True)
    assert f'value="{other}"' in asked.text and f'value="{street.bo_id}"' in asked.text

    send(street.chidi, asked, f"{path_of(street.garden)}/members", member=other)
    assert street.bank.membership(street.garden, other).is_member


def test_a_name_that_nobody_has_adds_nobody(street: Street) -> None:
    page = street.chidi.get(path_of(street.garden))

    answer = send(street.chidi, page, f"{path_of(street.garden)}/members", member="Zebedee")

    assert (answer.status_code, "Nobody here is called “Zebedee”" in words_on(answer)) == (422, True)


def test_members_cannot_add_or_remove_others(street: Street) -> None:
    asked = {"command": "a-command-of-this-test", "member": street.ana_id}

    for noun in ("members", "departures"):
        assert street.bo.post(f"{path_of(street.garden)}/{noun}", data=asked).status_code == 403


@pytest.mark.parametrize("group", ["g-nobody", "garden"])
def test_a_group_that_is_not_there_is_not_found(street: Street, group: str) -> None:
    assert street.ana.get(f"/groups/{group}").status_code == 404
    assert street.ana.post(f"/groups/{group}/members", data={"command": "a-command-of-this-test"}).status_code == 404


def test_an_invented_place_in_the_list_is_refused(street: Street) -> None:
    assert street.ana.get("/groups", params={"after": "~~~"}).status_code == 400
