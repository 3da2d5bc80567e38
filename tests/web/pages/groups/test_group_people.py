"""Who took part in a group and who helped who, as far as these people agreed."""

import pytest

from ledger.groups.commands import LeaveGroup
from tests.projections.figures.measures.communities import act
from tests.web import reports
from tests.web.pages.conftest import Street
from tests.web.pages.garden import belong, chose, kept, kept_ties, month_of_garden, of_garden
from tests.web.pages.reader import words_on


@pytest.fixture
def path(street: Street) -> str:
    return f"/groups/{street.garden}"


def test_only_people_who_agreed_are_named(street: Street, path: str) -> None:
    kept(street, of_garden(street))
    belong(street, street.bo_id, street.eve_id)
    kept_ties(street, act(street.ana_id, street.bo_id, 90), act(street.eve_id, street.ana_id, 60))
    chose(street, "groups", street.ana_id, street.bo_id)

    shown = words_on(street.eve.get(path))

    assert "Who took part in 2025 Ana Sousa, Bo Lindqvist and 21 others Only people who agreed" in shown
    assert "Eve Adler" not in shown.split("Members of this group")[0]


def test_lines_are_drawn_between_two_who_both_agreed(street: Street, path: str) -> None:
    kept(street, of_garden(street))
    belong(street, street.bo_id, street.eve_id)
    kept_ties(
        street,
        act(street.ana_id, street.bo_id, 90),
        act(street.bo_id, street.ana_id, kind="gift"),
        act(street.eve_id, street.ana_id, 60),
    )
    chose(street, "groups", street.ana_id, street.bo_id)

    page = street.eve.get(path)
    shown = words_on(page)

    assert "Ana Sousa Bo Lindqvist 1 h 30 min 1" in shown and "Bo Lindqvist Ana Sousa a gift 1" in shown
    assert "Eve Adler" not in shown.split("Members of this group")[0]
    assert page.text.count('class="stream"') == 2 and "A thicker line means more hours." in shown
    assert 'aria-labelledby="arcs-title arcs-description"' in page.text


def test_a_changed_choice_removes_the_line_straight_away(street: Street, path: str) -> None:
    kept(street, of_garden(street))
    belong(street, street.bo_id, street.eve_id)
    kept_ties(street, act(street.ana_id, street.bo_id, 90))
    chose(street, "groups", street.ana_id, street.bo_id)
    assert "1 h 30 min" in words_on(street.eve.get(path))

    chose(street, "nobody", street.bo_id)
    shown = words_on(street.eve.get(path)).split("Members of this group")[0]

    assert "1 h 30 min" not in shown and "Bo Lindqvist" not in shown and "Ana Sousa" in shown
    assert "A line appears only where both people have agreed" in shown


def test_people_outside_the_group_see_neither_names_nor_lines(street: Street, path: str) -> None:
    kept(street, of_garden(street))
    belong(street, street.bo_id)
    kept_ties(street, act(street.ana_id, street.bo_id, 90))
    chose(street, "groups", street.ana_id, street.bo_id)

    for browser in (street.eve, street.ruth):
        page = browser.get(path)
        assert "Who took part" not in words_on(page) and "1 h 30 min" not in words_on(page)
        assert 'class="stream"' not in page.text


def test_coordinators_see_people_who_agreed_to_it_and_members_do_not(street: Street, path: str) -> None:
    kept(street, of_garden(street))
    kept(street, reports.report(scope=street.garden, audience="coordinators", **of_garden(street).figures))
    belong(street, street.bo_id, street.eve_id)
    kept_ties(street, act(street.ana_id, street.bo_id, 90))
    chose(street, "coordinators", street.ana_id, street.bo_id)

    assert "Ana Sousa Bo Lindqvist 1 h 30 min 1" in words_on(street.chidi.get(path))
    shown = words_on(street.eve.get(path)).split("Members of this group")[0]
    assert "No names are shown" in shown and "Ana Sousa" not in shown and "1 h 30 min" not in shown


