"""Logging hours: fill in the form, check it, and it is recorded once."""

from datetime import timedelta

from ledger.agreements.commands import AgreeOnCategories, AgreeOnConfirmation
from ledger.agreements.facts import Category
from ledger.deciding.requests import Caller
from ledger.identifiers import AccountId, CategoryKey, new_command_id
from tests.web.pages.conftest import GARDENING, Street, checked, logged
from tests.web.pages.reader import form_on, mistakes_on, send, words_on
from tests.web.routes import MEMBERS, Attempt, Found, SecondAttempts

FOUND: Found = {"show_log": MEMBERS, "check_log": MEMBERS, "log_exchange": MEMBERS}
NO_SECOND_ATTEMPT: set[str] = {"log_exchange"}


def check_log(street: Street) -> Attempt:
    return Attempt(street.ana, "/exchanges/new", "/exchanges/new", GARDENING | {"hours": "x"}, GARDENING)


SECOND_ATTEMPTS: SecondAttempts = (check_log,)


def test_the_form_starts_with_help_given_today(street: Street) -> None:
    form = form_on(street.ana.get("/exchanges/new"), "/exchanges/new")

    assert form.fields["way"] == "gave"
    assert form.fields["given_on"] == "2026-11-22"
    assert len(form.fields["command"]) > 8


def test_help_given_waits_for_the_person_who_received_it(street: Street) -> None:
    page = checked(street.ana, note="Two rows of leeks")

    words = words_on(page)
    assert "You gave Bo Lindqvist 2 h 30 min of help on Sunday 22 November 2026. Kind of help: Garden." in words
    assert "Two rows of leeks" in words
    send(street.ana, page, "/exchanges")
    assert [view.state for view in street.views.exchanges.waiting_for(street.bo_id)] == ["waiting"]
    assert street.views.balances.of(AccountId(street.ana_id)).given == 0


def test_help_received_counts_straight_away(street: Street) -> None:
    page = checked(street.bo, way="received", other_name="Ana Sousa")

    done = send(street.bo, page, "/exchanges")

    assert done.status_code == 303
    assert street.views.balances.of(AccountId(street.bo_id)).received == 150
    assert 'role="status"' in street.bo.get(done.headers["location"]).text


def test_the_check_shows_the_total_before_and_after(street: Street) -> None:
    street.helped(by=street.bo_id, minutes=60)

    words = words_on(checked(street.ana))

    assert "You gave 3 h 30 min" in words.replace("gave3", "gave 3") and "in total (now 1 h)" in words


def test_the_check_mentions_a_limit_that_is_near(street: Street) -> None:
    near = words_on(checked(street.bo, way="received", other_name="Ana", hours="15", minutes="30"))
    far = words_on(checked(street.bo, way="received", other_name="Ana", hours="1", minutes="0"))

    assert "you can still receive 4 h 30 min" in near
    assert "you can still receive" not in far


def test_a_report_beyond_the_limit_says_how_much_is_still_open(street: Street) -> None:
    page = checked(street.bo, way="received", other_name="Ana", hours="21", minutes="0")

    assert page.status_code == 422
    assert "20 h can still be received" in words_on(page)
    assert form_on(page, "/exchanges/new").fields["hours"] == "21"


def test_a_skill_exchange_goes_both_ways(street: Street) -> None:
    page = checked(
        street.ana, way="exchange", hours="1", minutes="0", hours_back="2", minutes_back="0", category_back="repairs"
    )

    assert "You gave Bo Lindqvist 1 h (Garden) and received 2 h (Repairs and tools)" in words_on(page)
    done = send(street.ana, page, "/exchanges")
    (waiting,) = street.views.exchanges.waiting_for(street.bo_id)
    assert [leg.minutes for leg in waiting.legs] == [60, 120]
    assert waiting.id in done.headers["location"]


def test_sending_the_same_form_twice_records_one_exchange(street: Street) -> None:
    page = checked(street.ana)

    first, second = send(street.ana, page, "/exchanges"), send(street.ana, page, "/exchanges")

    assert first.headers["location"] == second.headers["location"]
    assert len(street.views.exchanges.waiting_for(street.bo_id)) == 1


def test_a_form_used_for_something_else_is_shown_again_with_a_new_command(street: Street) -> None:
    page = checked(street.ana)
    send(street.ana, page, "/exchanges")

    again = send(street.ana, page, "/exchanges", hours="1")

    assert again.status_code == 422 and mistakes_on(again) == ["form"]
    form = form_on(again, "/exchanges/new")
    assert form.fields["hours"] == "1"
    assert form.fields["command"] != form_on(page, "/exchanges").fields["command"]


def test_a_form_without_its_command_records_nothing(street: Street) -> None:
    answer = street.ana.post("/exchanges", data=GARDENING | {"given_on": "2026-11-22"})

    assert answer.status_code == 422 and "form" in mistakes_on(answer)
    assert street.views.exchanges.waiting_for(street.bo_id) == []


