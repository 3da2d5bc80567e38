"""Every form of the app, sent with a mistake and then corrected on the page that shows it again."""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pytest

from ledger.agreements.commands import AgreeOnLimits
from ledger.exchanges.commands import AskForReversal
from ledger.members.commands import GiveRole
from tests.web.neighbourhood import Browser
from tests.web.pages.conftest import GARDENING, Street, checked
from tests.web.pages.reader import form_on, send, words_on
from web.framework.access import handler_name, handlers_of

TOO_LONG = "n" * 10_000
"""A reason that no field takes."""

GIFT = {"other_name": "Bo", "category": "food"}


class Attempt(NamedTuple):
    """Who sends which form of which page, with what mistake, and what corrects it.

    `meanwhile` is what others do between the two, where the ledger refuses what the form alone cannot put right.
    """

    browser: Browser
    page: str
    action: str
    wrong: Mapping[str, Any] = {}
    right: Mapping[str, Any] = {}
    meanwhile: Callable[[], object] = lambda: None


def ask_for_code(street: Street) -> Attempt:
    stranger = street.neighbourhood.browser()
    return Attempt(stranger, "/sign-in", "/sign-in/codes", {"email": ""}, {"email": "ana@example.org"})


def enter_code(street: Street) -> Attempt:
    stranger = street.neighbourhood.browser()
    stranger.post("/sign-in/codes", data={"email": "ana@example.org"})
    found = re.search(r"\d{6}", str(street.neighbourhood.mails[-1]["subject"]))
    assert found is not None
    wrong = f"{(int(found[0]) + 1) % 1_000_000:06}"
    return Attempt(stranger, "/sign-in/code", "/sign-in/code", {"code": wrong}, {"code": found[0]})


def check_log(street: Street) -> Attempt:
    return Attempt(street.ana, "/exchanges/new", "/exchanges/new", GARDENING | {"hours": "x"}, GARDENING)


def check_gift(street: Street) -> Attempt:
    return Attempt(street.ana, "/gifts/new", "/gifts/new", GIFT | {"other_name": ""}, GIFT)


def waiting(street: Street, browser: Browser, what: str, minutes: int = 60, **more: Any) -> Attempt:
    """Return an answer to what Ana logged."""
    exchange = street.helped(minutes=minutes)
    return Attempt(browser, f"/exchanges/{exchange}", f"/exchanges/{exchange}/{what}", **more)


def widen_limits(street: Street) -> Callable[[], object]:
    return lambda: street.bank.do(
        AgreeOnLimits(debit_limit_minutes=-100 * 60, upper_limit_minutes=None), by=street.chidi_id
    )


def confirm_exchange(street: Street) -> Attempt:
    return waiting(street, street.bo, "confirmation", 21 * 60, meanwhile=widen_limits(street))


def decline_exchange(street: Street) -> Attempt:
    return waiting(street, street.bo, "declination", wrong={"reason": ""}, right={"reason": "It was Monday"})


def counted(street: Street, browser: Browser, what: str, *, asked_back: bool = False, **more: Any) -> Attempt:
    """Return an answer to what counts already; `asked_back` if Bo asked to take it back."""
    exchange = street.helped(by=street.bo_id)
    if asked_back:
        street.bank.do(AskForReversal(exchange=exchange, reason="Twice"), by=street.bo_id)
    return Attempt(browser, f"/exchanges/{exchange}", f"/exchanges/{exchange}/{what}", **more)


def ask_reversal(street: Street) -> Attempt:
    return counted(street, street.ana, "reversal", wrong={"reason": ""}, right={"reason": "It was twice"})


def approve_reversal(street: Street) -> Attempt:
    more = {"wrong": {"reason": TOO_LONG}, "right": {"reason": ""}}
    return counted(street, street.ana, "reversal/approval", asked_back=True, **more)


