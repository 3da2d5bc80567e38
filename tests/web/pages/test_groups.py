"""Circles of neighbours: their pages, forming them, joining and leaving."""

import pytest

from ledger.application.exchanges import help_given
from ledger.identifiers import GroupId
from tests.web.pages.conftest import YESTERDAY, Street
from tests.web.pages.reader import send, words_on


def path_of(group: GroupId) -> str:
    return f"/groups/{group}"


def crowded(street: Street, people: int) -> None:
    """So many neighbours belong to the garden, Ana among them."""
    for number in range(people - 1):
        neighbour = street.neighbourhood.welcomed(f"Neighbour {number:02}", "")
        street.bank.groups.join(street.garden, neighbour, command=street.command(street.chidi_id))


def test_every_group_is_listed_with_how_many_belong_to_it(street: Street) -> None:
    shown = words_on(street.ana.get("/groups"))

    assert "Weir garden you belong 1" in shown
    assert "Form a group" not in shown


def test_without_groups_it_is_said_who_forms_one(street: Street) -> None:
    assert "Form a group" in words_on(street.chidi.get("/groups"))


def test_a_coordinator_forms_a_group(street: Street) -> None:
    answer = send(street.chidi, street.chidi.get("/groups/new"), "/groups", name="Library choir")
    shown = words_on(street.chidi.get(answer.headers["location"]))

    assert "Library choir" in shown and "The group is there. Neighbours may join it." in shown
    assert "Nobody belongs to it yet." in shown


@pytest.mark.parametrize(
    ("name", "sentence"), [("", "Give a name"), ("x" * 101, "Use at most 100 letters"), ("a\x07", "cannot be kept")]
)
def test_a_group_needs_a_name_that_can_be_kept(street: Street, name: str, sentence: str) -> None:
    answer = send(street.chidi, street.chidi.get("/groups/new"), "/groups", name=name)

    assert (answer.status_code, sentence in words_on(answer)) == (422, True)


def test_a_member_joins_and_leaves(street: Street) -> None:
    page = street.bo.get(path_of(street.garden))

    joined = send(street.bo, page, f"{path_of(street.garden)}/members")
    page = street.bo.get(joined.headers["location"])
    assert "Joined. What is given and received from now on counts for the group as well." in words_on(page)
    assert "2 neighbours belong to it. You are one of them." in words_on(page)

    left = send(street.bo, page, f"{path_of(street.garden)}/departures")
    shown = words_on(street.bo.get(left.headers["location"]))
    assert "Left. What was given and received until now stays with the group." in shown
    assert "1 neighbour belongs to it." in shown


def test_nobody_joins_twice_or_leaves_what_they_do_not_belong_to(street: Street) -> None:
    command = {"command": "a-command-of-this-test"}

    twice = street.ana.post(f"{path_of(street.garden)}/members", data=command)
    stranger = street.bo.post(f"{path_of(street.garden)}/departures", data=command | {"command": "another-command"})

    assert (twice.status_code, "already belongs to the group" in words_on(twice)) == (422, True)
    assert (stranger.status_code, "does not belong to the group" in words_on(stranger)) == (422, True)


def test_a_coordinator_adds_somebody_by_name_and_removes_them(street: Street) -> None:
    page = street.chidi.get(path_of(street.garden))

    send(street.chidi, page, f"{path_of(street.garden)}/members", member="lindqvist")
    assert street.bank.groups.belonging(street.garden, street.bo_id).belongs

    page = street.chidi.get(path_of(street.garden))
    send(street.chidi, page, f"{path_of(street.garden)}/departures", member=street.bo_id)
    assert not street.bank.groups.belonging(street.garden, street.bo_id).belongs


def test_a_name_that_several_have_is_chosen_from(street: Street) -> None:
    other = street.neighbourhood.welcomed("Bo Marsh", "")
    page = street.chidi.get(path_of(street.garden))

    asked = send(street.chidi, page, f"{path_of(street.garden)}/members", member="Bo")
    assert (asked.status_code, "Several people fit “Bo”" in words_on(asked)) == (422, True)
    assert f'value="{other}"' in asked.text and f'value="{street.bo_id}"' in asked.text

    send(street.chidi, asked, f"{path_of(street.garden)}/members", member=other)
    assert street.bank.groups.belonging(street.garden, other).belongs


