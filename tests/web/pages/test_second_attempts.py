"""Every form of the app, sent with a mistake and then corrected on the page that shows it again."""

import pytest

from tests.web.pages.conftest import GARDENING, Street, checked
from tests.web.pages.gifts.test_gifts import GIFT
from tests.web.pages.reader import form_on, send, words_on
from tests.web.routes import second_attempts, without_second_attempt
from web.framework.access import handler_name, handlers_of

ATTEMPTS = second_attempts()


def test_every_form_of_the_app_has_a_second_attempt(street: Street) -> None:
    app = street.neighbourhood.app()

    forms = {handler_name(handler) for handler in handlers_of(app) if "POST" in handler.http_methods}

    assert forms == {*ATTEMPTS} | without_second_attempt(), "say beside its tests how a new form goes wrong, and right"


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
