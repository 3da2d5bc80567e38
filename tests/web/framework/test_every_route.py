"""What each reader finds at every address of the app: who is let in, and whose words are on which page.

The table is written by hand, page by page, and not derived from the rules that handlers name: a mistake there shows
here, and so does a new page that nobody thought of.
"""

from typing import Any

import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from tests.web.framework.test_access import is_sign_in
from tests.web.neighbourhood import Neighbourhood
from tests.web.walk import Walk
from web.framework.access import handler_name, handlers_of

STRANGER, ANA, BO, MALLORY, CHIDI, RUTH = WHO = ("stranger", "ana", "bo", "mallory", "chidi", "ruth")
"""Ana helped Bo and gave a gift to everybody; Mallory is no part of it; Chidi coordinates; Ruth audits."""

ANYBODY = {*WHO}
MEMBERS = ANYBODY - {STRANGER}
PARTIES = {ANA, BO}
KEEPERS = {CHIDI, RUTH}

FOUND: dict[str, set[str]] = {
    "show_health": ANYBODY,
    "static_file": ANYBODY,
    "show_sign_in": ANYBODY,
    "ask_for_code": ANYBODY,
    "show_code": ANYBODY,
    "enter_code": ANYBODY,
    "show_link": ANYBODY,
    "use_link": ANYBODY,
    "sign_out": ANYBODY,
    "show_devices": MEMBERS,
    "sign_out_everywhere": MEMBERS,
    "show_home": MEMBERS,
    "show_history": MEMBERS,
    "show_statement": {ANA} | KEEPERS,
    "show_story": MEMBERS,
    "story_as_csv": MEMBERS,
    "story_as_json": MEMBERS,
    "show_log": MEMBERS,
    "check_log": MEMBERS,
    "log_exchange": MEMBERS,
    "show_exchange": PARTIES | KEEPERS,
    "confirm_exchange": PARTIES | {CHIDI},
    "decline_exchange": PARTIES | {CHIDI},
    "call_off_exchange": PARTIES | {CHIDI},
    "ask_reversal": PARTIES | {CHIDI},
    "approve_reversal": PARTIES | {CHIDI},
    "decline_reversal": PARTIES | {CHIDI},
    "thank_for_exchange": PARTIES,
    "share_thanks_for_exchange": PARTIES,
    "show_gift_form": MEMBERS,
    "check_gift": MEMBERS,
    "record_gift": MEMBERS,
    "show_gift": MEMBERS,
    "withdraw_gift": {ANA, CHIDI},
    "thank_for_gift": MEMBERS,
    "share_thanks_for_gift": MEMBERS,
    "show_members": MEMBERS,
    "show_member": MEMBERS,
    "show_invitation": {CHIDI},
    "invite": {CHIDI},
    "welcome": {CHIDI},
    "give_role": {CHIDI},
    "withdraw_role": {CHIDI},
    "show_departure": {ANA, CHIDI},
    "leave": {ANA, CHIDI},
    "show_erasure": {ANA, CHIDI},
    "ask_erasure": {ANA, CHIDI},
    "withdraw_erasure": {ANA, CHIDI},
    "erase": {CHIDI},
    "show_data": {ANA},
    "data_as_html": {ANA},
    "data_as_json": {ANA},
    "choose_visibility": {ANA},
    "show_groups": MEMBERS,
    "show_group": MEMBERS,
    "show_group_form": {CHIDI},
    "form_group": {CHIDI},
    "join_group": MEMBERS,
    "leave_group": MEMBERS,
    "show_community": MEMBERS,
    "list_reports": KEEPERS,
    "show_report": KEEPERS,
    "show_everything": {RUTH},
    "everything_csv": {RUTH},
    "everything_json": {RUTH},
    "ask_everything": {RUTH},
    "show_agreements": MEMBERS,
    "agree_limits": {CHIDI},
    "agree_confirmation": {CHIDI},
    "agree_categories": {CHIDI},
    "agree_thresholds": {CHIDI},
    "show_coordination": {CHIDI},
    "show_balances": KEEPERS,
    "show_journal": KEEPERS,
    "show_entry": KEEPERS,
    "show_audit": KEEPERS,
    "show_seal": MEMBERS,
    "show_sheet": MEMBERS,
    "show_earlier_sheet": MEMBERS,
    "show_receipt_check": KEEPERS,
    "check_receipt": KEEPERS,
    "exchange_receipt": PARTIES | KEEPERS,
    "show_exchange_receipt": PARTIES | KEEPERS,
    "gift_receipt": MEMBERS,
    "show_gift_receipt": MEMBERS,
    "entry_receipt": KEEPERS,
    "show_checkpoint": ANYBODY,
    "show_earlier_checkpoint": ANYBODY,
    "prove_inclusion": ANYBODY,
    "prove_consistency": ANYBODY,
    "show_tile": ANYBODY,
    "show_entry_tile": {RUTH},
    "show_replay": MEMBERS,
    "ask_replay": KEEPERS,
    "show_anomalies": KEEPERS,
    "show_sample": KEEPERS,
    "sample_receipts": KEEPERS,
}
"""Who finds what they look for at each page and button: with Ana's things in the path, and nothing typed."""

