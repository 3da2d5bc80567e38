"""`hours found`, `hours role` and `hours sign-in-link`: how a host begins, and hands out the keys."""

import re

from tests.commands.conftest import Run


def test_founding_prints_the_next_commands(run: Run) -> None:
    result = run("found", "--name", "Riverside", "--timezone", "Europe/London", "--coordinator", "Chidi")

    assert result.exit_code == 0
    assert "Riverside" in result.stderr and "serve" in result.stderr
    assert re.search(r"sign-in-link m-[0-9a-z]{12}", result.stderr)


def test_a_community_can_be_founded_only_once(founded: Run) -> None:
    result = founded("found", "--name", "Other", "--timezone", "UTC", "--coordinator", "Eve")

    assert (result.exit_code, result.stderr) == (1, "Error: There is already a community here.\n")


def test_an_unknown_time_zone_is_refused(run_in: Run) -> None:
    result = run_in("found", "--name", "Riverside", "--timezone", "London", "--coordinator", "Chidi")

    assert result.exit_code == 1
    wrong, to_do = result.stderr.splitlines()
    assert "London" in wrong and "Europe/London" in to_do


def test_a_sign_in_link_signs_in_the_member_it_names(founded: Run) -> None:
    result = founded("sign-in-link", "chidi", "--base-url", "https://hours.example.org/")

    assert result.exit_code == 0
    assert re.fullmatch(r"https://hours\.example\.org/sign-in/links/[\w-]{40,}\n", result.stdout)
    assert "Sign-in link for Chidi" in result.stderr


def test_each_sign_in_link_is_new(founded: Run) -> None:
    assert founded("sign-in-link", "Chidi").stdout != founded("sign-in-link", "Chidi").stdout


def test_a_role_can_be_given_and_removed(founded: Run) -> None:
    assert "Chidi" in founded("role", "give", "Chidi", "auditor").stderr
    assert founded("role", "give", "Chidi", "auditor").exit_code == 1
    assert "Chidi no longer has the role of auditor." in founded("role", "withdraw", "Chidi", "auditor").stderr


def test_the_last_coordinator_keeps_the_role(founded: Run) -> None:
    result = founded("role", "withdraw", "Chidi", "coordinator")

    assert result.exit_code == 1
    assert "This is the only coordinator." in result.stderr


def test_an_unknown_member_is_reported(founded: Run) -> None:
    result = founded("role", "give", "Nobody", "auditor")

    assert result.exit_code == 1
    assert "Nobody here is called “Nobody”." in result.stderr


def test_an_ambiguous_name_lists_everyone_it_could_mean(founded: Run, neighbours: None) -> None:
    result = founded("role", "give", "Ana", "auditor")

    assert result.exit_code == 1
    assert "Anahit" in result.stderr and "Ana Lucía" in result.stderr
    assert "Give the identifier of the person you mean." in result.stderr


def test_an_unknown_role_is_wrong_usage(founded: Run) -> None:
    assert founded("role", "give", "Chidi", "king").exit_code == 2
