"""What affects other people asks for a fresh sign-in: a device left open, or a stolen cookie, is not enough."""

import re
from datetime import timedelta
from typing import Any

import pytest

from ledger.members.commands import GiveRole
from tests.web.pages.conftest import Street
from tests.web.pages.reader import send
from tests.web.routes import MEMBERS, Found
from web.app import PAGES
from web.framework.access import handler_name

FOUND: Found = {"show_sign_in_again": MEMBERS, "ask_for_code_again": MEMBERS}
NO_SECOND_ATTEMPT: set[str] = {"ask_for_code_again"}

FRESH = {
    *("give_role", "withdraw_role", "erase"),
    *("agree_limits", "agree_confirmation", "agree_categories", "agree_thresholds"),
}


def test_these_buttons_ask_for_a_fresh_sign_in() -> None:
    assert {handler_name(handler) for handler in PAGES if handler.opt.get("fresh")} == FRESH


def test_a_role_is_not_given_from_a_device_left_open(street: Street) -> None:
    bo = f"/members/{street.bo_id}"
    street.neighbourhood.clock.passes(timedelta(minutes=11))

    refused = send(street.chidi, street.chidi.get(bo), f"{bo}/roles", role="coordinator")

    assert refused.status_code == 422 and not street.bank.member(street.bo_id).is_coordinator
    assert f"/sign-in/again?to=%2Fmembers%2F{street.bo_id}" in refused.text

    again = street.chidi.get("/sign-in/again", params={"to": bo})
    asked = send(street.chidi, again, "/sign-in/again")
    code = re.search(r"\d{8}", str(street.neighbourhood.mails[-1]["subject"]))
    assert code is not None and asked.status_code == 303
    entered = send(street.chidi, street.chidi.get(asked.headers["location"]), "/sign-in/code", code=code[0])
    assert (entered.status_code, entered.headers["location"]) == (303, bo)

    given = send(street.chidi, street.chidi.get(bo), f"{bo}/roles", role="coordinator")
    assert given.status_code == 303 and street.bank.member(street.bo_id).is_coordinator


@pytest.mark.parametrize(
    ("what", "typed"),
    [
        ("limits", {"debit": "31"}),
        ("confirmation", {"words_needed": "both"}),
        ("categories", {}),
        ("exceptions", {"late_days": "17"}),
    ],
)
def test_nothing_typed_is_lost_when_a_fresh_sign_in_is_asked_for(
    street: Street, what: str, typed: dict[str, Any]
) -> None:
    before = street.bank.log.head()
    street.neighbourhood.clock.passes(timedelta(minutes=11))

    refused = send(street.chidi, street.chidi.get("/agreements"), f"/agreements/{what}", **typed)

    assert refused.status_code == 422 and street.bank.log.head() == before
    assert all(value in refused.text for value in typed.values())


def test_removing_a_coordinator_asks_for_a_fresh_sign_in(street: Street) -> None:
    street.bank.do(GiveRole(member=street.ana_id, role="coordinator"), by=street.chidi_id)
    ana = f"/members/{street.ana_id}"
    street.neighbourhood.clock.passes(timedelta(minutes=11))

    refused = send(street.chidi, street.chidi.get(ana), f"{ana}/roles/coordinator/withdrawal")

    assert refused.status_code == 422 and street.bank.member(street.ana_id).removal_asked_by is None
