"""`hours found`, `hours role` and `hours sign-in-link`: how a host begins, and hands out the keys."""

import re

from tests.commands.conftest import Run


def test_a_founded_community_says_what_comes_next(run: Run) -> None:
    result = run("found", "--name", "Riverside", "--timezone", "Europe/London", "--coordinator", "Chidi")

    assert result.exit_code == 0
    assert "Riverside" in result.stderr and "serve" in result.stderr
    assert re.search(r"sign-in-link m-[0-9a-z]{12}", result.stderr)


def test_nobody_founds_twice(founded: Run) -> None:
    result = founded("found", "--name", "Other", "--timezone", "UTC", "--coordinator", "Eve")

    assert (result.exit_code, result.stderr) == (1, "Error: There is already a community here.\n")


def test_a_time_zone_is_one_of_the_list(run_in: Run) -> None:
    result = run_in("found", "--name", "Riverside", "--timezone", "London", "--coordinator", "Chidi")

    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "Error: “London” is not a time zone.",
        "Use a name like Europe/London.",
    ]


def test_the_link_signs_in_whoever_is_named(founded: Run) -> None:
    result = founded("sign-in-link", "chidi", "--base-url", "https://hours.example.org/")

    assert result.exit_code == 0
    assert re.fullmatch(r"https://hours\.example\.org/sign-in/links/[\w-]{40,}\n", result.stdout)
    assert "Sign-in link for Chidi" in result.stderr


def test_each_link_is_a_new_one(founded: Run) -> None:
    assert founded("sign-in-link", "Chidi").stdout != founded("sign-in-link", "Chidi").stdout


def test_a_role_is_given_and_withdrawn(founded: Run) -> None:
    assert "Chidi" in founded("role", "give", "Chidi", "auditor").stderr
    assert founded("role", "give", "Chidi", "auditor").exit_code == 1
    assert "Chidi no longer has the role of auditor." in founded("role", "withdraw", "Chidi", "auditor").stderr


def test_the_last_coordinator_stays(founded: Run) -> None:
    result = founded("role", "withdraw", "Chidi", "coordinator")

    assert result.exit_code == 1
    assert "This is the only coordinator." in result.stderr


def test_somebody_unknown_is_said_plainly(founded: Run) -> None:
    result = founded("role", "give", "Nobody", "auditor")

    assert result.exit_code == 1
    assert "Nobody here is called “Nobody”." in result.stderr


def test_when_several_may_be_meant_they_are_listed(founded: Run, neighbours: None) -> None:
    result = founded("role", "give", "Ana", "auditor")

    assert result.exit_code == 1
    assert "Anahit" in result.stderr and "Ana Lucía" in result.stderr
    assert "Give the identifier of the person you mean." in result.stderr


def test_a_role_that_is_none_is_wrong_usage(founded: Run) -> None:
    assert founded("role", "give", "Chidi", "king").exit_code == 2
