"""Whole journeys in a real browser, on a phone and without JavaScript: what Ana logs, Bo agrees to, and both see."""

from playwright.sync_api import Page, expect

from tests.web.browser.conftest import DESK, Served


def fill_in(page: Page, *, name: str, hours: str, minutes: str, note: str = "") -> None:
    """Fill in the form for gardening on the day before."""
    page.get_by_label("Someone else? Type their name").or_(page.get_by_label("Type all or part of a name")).fill(name)
    page.get_by_label("Hours").first.fill(hours)
    page.get_by_label("Minutes").first.fill(minutes)
    page.get_by_label("Garden", exact=True).first.check()
    page.get_by_label("Yesterday").check()
    page.get_by_label("Note").fill(note)


def test_an_hour_is_logged_agreed_to_and_counts_for_both(served: Served) -> None:
    ana = served.window(served.street.ana_id)
    ana.goto("/")
    ana.get_by_role("link", name="Log hours or a gift").click()
    fill_in(ana, name="Bo", hours="2", minutes="30", note="Two rows of leeks")
    ana.get_by_role("button", name="Next: check").click()
    expect(ana.locator(".slip")).to_contain_text("You gave Bo Lindqvist 2 h 30 min of help")
    ana.get_by_role("button", name="Yes, log it").click()
    expect(ana.get_by_role("status")).to_contain_text("It counts once the other person agrees.")

    bo = served.window(served.street.bo_id)
    bo.goto("/")
    expect(bo.locator(".slip.stack")).to_contain_text("Two rows of leeks")
    bo.get_by_role("link", name="Check and answer").click()
    bo.get_by_role("button", name="Yes, I agree to").click()
    expect(bo.get_by_role("status")).to_contain_text("It now counts for both people.")

    ana.goto("/")
    expect(ana.locator(".facing")).to_contain_text("to 1 neighbour")
    ana.get_by_role("navigation", name="Main menu").get_by_role("link", name="My history").click()
    expect(ana.locator(".book")).to_contain_text("Gave to Bo Lindqvist")
    expect(ana.locator(".book")).to_contain_text("2 h 30 min")


def test_a_mistake_in_the_form_is_corrected_without_typing_everything_again(served: Served) -> None:
    ana = served.window(served.street.ana_id, java_script_enabled=True)
    ana.goto("/exchanges/new")
    fill_in(ana, name="Bo", hours="0", minutes="0", note="Two rows of leeks")
    ana.get_by_role("button", name="Next: check").click()

    summary = ana.get_by_role("alert")
    expect(summary).to_contain_text("There is a problem")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Enter how long it took").click()
    expect(ana.get_by_label("Hours").first).to_be_focused()
    expect(ana.get_by_label("Note")).to_have_value("Two rows of leeks")
    expect(ana.get_by_label("Yesterday")).to_be_checked()

    ana.get_by_label("Hours").first.fill("1")
    ana.get_by_role("button", name="Next: check").click()
    ana.get_by_role("button", name="Change it").click()
    expect(ana.get_by_label("Bo Lindqvist")).to_be_checked()
    ana.get_by_role("button", name="Next: check").click()
    expect(ana.locator(".slip")).to_contain_text("You gave Bo Lindqvist 1 h of help")
    assert served.complaints == [
        "error: Failed to load resource: the server responded with a status of 422 (Unprocessable Entity)"
    ]


def test_help_in_return_is_only_asked_for_in_a_skill_exchange(served: Served) -> None:
    ana = served.window(served.street.ana_id)
    ana.goto("/exchanges/new")
    back = ana.get_by_role("group", name="How long was the help in return?")

    expect(back).to_be_hidden()
    ana.get_by_label("We helped each other").check()
    expect(back).to_be_visible()
    ana.get_by_label("A gift, with nothing expected back").check()
    expect(ana.get_by_role("group", name="How long did it take?", exact=True)).to_be_hidden()


def test_a_mistake_is_taken_back_and_logged_again(served: Served) -> None:
    exchange = served.street.helped(by=served.street.bo_id)
    bo = served.window(served.street.bo_id)
    bo.goto(f"/exchanges/{exchange}")
    bo.get_by_text("Is something wrong?").click()
    bo.get_by_label("What is wrong?").fill("It was two hours")
    bo.get_by_role("button", name="Ask to take it back").click()

    ana = served.window(served.street.ana_id)
    ana.goto("/")
    ana.get_by_role("link", name="Check and answer").click()
    ana.get_by_role("button", name="Yes, take it back").click()
    ana.get_by_role("link", name="Log a correction").click()
    ana.get_by_label("Minutes").first.fill("0")
    ana.get_by_role("button", name="Next: check").click()
    ana.get_by_role("button", name="Yes, log it").click()
    expect(ana.locator("main")).to_contain_text("It corrects an exchange that was taken back.")
    ana.get_by_role("link", name="an exchange that was taken back").click()
    expect(ana.get_by_role("link", name="See the corrected version")).to_be_visible()


def test_a_coordinator_logs_what_two_members_phoned_in(served: Served) -> None:
    chidi = served.window(served.street.chidi_id, **DESK)
    chidi.goto("/")
    chidi.get_by_role("link", name="Log help between two members").click()
    chidi.get_by_role("group", name="Who helped?").get_by_role("textbox").fill("Ana")
    chidi.get_by_role("group", name="Who was helped?").get_by_role("textbox").fill("Bo")
    chidi.get_by_label("Hours").first.fill("1")
    chidi.get_by_label("Garden", exact=True).first.check()
    chidi.get_by_role("button", name="Next: check").click()
    chidi.get_by_role("button", name="Yes, log it").click()

    expect(chidi.locator(".lines")).to_contain_text("Chidi Eze logged 1 h. Logged for both people.")


def test_a_form_can_be_filled_in_with_the_keyboard_alone(served: Served) -> None:
    served.street.helped(by=served.street.bo_id)
    ana = served.window(served.street.ana_id, **DESK)
    ana.goto("/exchanges/new")

    ana.keyboard.press("Tab")
    expect(ana.get_by_role("link", name="Skip to main content")).to_be_focused()
    ana.get_by_label("I helped someone").focus()
    ana.keyboard.press("ArrowDown")
    expect(ana.get_by_label("Someone helped me")).to_be_checked()
    ana.keyboard.press("Tab")
    ana.keyboard.press("Tab")
    ana.keyboard.press("Space")
    expect(ana.get_by_label("Bo Lindqvist")).to_be_checked()
    ana.keyboard.press("Tab")
    ana.keyboard.press("Tab")
    ana.keyboard.type("1")
    expect(ana.get_by_label("Hours").first).to_have_value("1")
    ana.keyboard.press("Enter")
    expect(ana.get_by_role("alert")).to_contain_text("Choose a kind of help from the list")
