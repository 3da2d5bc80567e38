"""Logging hours: fill in, see what will happen, and it happens once."""

from datetime import timedelta

from ledger.agreements.commands import AgreeOnCategories
from ledger.agreements.facts import Category
from ledger.deciding.requests import Caller
from ledger.identifiers import AccountId, CategoryKey, new_command_id
from tests.web.pages.conftest import GARDENING, Street, checked, logged
from tests.web.pages.reader import form_on, send, words_on


def test_the_form_begins_with_today_and_with_help_given(street: Street) -> None:
    form = form_on(street.ana.get("/exchanges/new"), "/exchanges/new")

    assert form.fields["way"] == "gave"
    assert form.fields["given_on"] == "2026-11-22"
    assert len(form.fields["command"]) > 8


def test_help_given_waits_for_the_one_who_received_it(street: Street) -> None:
    page = checked(street.ana, note="Two rows of leeks")

    assert page.status_code == 200
    words = words_on(page)
    assert "You gave Bo Lindqvist 2 h 30 min of help on Sunday 22 November 2026. Kind of help: Garden." in words
    assert "It waits for Bo Lindqvist to agree." in words
    assert "Two rows of leeks" in words
    assert street.views.balances.of(AccountId(street.ana_id)).given == 0


def test_help_received_counts_at_once(street: Street) -> None:
    page = checked(street.bo, way="received", other_name="Ana Sousa")

    assert "This counts straight away, because you are the person who has to agree." in words_on(page)
    done = send(street.bo, page, "/exchanges")

    assert done.status_code == 303
    assert street.views.balances.of(AccountId(street.bo_id)).received == 150
    assert "Logged. It now counts for both people." in words_on(street.bo.get(done.headers["location"]))


def test_the_page_shows_both_tallies_afterwards(street: Street) -> None:
    street.helped(by=street.bo_id, minutes=60)

    words = words_on(checked(street.ana))

    assert "You gave 3 h 30 min" in words.replace("gave3", "gave 3") and "in total (now 1 h)" in words


def test_who_comes_near_the_limit_is_told_kindly(street: Street) -> None:
    near = words_on(checked(street.bo, way="received", other_name="Ana", hours="15", minutes="30"))
    far = words_on(checked(street.bo, way="received", other_name="Ana", hours="1", minutes="0"))

    assert "After this, you can still receive 4 h 30 min." in near
    assert "still open" not in far


def test_beyond_the_limit_says_what_is_still_open(street: Street) -> None:
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


def test_the_same_form_sent_twice_is_one_exchange(street: Street) -> None:
    page = checked(street.ana)

    first, second = send(street.ana, page, "/exchanges"), send(street.ana, page, "/exchanges")

    assert first.headers["location"] == second.headers["location"]
    assert len(street.views.exchanges.waiting_for(street.bo_id)) == 1


def test_a_form_that_was_used_for_something_else_is_asked_for_again(street: Street) -> None:
    page = checked(street.ana)
    send(street.ana, page, "/exchanges")

    again = send(street.ana, page, "/exchanges", hours="1")

    assert again.status_code == 422
    assert "already been used for something else" in words_on(again)
    form = form_on(again, "/exchanges/new")
    assert form.fields["hours"] == "1"
    assert form.fields["command"] != form_on(page, "/exchanges").fields["command"]


def test_a_form_without_its_command_is_looked_at_once_more(street: Street) -> None:
    answer = street.ana.post("/exchanges", data=GARDENING | {"given_on": "2026-11-22"})

    assert answer.status_code == 422 and "once more" in words_on(answer)
    assert street.views.exchanges.waiting_for(street.bo_id) == []


def test_change_something_leads_back_to_the_form_as_it_was(street: Street) -> None:
    page = checked(street.ana, note="Leeks", given_on="day", day="3", month="10", year="2026")

    form = street.ana.post("/exchanges/new", data=form_on(page, "/exchanges").fields | {"change": "yes"})

    assert form.status_code == 200
    kept = form_on(form, "/exchanges/new").fields
    assert (kept["hours"], kept["minutes"], kept["note"], kept["category"]) == ("2", "30", "Leeks", "garden")
    assert (kept["other"], kept["given_on"]) == (street.bo_id, "day")
    assert (kept["day"], kept["month"], kept["year"]) == ("3", "10", "2026")