READ_BY: dict[str, set[str]] = {
    "ana@example.org": {ANA, CHIDI},
    "bo@example.org": {BO, CHIDI},
    "Roses": PARTIES | {CHIDI},
}
"""Words that some may read wherever they stand, and nobody else on any page: contacts, and the note of an exchange."""


def asked(walk: Walk, app: Litestar, handler: HTTPRouteHandler, who: str) -> Any:
    """What the page or button answers to somebody who typed nothing."""
    (method,) = handler.http_methods - {"HEAD"}
    return walk.neighbourhood.browser(app, member=walk.member(who)).request(method, walk.path(handler))


def is_found(answer: Any, who: str) -> bool:
    """Whether somebody got to the page or the button, whatever it then said about an empty form."""
    if answer.status_code == 403 or (answer.status_code == 404 and "Page not found" in answer.text):
        return False
    return not (who == STRANGER and is_sign_in(answer.headers.get("location", "")))


def test_nobody_forgot_to_say_what_is_expected_of_a_route(neighbourhood: Neighbourhood) -> None:
    routes = {handler_name(handler) for handler in handlers_of(neighbourhood.app())}

    assert routes == FOUND.keys(), "say in FOUND who finds the new page, and take out what is gone"


@pytest.mark.parametrize("who", WHO)
def test_everybody_finds_just_the_pages_that_are_theirs(neighbourhood: Neighbourhood, who: str) -> None:
    walk = Walk(neighbourhood)
    app = neighbourhood.app()
    made_up = {"static_file"}

    found = {
        name
        for handler in handlers_of(app)
        if (name := handler_name(handler)) not in made_up and is_found(asked(walk, app, handler, who), who)
    }

    assert found == {name for name, expected in FOUND.items() if who in expected} - made_up


@pytest.mark.parametrize("who", WHO)
def test_nobody_reads_words_that_are_not_theirs_on_any_page(neighbourhood: Neighbourhood, who: str) -> None:
    walk = Walk(neighbourhood)
    app = neighbourhood.app()
    browser = neighbourhood.browser(app, member=walk.member(who))
    newest = neighbourhood.views.catch_up().number
    paths = {walk.path(handler) for handler in handlers_of(app) if "GET" in handler.http_methods}
    paths |= {f"/members/{member}" for member in (neighbourhood.bo, walk.mallory, neighbourhood.chidi)}
    paths |= {f"/journal/{number}" for number in range(1, newest + 1)} | {f"/statements/{neighbourhood.bo}"}

    read = {path: browser.get(path).text for path in paths}

    for words, readers in READ_BY.items():
        shown_on = {path for path, text in read.items() if words in text}
        assert bool(shown_on) == (who in readers), f"{who} reads “{words}” on {sorted(shown_on) or 'no page'}"


def test_an_exchange_that_is_not_ones_own_looks_like_none(neighbourhood: Neighbourhood) -> None:
    walk = Walk(neighbourhood)
    mallory = neighbourhood.browser(member=walk.mallory)

    theirs, none = mallory.get(f"/exchanges/{walk.exchange}"), mallory.get("/exchanges/x-none")

    assert (theirs.status_code, theirs.text) == (none.status_code, none.text) and none.status_code == 404