def test_changing_it_leads_back_to_the_form_as_it_was(street: Street) -> None:
    page = checked(street.ana, note="Leeks", given_on="day", day="3", month="10", year="2026")

    form = street.ana.post("/exchanges/new", data=form_on(page, "/exchanges").fields | {"change": "yes"})

    assert form.status_code == 200
    kept = form_on(form, "/exchanges/new").fields
    assert (kept["hours"], kept["minutes"], kept["note"], kept["category"]) == ("2", "30", "Leeks", "garden")
    assert (kept["other"], kept["given_on"]) == (street.bo_id, "day")
    assert (kept["day"], kept["month"], kept["year"]) == ("3", "10", "2026")


def test_people_exchanged_with_recently_are_offered(street: Street) -> None:
    street.helped(by=street.bo_id)

    assert "Bo Lindqvist" in words_on(street.ana.get("/exchanges/new"))
    assert "Bo Lindqvist" not in words_on(street.eve.get("/exchanges/new"))


def test_a_link_can_name_the_other_person(street: Street) -> None:
    form = form_on(street.ana.get(f"/exchanges/new?with={street.eve_id}&way=received"), "/exchanges/new")

    assert (form.fields["other"], form.fields["way"]) == (street.eve_id, "received")


def test_a_coordinator_logs_for_two_members(street: Street) -> None:
    form = street.chidi.get("/exchanges/new?for=others")
    typed = {"other_name": "Ana", "second_name": "Bo", "hours": "1", "category": "garden"}
    page = send(street.chidi, form, "/exchanges/new", **typed)

    done = send(street.chidi, page, "/exchanges")
    assert "Chidi Eze logged 1 h" in words_on(street.bo.get(done.headers["location"]))
    assert street.views.balances.of(AccountId(street.ana_id)).given == 60


def test_members_cannot_log_for_two_others(street: Street) -> None:
    assert "others" not in form_on(street.ana.get("/exchanges/new?for=others"), "/exchanges/new").fields

    fields = form_on(street.ana.get("/exchanges/new"), "/exchanges/new").fields
    typed = {"others": "yes", "other_name": "Bo", "second_name": "Eve", "hours": "1", "category": "garden"}
    refused = street.ana.post("/exchanges/new", data=fields | typed)

    assert refused.status_code == 422 and "what you gave or received" in words_on(refused)


def test_a_gift_can_be_logged_on_the_same_form(street: Street) -> None:
    page = checked(street.ana, way="gift", hours="", minutes="", category="food")

    done = send(street.ana, page, "/gifts")
    assert done.headers["location"].startswith("/gifts/f-")
    assert street.views.balances.of(AccountId(street.ana_id)).gifts_given == 1


def test_hours_and_days_can_be_typed_in_digits_of_any_script(street: Street) -> None:
    page = checked(street.ana, hours="٢", minutes="٠٥", given_on="day", day="٣", month="١٠", year="٢٠٢٦")

    assert "2 h 5 min of help on Saturday 3 October 2026" in words_on(page)


def test_a_day_without_a_year_is_in_this_year(street: Street) -> None:
    assert "3 October 2026" in words_on(checked(street.ana, given_on="day", day="3", month="10", year=""))
    assert "3 October 2026" in words_on(checked(street.ana, given_on="day", day="3", month="10", year="26"))


def test_only_a_coordinator_can_log_a_day_long_ago(street: Street) -> None:
    page = checked(street.ana, given_on="day", day="3", month="10", year="2024")

    assert page.status_code == 422 and mistakes_on(page) == ["given_on"]


def test_the_day_chosen_before_midnight_stays_the_same_after_it(street: Street) -> None:
    form = street.ana.get("/exchanges/new")
    street.neighbourhood.clock.passes(timedelta(hours=13))

    page = send(street.ana, form, "/exchanges/new", **GARDENING)

    assert "on Sunday 22 November 2026" in words_on(page)


def test_a_kind_of_help_that_was_removed_meanwhile_is_refused(street: Street) -> None:
    page = checked(street.ana)
    command = Caller(id=new_command_id(), by=street.chidi_id)
    street.bank.do(
        AgreeOnCategories(
            categories=tuple(Category(key=key, label=label) for key, label in [(CategoryKey("food"), "Food")])
        ),
        by=command,
    )

    late = send(street.ana, page, "/exchanges")

    assert late.status_code == 422 and mistakes_on(late) == ["category"]


def test_logging_leads_to_the_page_of_the_exchange(street: Street) -> None:
    page = street.ana.get(logged(street.ana).headers["location"])

    assert page.status_code == 200 and 'role="status"' in page.text


def test_the_form_says_who_has_to_agree_here(street: Street) -> None:
    receiver_agrees = words_on(street.ana.get("/exchanges/new"))
    street.bank.do(AgreeOnConfirmation(words_needed="both"), by=street.chidi_id)

    assert words_on(street.ana.get("/exchanges/new")) != receiver_agrees
