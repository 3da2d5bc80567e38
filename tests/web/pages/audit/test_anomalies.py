"""What is worth a look, as auditors and coordinators read it."""

import html
import re
from typing import get_args

import pytest

from ledger.agreements.rules import DEFAULT_THRESHOLDS
from ledger.identifiers import AccountId
from projections.checks.anomalies import search
from projections.checks.log_reading import RULES, Rule, anomaly
from tests.cast import ANA, BO, CHIDI, TODAY
from tests.web.pages.conftest import Street
from tests.web.pages.reader import words_on
from tests.web.routes import KEEPERS, Found
from web.wording.audit import RULE_TEXTS, anomaly_sentence, describe_rule
from web.wording.names import SentenceContext

FOUND: Found = {"show_anomalies": KEEPERS}


def looked(street: Street) -> int:
    """Look for anomalies as the worker process does, and return the last entry read."""
    street.views.catch_up()
    return search(street.bank.log, street.views._engine).number


def test_an_anomaly_is_a_sentence_with_links_to_its_entries(street: Street) -> None:
    street.helped(by=street.chidi_id)
    number = looked(street)

    page = street.ruth.get("/audit/exceptions/both-sides")
    shown = words_on(page)

    assert "Chidi Eze entered both sides for Ana Sousa and Bo Lindqvist: 2 h 30 min of help." in shown
    assert f'href="/journal/{number - 1}"' in page.text and f'href="/journal/{number}"' in page.text
    assert "Worth a look does not mean wrong." in shown
    assert f"This page includes everything recorded up to entry {number}." in shown


def test_the_audit_page_shows_how_much_each_rule_found(street: Street) -> None:
    street.helped(by=street.chidi_id)
    number = looked(street)

    shown = words_on(street.chidi.get("/audit"))

    assert f"Up to entry {number}." in shown
    assert "One person entered both sides" in shown
    assert "more than 16 h in one day" in shown and "in at most 14 days" in shown


def test_before_the_first_check_the_page_says_so(street: Street) -> None:
    assert "Nothing has been checked yet." in words_on(street.ruth.get("/audit"))
    assert "Nothing has been checked yet." in words_on(street.ruth.get("/audit/exceptions/circle"))


def test_a_rule_that_found_nothing_says_so(street: Street) -> None:
    looked(street)

    assert "Nothing of this kind was found." in words_on(street.ruth.get("/audit/exceptions/circle"))


def test_more_anomalies_continue_on_another_page(street: Street) -> None:
    for minutes in range(1, 28):
        street.helped(by=street.chidi_id, minutes=minutes)
    looked(street)

    first = street.ruth.get("/audit/exceptions/both-sides")
    older = html.unescape(re.findall(r'href="([^"]*)" rel="next"', first.text)[0])
    second = street.ruth.get(older)

    assert first.text.count('<th scope="row">') == 25 and second.text.count('<th scope="row">') == 2
    assert 'rel="prev"' in second.text and 'rel="next"' not in second.text


def test_an_unknown_rule_is_not_found(street: Street) -> None:
    assert street.ruth.get("/audit/exceptions/gossip").status_code == 404


def test_a_place_that_is_not_a_number_is_refused(street: Street) -> None:
    assert street.ruth.get("/audit/exceptions/circle", params={"after": "x"}).status_code == 422


def test_members_cannot_see_what_is_worth_a_look(street: Street) -> None:
    assert street.ana.get("/audit/exceptions/circle").status_code == 403


def test_every_rule_has_words() -> None:
    assert tuple(RULE_TEXTS) == RULES == get_args(Rule)


@pytest.mark.parametrize("rule", RULES)
def test_rules_and_anomalies_are_whole_sentences(rule: Rule) -> None:
    voice = SentenceContext({ANA: "Ana", BO: "Bo <b>", CHIDI: "Chidi"}, {})
    one = anomaly(rule, [AccountId(who) for who in (ANA, BO, CHIDI)], [1, 2], 61, day=TODAY.toordinal())

    name, words = describe_rule(rule, DEFAULT_THRESHOLDS)
    said = anomaly_sentence(one, voice)

    assert "%(" not in name + words + said and "<b>" not in said
    assert words.endswith(".") and said.endswith(".")