def decline_reversal(street: Street) -> Attempt:
    exchange = counted(street, street.ana, "reversal/refusal", asked_back=True)
    return exchange._replace(wrong={"reason": TOO_LONG}, right={"reason": "It was once"})


def withdraw_gift(street: Street) -> Attempt:
    gift = street.gave()
    return Attempt(street.ana, f"/gifts/{gift}", f"/gifts/{gift}/withdrawal", {"reason": ""}, {"reason": "By mistake"})


THANKS: dict[str, Any] = {"wrong": {"thanks": TOO_LONG}, "right": {"thanks": "You saved my roses"}}


def thank_for_exchange(street: Street) -> Attempt:
    return counted(street, street.bo, "thanks", **THANKS)


def thank_for_gift(street: Street) -> Attempt:
    gift = street.gave()
    return Attempt(street.bo, f"/gifts/{gift}", f"/gifts/{gift}/thanks", **THANKS)


def invite(street: Street) -> Attempt:
    return Attempt(street.chidi, "/members/new", "/members", {"name": ""}, {"name": "Newt Hale"})


def give_role(street: Street) -> Attempt:
    bo = f"/members/{street.bo_id}"
    return Attempt(street.chidi, bo, f"{bo}/roles", right={"role": "auditor"})


def of_chidi(street: Street, page: str, what: str) -> Attempt:
    """Return something the only coordinator cannot do, and one of two can."""
    chidi = f"/members/{street.chidi_id}"

    def second_coordinator() -> object:
        return street.bank.do(GiveRole(member=street.bo_id, role="coordinator"), by=street.chidi_id)

    return Attempt(street.chidi, chidi + page, chidi + what, meanwhile=second_coordinator)


def withdraw_role(street: Street) -> Attempt:
    return of_chidi(street, "", "/roles/coordinator/withdrawal")


def leave(street: Street) -> Attempt:
    return of_chidi(street, "/departure", "/departure")


def ask_erasure(street: Street) -> Attempt:
    return of_chidi(street, "/erasure", "/erasure-request")


def choose_visibility(street: Street) -> Attempt:
    ana = f"/members/{street.ana_id}"
    return Attempt(street.ana, ana, f"{ana}/visibility", {"sees": ""}, {"sees": "groups"})


def form_group(street: Street) -> Attempt:
    return Attempt(street.chidi, "/groups/new", "/groups", {"name": ""}, {"name": "Mill Lane"})


def join_group(street: Street) -> Attempt:
    garden = f"/groups/{street.garden}"
    return Attempt(street.chidi, garden, f"{garden}/members", {"member": "Nobody At All"}, {"member": "Bo"})


def leave_group(street: Street) -> Attempt:
    garden = f"/groups/{street.garden}"
    return Attempt(street.chidi, garden, f"{garden}/departures", {"member": "Nobody At All"}, {"member": "Ana"})


def ask_everything(street: Street) -> Attempt:
    path = "/community/everything"
    return Attempt(street.ruth, f"{path}?at_entry=2", path, {"at_entry": "999999"}, {"at_entry": "2"})


def agreement(street: Street, what: str, field: str, right: Any, wrong: Any = "") -> Attempt:
    return Attempt(street.chidi, "/agreements", f"/agreements/{what}", {field: wrong}, {field: right})


def agree_limits(street: Street) -> Attempt:
    return agreement(street, "limits", "debit", "30")


def agree_confirmation(street: Street) -> Attempt:
    return agreement(street, "confirmation", "words_needed", "both")


def agree_categories(street: Street) -> Attempt:
    of_all = agreement(street, "categories", "label", ["Garden", "Music"])
    return of_all._replace(right={**of_all.right, "key": ["garden", ""]})


def agree_thresholds(street: Street) -> Attempt:
    return agreement(street, "exceptions", "late_days", "14", "soon")


def check_receipt(street: Street) -> Attempt:
    return Attempt(street.ruth, "/receipts", "/receipts", {"text": ""}, {"text": "c2sp.org/tlog-proof@v1"})