def test_a_name_that_nobody_has_adds_nobody(street: Street) -> None:
    page = street.chidi.get(path_of(street.garden))

    answer = send(street.chidi, page, f"{path_of(street.garden)}/members", member="Zebedee")

    assert (answer.status_code, "Nobody here is called “Zebedee”" in words_on(answer)) == (422, True)


def test_nobody_joins_or_leaves_in_anothers_name(street: Street) -> None:
    asked = {"command": "a-command-of-this-test", "member": street.ana_id}

    for noun in ("members", "departures"):
        assert street.bo.post(f"{path_of(street.garden)}/{noun}", data=asked).status_code == 403


def test_its_members_see_what_the_group_gave_and_received(street: Street) -> None:
    street.helped(by=street.bo_id, minutes=150)
    street.gave(street.garden)

    page = street.ana.get(path_of(street.garden))
    shown = words_on(page)

    assert "2 h 30 min" in shown
    assert "And 1 gift, to it, by its members or to them." in shown
    assert "November 2026 was the busiest month" in shown
    assert "Most of all: Garden" in shown
    assert '<title id="months-chart-title">' in page.text and "The numbers as a table" in shown


def test_help_both_ways_stands_apart(street: Street) -> None:
    exchange = street.helped(back=60)
    street.bank.exchanges.confirm(exchange, command=street.command(street.bo_id))

    shown = words_on(street.ana.get(path_of(street.garden)))

    assert "Help both ways" in shown and "Garden 2 h 30 min 0 h" in shown and "Repairs and tools 0 h 1 h" in shown


def test_what_was_given_before_joining_is_not_the_groups(street: Street) -> None:
    street.bank.exchanges.report(
        [help_given(street.eve_id, street.bo_id, 60, "garden")], YESTERDAY, command=street.command(street.bo_id)
    )
    street.bank.groups.join(street.garden, street.eve_id, command=street.command(street.eve_id))

    assert "Nothing counts for the group yet." in words_on(street.eve.get(path_of(street.garden)))


def test_other_members_see_figures_of_ten_people_or_more_alone(street: Street) -> None:
    street.helped(by=street.bo_id, minutes=150)
    crowded(street, 9)
    assert "There are too few people to show" in words_on(street.bo.get(path_of(street.garden)))
    assert "2 h 30 min" in words_on(street.ruth.get(path_of(street.garden))), "auditors see it"
    assert "2 h 30 min" in words_on(street.chidi.get(path_of(street.garden))), "coordinators see it"

    tenth = street.neighbourhood.welcomed("The tenth", "")
    street.bank.groups.join(street.garden, tenth, command=street.command(street.chidi_id))

    assert "2 h 30 min" in words_on(street.bo.get(path_of(street.garden)))


def test_figures_of_another_period_are_a_choice(street: Street) -> None:
    street.helped(by=street.bo_id, minutes=150)

    shown = words_on(street.ana.get(path_of(street.garden), params={"period": "2026"}))
    unknown = street.ana.get(path_of(street.garden), params={"period": "../1999"})

    assert "November 2026 was the busiest month" in shown
    assert unknown.status_code == 200, "anything unknown shows the last twelve months"


@pytest.mark.parametrize("group", ["g-nobody", "garden", "%00"])
def test_a_group_that_is_not_there_is_not_found(street: Street, group: str) -> None:
    assert street.ana.get(f"/groups/{group}").status_code == 404
    assert street.ana.post(f"/groups/{group}/members", data={"command": "a-command-of-this-test"}).status_code == 404


def test_a_place_that_no_page_named_is_not_understood(street: Street) -> None:
    assert street.ana.get("/groups", params={"after": "~~~"}).status_code == 400