def test_a_person_who_left_the_group_is_no_longer_shown(street: Street, path: str) -> None:
    kept(street, of_garden(street))
    belong(street, street.bo_id, street.eve_id)
    kept_ties(street, act(street.ana_id, street.bo_id, 90))
    chose(street, "groups", street.ana_id, street.bo_id)
    street.bank.do(LeaveGroup(group=street.garden, member=street.bo_id), by=street.bo_id)

    shown = words_on(street.eve.get(path))

    assert "1 h 30 min" not in shown and "Bo Lindqvist" not in shown


def test_hours_that_would_reveal_something_about_others_are_left_out(street: Street, path: str) -> None:
    """Apart from these two, there is little but what Mia gave to each of eleven neighbours."""
    kept(street, of_garden(street))
    belong(street, street.bo_id)
    few = [act("m-mia", f"m-{place}", 6000) for place in range(11)]
    kept_ties(street, *few, *(act(street.ana_id, street.bo_id, 600) for _ in range(3)))
    chose(street, "groups", street.ana_id, street.bo_id)

    page = street.bo.get(path)
    shown = words_on(page)

    assert "Hours are left out" in shown and "30 h" not in shown.split("Who helped who")[1].split("Hours and gifts")[0]
    assert page.text.count('class="stream"') == 1 and "A thicker line means more hours." not in shown


def test_when_nearly_everyone_agreed_nobody_is_named(street: Street, path: str) -> None:
    kept(street, of_garden(street))
    belong(street, street.bo_id, street.eve_id)
    kept_ties(street, *(act(street.ana_id, other, 60) for other in (street.bo_id, street.eve_id)), beside=())
    chose(street, "groups", street.ana_id, street.bo_id)

    shown = words_on(street.eve.get(path)).split("Members of this group")[0]

    assert "To protect the few who did not, nobody is named." in shown
    assert "Ana Sousa" not in shown


def test_a_month_shows_the_people_of_its_year_once_that_is_over(street: Street, path: str) -> None:
    kept(street, of_garden(street), month_of_garden(street, 2025, 4), month_of_garden(street, 2026, 4))
    kept_ties(street, act(street.ana_id, street.bo_id, 90))

    over = words_on(street.ana.get(path, params={"period": "2025-04"}))
    runs = words_on(street.ana.get(path, params={"period": "2026-04"}))

    assert "Who took part in 2025" in over
    assert "This is shown for whole years" in runs


def test_members_read_what_they_chose_and_where_to_change_it(street: Street, path: str) -> None:
    kept(street, of_garden(street))

    before = street.ana.get(path)
    chose(street, "groups", street.ana_id)
    after = words_on(street.ana.get(path))

    assert "Only you and the other person can see who you help" in words_on(before)
    assert f'href="/members/{street.ana_id}#visibility"' in before.text
    assert "You agreed that members of your groups can see who you help." in after
    assert "Choose who can see it" not in words_on(street.bo.get(path))


def test_names_cannot_break_the_page(street: Street, path: str) -> None:
    kept(street, of_garden(street))
    clever = street.neighbourhood.welcomed("<b>Clever</b> & Co", "")
    belong(street, clever)
    kept_ties(street, act(street.ana_id, clever, 90))
    chose(street, "groups", street.ana_id, clever)

    page = street.ana.get(path)

    assert "<b>Clever" not in page.text and "&lt;b&gt;Clever&lt;/b&gt; &amp; Co" in page.text


def test_more_than_ten_people_are_shown_only_in_the_table(street: Street, path: str) -> None:
    kept(street, of_garden(street))
    circle = [street.neighbourhood.welcomed(f"Neighbour {number:02}", "") for number in range(11)]
    belong(street, *circle)
    kept_ties(street, *(act(one, other, 60) for one, other in zip(circle, [*circle[1:], circle[0]], strict=True)))
    chose(street, "groups", *circle)

    page = street.ana.get(path)

    assert 'class="stream"' not in page.text
    assert "Neighbour 00 Neighbour 01 1 h 1" in words_on(page)
