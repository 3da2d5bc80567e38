"""Who may open what: every route and every rule, for a stranger, members, a coordinator and an auditor."""

import litestar
import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from ledger.groups.commands import FormGroup, JoinGroup
from ledger.groups.facts import GroupFormed
from ledger.members.commands import WithdrawRole
from tests.web.neighbourhood import Neighbourhood
from tests.web.walk import Walk
from web.framework import access
from web.framework.access import (
    COORDINATORS,
    COORDINATORS_AND_AUDITORS,
    OWNERS_COORDINATORS_AND_AUDITORS,
    PARTIES,
    RouteWithoutRule,
    Rule,
    handler_name,
    handlers_of,
    rule_of,
)
from web.framework.call import get

RULES = {name: rule for name, rule in vars(access).items() if isinstance(rule, Rule)}

WHO = ("stranger", "ana", "bo", "mallory", "chidi", "ruth")
"""Ana and Bo are the parties of the exchange; Mallory is a member who is not."""

EVERY_MEMBER = {"ana", "bo", "mallory", "chidi", "ruth"}
ALLOWED: dict[str, set[str]] = {
    "ANYBODY": {"stranger"} | EVERY_MEMBER,
    "MEMBERS": EVERY_MEMBER,
    "COORDINATORS": {"chidi"},
    "COORDINATORS_AND_AUDITORS": {"chidi", "ruth"},
    "AUDITORS": {"ruth"},
    "THE_MEMBER": {"ana"},
    "PARTIES": {"ana", "bo"},
    "PARTIES_AND_COORDINATORS": {"ana", "bo", "chidi"},
    "PARTIES_COORDINATORS_AND_AUDITORS": {"ana", "bo", "chidi", "ruth"},
    "THE_MEMBER_AND_COORDINATORS": {"ana", "chidi"},
    # Ana gave it to the whole community.
    "PEOPLE_OF_THE_GIFT_AND_COORDINATORS": {"ana", "chidi"},
    "READERS_OF_THE_GIFT": EVERY_MEMBER,
    # The account is Ana's.
    "OWNERS_COORDINATORS_AND_AUDITORS": {"ana", "chidi", "ruth"},
}
"""Who each rule lets in."""


def let_in(walk: Walk, app: Litestar, handler: HTTPRouteHandler) -> set[str]:
    """Return who may call this route with every method it has."""
    return {who for who in WHO if all(gets_in(walk, app, handler, method, who) for method in handler.http_methods)}


def gets_in(walk: Walk, app: Litestar, handler: HTTPRouteHandler, method: str, who: str) -> bool:
    response = walk.neighbourhood.browser(app, member=walk.member(who)).request(method, walk.path(handler))
    assert response.status_code < 500, f"{method} {walk.path(handler)} broke for {who}"
    is_sent_to_sign_in = who == "stranger" and is_sign_in(response.headers.get("location", ""))
    is_hidden = response.status_code == 404 and rule_of(handler).check is not None
    return response.status_code != 403 and not is_sent_to_sign_in and not is_hidden


def is_sign_in(location: str) -> bool:
    return location == "/sign-in" or location.startswith("/sign-in?to=")


def test_every_route_follows_the_rule_it_names(neighbourhood: Neighbourhood) -> None:
    walk = Walk(neighbourhood)
    app = neighbourhood.app()

    handlers = {handler_name(handler): handler for handler in handlers_of(app)}
    found = {name: let_in(walk, app, handler) for name, handler in handlers.items()}

    named = {rule.who: name for name, rule in RULES.items()}
    assert found == {name: ALLOWED[named[rule_of(handler).who]] for name, handler in handlers.items()}


def trial(rule: Rule) -> HTTPRouteHandler:
    """A page with this rule."""

    @get("/trial/{exchange_id:str}/{account:str}/{gift_id:str}/{member_id:str}", may=rule)
    def on_trial() -> str:
        return "in"

    return on_trial


@pytest.mark.parametrize("name", RULES)
def test_every_rule_lets_in_the_right_people_and_nobody_else(neighbourhood: Neighbourhood, name: str) -> None:
    walk = Walk(neighbourhood)
    app = neighbourhood.app(trial(RULES[name]))
    (handler,) = (found for found in handlers_of(app) if handler_name(found) == "on_trial")

    assert let_in(walk, app, handler) == ALLOWED[name]


def test_strangers_are_asked_to_sign_in_and_members_are_refused(neighbourhood: Neighbourhood) -> None:
    app = neighbourhood.app(trial(COORDINATORS))

    stranger = neighbourhood.browser(app).get("/trial/x/y/z/m")
    ana = neighbourhood.browser(app, member=neighbourhood.ana).get("/trial/x/y/z/m")

    assert (stranger.status_code, stranger.headers["location"]) == (303, "/sign-in?to=%2Ftrial%2Fx%2Fy%2Fz%2Fm")
    assert ana.status_code == 403 and "cannot open this page" in ana.text


def test_an_exchange_that_does_not_exist_is_not_found(neighbourhood: Neighbourhood) -> None:
    app = neighbourhood.app(trial(PARTIES))

    assert neighbourhood.browser(app, member=neighbourhood.ana).get("/trial/x-none/y/z/m").status_code == 404
    assert neighbourhood.browser(app).get("/trial/x-none/y/z/m").status_code == 303


def test_members_of_a_group_own_its_account(neighbourhood: Neighbourhood) -> None:
    group = neighbourhood.bank.do(FormGroup(name="Garden"), by=neighbourhood.host_command()).fact(GroupFormed).group
    neighbourhood.bank.do(JoinGroup(group=group, member=neighbourhood.bo), by=neighbourhood.host_command())
    app = neighbourhood.app(trial(OWNERS_COORDINATORS_AND_AUDITORS))

    assert neighbourhood.browser(app, member=neighbourhood.bo).get(f"/trial/x/{group}/z/m").status_code == 200
    assert neighbourhood.browser(app, member=neighbourhood.ana).get(f"/trial/x/{group}/z/m").status_code == 404


def test_a_role_that_is_removed_is_gone_straight_away(neighbourhood: Neighbourhood) -> None:
    app = neighbourhood.app(trial(COORDINATORS_AND_AUDITORS))
    ruth = neighbourhood.browser(app, member=neighbourhood.ruth)
    assert ruth.get("/trial/x/y/z/m").status_code == 200

    neighbourhood.bank.do(WithdrawRole(member=neighbourhood.ruth, role="auditor"), by=neighbourhood.host_command())

    assert ruth.get("/trial/x/y/z/m").status_code == 403


def test_an_app_with_a_route_without_a_rule_does_not_start(neighbourhood: Neighbourhood) -> None:
    @litestar.get("/trial", sync_to_thread=True)
    def trial() -> str:
        return "in"

    with pytest.raises(RouteWithoutRule, match="trial"):
        neighbourhood.app(trial)
