"""What each reader finds at every address of the app: who may open it, and whose text is on it.

The table is written by hand, and not derived from the rules that handlers name, so that a wrong rule or a forgotten page
fails a test.
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
"""Ana helped Bo and gave a gift to everyone; Mallory was not involved; Chidi coordinates; Ruth audits."""

ANYBODY = {*WHO}
MEMBERS = ANYBODY - {STRANGER}
PARTIES = {ANA, BO}
COORDINATOR_AND_AUDITOR = {CHIDI, RUTH}

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
    "show_statement": {ANA} | COORDINATOR_AND_AUDITOR,
    "show_story": MEMBERS,
    "story_as_csv": MEMBERS,
    "story_as_json": MEMBERS,
    "show_log": MEMBERS,
    "check_log": MEMBERS,
    "log_exchange": MEMBERS,
    "show_exchange": PARTIES | COORDINATOR_AND_AUDITOR,
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
    "list_reports": COORDINATOR_AND_AUDITOR,
    "show_report": COORDINATOR_AND_AUDITOR,
    "show_everything": {RUTH},
    "everything_csv": {RUTH},
    "everything_json": {RUTH},
    "ask_everything": {RUTH},
    "show_agreements": MEMBERS,
    "agree_limits": {CHIDI},
    "agree_confirmation": {CHIDI},
    "agree_categories": {CHIDI},
    "agree_exceptions": {CHIDI},
    "show_desk": {CHIDI},
    "show_balances": COORDINATOR_AND_AUDITOR,
    "show_journal": COORDINATOR_AND_AUDITOR,
    "show_entry": COORDINATOR_AND_AUDITOR,
    "show_audit": COORDINATOR_AND_AUDITOR,
    "show_seal": MEMBERS,
    "show_sheet": MEMBERS,
    "show_earlier_sheet": MEMBERS,
    "show_receipt_check": COORDINATOR_AND_AUDITOR,
    "check_receipt": COORDINATOR_AND_AUDITOR,
    "exchange_receipt": PARTIES | COORDINATOR_AND_AUDITOR,
    "show_exchange_receipt": PARTIES | COORDINATOR_AND_AUDITOR,
    "gift_receipt": MEMBERS,
    "show_gift_receipt": MEMBERS,
    "entry_receipt": COORDINATOR_AND_AUDITOR,
    "show_checkpoint": ANYBODY,
    "show_earlier_checkpoint": ANYBODY,
    "prove_inclusion": ANYBODY,
    "prove_consistency": ANYBODY,
    "show_tile": ANYBODY,
    "show_entry_tile": {RUTH},
    "show_replay": MEMBERS,
    "ask_replay": COORDINATOR_AND_AUDITOR,
    "show_exceptions": COORDINATOR_AND_AUDITOR,
    "show_sample": COORDINATOR_AND_AUDITOR,
    "sample_receipts": COORDINATOR_AND_AUDITOR,
}
"""Who may open each page and press each button, with Ana's identifiers in the path and empty forms."""

READERS: dict[str, set[str]] = {
    "ana@example.org": {ANA, CHIDI},
    "bo@example.org": {BO, CHIDI},
    "Roses": PARTIES | {CHIDI},
}
"""Contacts and a note, and who may read them; nobody else may read them on any page."""


def respond(walk: Walk, app: Litestar, handler: HTTPRouteHandler, who: str) -> Any:
    """Send an empty request to the page or button."""
    (method,) = handler.http_methods - {"HEAD"}
    return walk.neighbourhood.browser(app, member=walk.member(who)).request(method, walk.path(handler))


def is_found(answer: Any, who: str) -> bool:
    """Whether the reader reached the page or button, even if it refused an empty form."""
    if answer.status_code == 403 or (answer.status_code == 404 and "Page not found" in answer.text):
        return False
    return not (who == STRANGER and is_sign_in(answer.headers.get("location", "")))


def test_every_route_is_in_the_table(neighbourhood: Neighbourhood) -> None:
    routes = {handler_name(handler) for handler in handlers_of(neighbourhood.app())}

    assert routes == FOUND.keys(), "say in FOUND who may open a new page, and remove deleted ones"


@pytest.mark.parametrize("who", WHO)
def test_everyone_can_open_only_the_pages_meant_for_them(neighbourhood: Neighbourhood, who: str) -> None:
    walk = Walk(neighbourhood)
    app = neighbourhood.app()
    not_on_the_walk = {"static_file"}

    found = {
        name
        for handler in handlers_of(app)
        if (name := handler_name(handler)) not in not_on_the_walk and is_found(respond(walk, app, handler, who), who)
    }

    assert found == {name for name, expected in FOUND.items() if who in expected} - not_on_the_walk


@pytest.mark.parametrize("who", WHO)
def test_no_page_shows_private_text_to_the_wrong_reader(neighbourhood: Neighbourhood, who: str) -> None:
    walk = Walk(neighbourhood)
    app = neighbourhood.app()
    browser = neighbourhood.browser(app, member=walk.member(who))
    newest = neighbourhood.views.catch_up().number
    paths = {walk.path(handler) for handler in handlers_of(app) if "GET" in handler.http_methods}
    paths |= {f"/members/{member}" for member in (neighbourhood.bo, walk.mallory, neighbourhood.chidi)}
    paths |= {f"/journal/{number}" for number in range(1, newest + 1)} | {f"/statements/{neighbourhood.bo}"}

    read = {path: browser.get(path).text for path in paths}

    for text, readers in READERS.items():
        shown_on = {path for path, page in read.items() if text in page}
        assert bool(shown_on) == (who in readers), f"{who} reads “{text}” on {sorted(shown_on) or 'no page'}"


def test_an_exchange_between_others_looks_like_one_that_does_not_exist(neighbourhood: Neighbourhood) -> None:
    walk = Walk(neighbourhood)
    mallory = neighbourhood.browser(member=walk.mallory)

    theirs, none = mallory.get(f"/exchanges/{walk.exchange}"), mallory.get("/exchanges/x-none")

    assert (theirs.status_code, theirs.text) == (none.status_code, none.text) and none.status_code == 404