def test_people_of_late_are_offered_first(street: Street) -> None:
    street.helped(by=street.bo_id)

    assert "Bo Lindqvist" in words_on(street.ana.get("/exchanges/new"))
    assert "Bo Lindqvist" not in words_on(street.eve.get("/exchanges/new"))


def test_a_link_may_name_the_other_person(street: Street) -> None:
    form = form_on(street.ana.get(f"/exchanges/new?with={street.eve_id}&way=received"), "/exchanges/new")

    assert (form.fields["other"], form.fields["way"]) == (street.eve_id, "received")


def test_a_coordinator_logs_for_two_members(street: Street) -> None:
    form = street.chidi.get("/exchanges/new?for=others")
    typed = {"other_name": "Ana", "second_name": "Bo", "hours": "1", "category": "garden"}
    page = send(street.chidi, form, "/exchanges/new", **typed)

    assert "Ana Sousa gave Bo Lindqvist 1 h of help" in words_on(page)
    assert "Both people will see that you logged it for them" in words_on(page)
    done = send(street.chidi, page, "/exchanges")
    told = words_on(street.bo.get(done.headers["location"]))
    assert "Chidi Eze logged 1 h. Logged for both people." in told
    assert "Chidi Eze logged it for both" in told


def test_nobody_else_logs_for_two_members(street: Street) -> None:
    assert "others" not in form_on(street.ana.get("/exchanges/new?for=others"), "/exchanges/new").fields

    fields = form_on(street.ana.get("/exchanges/new"), "/exchanges/new").fields
    typed = {"others": "yes", "other_name": "Bo", "second_name": "Eve", "hours": "1", "category": "garden"}
    refused = street.ana.post("/exchanges/new", data=fields | typed)

    assert refused.status_code == 422
    assert "You can log what you gave or received." in words_on(refused)


def test_a_gift_can_be_logged_on_the_same_form(street: Street) -> None:
    page = checked(street.ana, way="gift", hours="", minutes="", category="food")

    assert "You gave a gift to Bo Lindqvist" in words_on(page)
    done = send(street.ana, page, "/gifts")
    assert done.headers["location"].startswith("/gifts/f-")
    assert street.views.balances.of(AccountId(street.ana_id)).gifts_given == 1


def test_another_day_may_be_typed_in_digits_of_any_script(street: Street) -> None:
    page = checked(street.ana, hours="٢", minutes="٠٥", given_on="day", day="٣", month="١٠", year="٢٠٢٦")

    assert "2 h 5 min of help on Saturday 3 October 2026" in words_on(page)


def test_a_day_without_a_year_is_in_this_one(street: Street) -> None:
    assert "3 October 2026" in words_on(checked(street.ana, given_on="day", day="3", month="10", year=""))
    assert "3 October 2026" in words_on(checked(street.ana, given_on="day", day="3", month="10", year="26"))


def test_a_day_long_ago_asks_for_a_coordinator(street: Street) -> None:
    page = checked(street.ana, given_on="day", day="3", month="10", year="2024")

    assert page.status_code == 422 and "A coordinator can log it for you" in words_on(page)


def test_midnight_between_form_and_check_changes_nothing(street: Street) -> None:
    form = street.ana.get("/exchanges/new")
    street.neighbourhood.clock.passes(timedelta(hours=13))

    page = send(street.ana, form, "/exchanges/new", **GARDENING)

    assert "on Sunday 22 November 2026" in words_on(page)


def test_a_kind_that_is_no_longer_agreed_upon_is_chosen_anew(street: Street) -> None:
    page = checked(street.ana)
    command = Caller(id=new_command_id(), by=street.chidi_id)
    street.bank.do(
        AgreeOnCategories(
            categories=tuple(Category(key=key, label=label) for key, label in [(CategoryKey("food"), "Food")])
        ),
        by=command,
    )

    late = send(street.ana, page, "/exchanges")

    assert late.status_code == 422 and "Choose a kind of help from the list" in words_on(late)


def test_what_was_logged_leads_to_its_page(street: Street) -> None:
    done = logged(street.ana)

    page = street.ana.get(done.headers["location"])
    assert page.status_code == 200
    assert "Logged. It counts once the other person agrees." in words_on(page)