def ask_replay(street: Street) -> Attempt:
    return Attempt(street.ruth, "/replay", "/replay", {"at_entry": "999999"}, {"at_entry": "2"})


ATTEMPTS = {
    attempt.__name__: attempt
    for attempt in (
        *(ask_for_code, enter_code, check_log, check_gift, confirm_exchange, decline_exchange, ask_reversal),
        *(approve_reversal, decline_reversal, withdraw_gift, invite, give_role, withdraw_role, leave, ask_erasure),
        *(choose_visibility, form_group, join_group, leave_group, ask_everything, agree_limits, agree_confirmation),
        *(agree_categories, agree_thresholds, check_receipt, ask_replay, thank_for_exchange, thank_for_gift),
    )
}

CONFIRMED = {"log_exchange", "record_gift"}
"""Sent from the page that confirms them, and after a mistake through it again: see below."""

WITHOUT_A_SECOND_ATTEMPT = {
    *("sign_out", "sign_out_everywhere", "use_link"),
    *("call_off_exchange", "welcome", "withdraw_erasure", "erase"),
    *("share_thanks_for_exchange", "share_thanks_for_gift"),
}
"""Buttons without fields to correct: if one is refused, it has been done or undone, and the button is gone."""


def test_every_form_of_the_app_has_a_second_attempt(street: Street) -> None:
    app = street.neighbourhood.app()

    forms = {handler_name(handler) for handler in handlers_of(app) if "POST" in handler.http_methods}

    assert forms == ATTEMPTS.keys() | CONFIRMED | WITHOUT_A_SECOND_ATTEMPT, (
        "say here how a new form goes wrong, and right"
    )


@pytest.mark.parametrize("name", ATTEMPTS)
def test_a_corrected_form_is_accepted(street: Street, name: str) -> None:
    attempt = ATTEMPTS[name](street)

    first = send(attempt.browser, attempt.browser.get(attempt.page), attempt.action, **attempt.wrong)
    attempt.meanwhile()
    second = send(attempt.browser, first, attempt.action, **attempt.right)

    assert first.status_code == 422, words_on(first)
    assert second.status_code in {200, 303}, words_on(second)


def test_help_that_was_wrong_when_confirmed_can_be_corrected_and_logged(street: Street) -> None:
    first = send(street.ana, checked(street.ana), "/exchanges", hours="x")

    shown = send(street.ana, first, "/exchanges/new", **GARDENING)
    second = send(street.ana, shown, "/exchanges")

    assert (first.status_code, shown.status_code, second.status_code) == (422, 200, 303)


def test_a_gift_that_was_wrong_when_confirmed_can_be_corrected_and_logged(street: Street) -> None:
    checked_gift = send(street.ana, street.ana.get("/gifts/new"), "/gifts/new", **GIFT)
    first = send(street.ana, checked_gift, "/gifts", category="dragons")

    shown = send(street.ana, first, "/gifts/new", **GIFT)
    second = send(street.ana, shown, "/gifts")

    assert (first.status_code, shown.status_code, second.status_code) == (422, 200, 303)


@pytest.mark.parametrize(("page", "action"), [("/members/new", "/members"), ("/groups/new", "/groups")])
def test_a_form_with_a_mistake_keeps_its_command(street: Street, page: str, action: str) -> None:
    shown = street.chidi.get(page)

    again = send(street.chidi, shown, action, name="")

    assert form_on(again, action).fields["command"] == form_on(shown, action).fields["command"]


def test_a_form_whose_command_was_used_for_something_else_gets_another(street: Street) -> None:
    page = street.chidi.get("/groups/new")
    send(street.chidi, page, "/groups", name="Mill Lane")

    again = send(street.chidi, page, "/groups", name="Weir Lane")
    done = send(street.chidi, again, "/groups")

    assert (again.status_code, done.status_code) == (422, 303)
