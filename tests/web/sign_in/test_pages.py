"""Signing in with an emailed code or a link: what works, and what does not."""

import re
from datetime import timedelta

import httpx
import pytest
import sqlalchemy as sa

from tests.web.neighbourhood import ADDRESS, Browser, Neighbourhood
from tests.web.pages.conftest import Street
from tests.web.routes import ANYBODY, Attempt, Found, SecondAttempts
from web.sign_in.codes import make_sign_in_link
from web.sign_in.pages import own_path
from web.sign_in.sessions import SIGN_IN_CODE

FOUND: Found = dict.fromkeys(
    ("show_sign_in", "ask_for_code", "show_code", "enter_code", "show_link", "use_link"), ANYBODY
)
NO_SECOND_ATTEMPT: set[str] = {"use_link"}


def ask_for_code(street: Street) -> Attempt:
    stranger = street.neighbourhood.browser()
    return Attempt(stranger, "/sign-in", "/sign-in/codes", {"email": ""}, {"email": "ana@example.org"})


def enter_code(street: Street) -> Attempt:
    stranger = street.neighbourhood.browser()
    ask(stranger)
    code = mailed_code(street.neighbourhood)
    return Attempt(stranger, "/sign-in/code", "/sign-in/code", {"code": wrong(code)}, {"code": code})


SECOND_ATTEMPTS: SecondAttempts = (ask_for_code, enter_code)


def ask(browser: Browser, address: str = "ana@example.org", **more: str) -> httpx.Response:
    return browser.post("/sign-in/codes", data={"email": address, **more})


def mailed_code(neighbourhood: Neighbourhood) -> str:
    found = re.search(r"\d{8}", str(neighbourhood.mails[-1]["subject"]))
    assert found is not None
    return found[0]


def mailed_link(neighbourhood: Neighbourhood) -> str:
    found = re.search(r"/sign-in/links/\S+", neighbourhood.mails[-1].get_content())
    assert found is not None
    return found[0]


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/devices").status_code == 200


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 100_000_000:08}"


def test_ana_signs_in_with_the_code_from_her_email(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser()

    asked = ask(browser)
    response = browser.post("/sign-in/code", data={"code": mailed_code(neighbourhood)})

    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in/code")
    assert (response.status_code, response.headers["location"]) == (303, "/")
    assert "Ana Sousa" in browser.get("/devices").text


@pytest.mark.parametrize("typed", ["{a} {b}", " {a}-{b} ", "{a}\N{NO-BREAK SPACE}{b}"])
def test_a_pasted_code_can_contain_spaces(neighbourhood: Neighbourhood, typed: str) -> None:
    browser = neighbourhood.browser()
    ask(browser)
    code = mailed_code(neighbourhood)

    browser.post("/sign-in/code", data={"code": typed.format(a=code[:3], b=code[3:])})

    assert is_signed_in(browser)


def test_digits_of_any_script_are_accepted(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser()
    ask(browser)
    arabic = mailed_code(neighbourhood).translate({ord(str(digit)): chr(0x0660 + digit) for digit in range(10)})

    browser.post("/sign-in/code", data={"code": arabic})

    assert is_signed_in(browser)


def test_the_email_goes_to_the_address_on_record(neighbourhood: Neighbourhood) -> None:
    """Capitals do not matter for finding a member, but a similar address must not receive the code."""
    browser = neighbourhood.browser()

    ask(browser, " ANA@Example.org ")
    ask(browser, "\N{LATIN SMALL LETTER A WITH ACUTE}na@example.org")

    assert [mail["to"] for mail in neighbourhood.mails] == ["ana@example.org"]


def test_the_requested_page_is_shown_after_signing_in(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser()

    sent_to_sign_in = browser.get("/devices?a=b").headers["location"]
    asked = ask(browser, to="/devices?a=b")
    response = browser.post("/sign-in/code", data={"code": mailed_code(neighbourhood), "to": "/devices?a=b"})

    assert sent_to_sign_in == "/sign-in?to=%2Fdevices%3Fa%3Db"
    assert 'name="to" value="/devices?a=b"' in browser.get(asked.headers["location"]).text
    assert response.headers["location"] == "/devices?a=b"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "/a\nb", "javascript:alert(1)", "a"],
)
def test_signing_in_never_leads_to_another_site(neighbourhood: Neighbourhood, elsewhere: str) -> None:
    browser = neighbourhood.browser()
    ask(browser)

    response = browser.post("/sign-in/code", data={"code": mailed_code(neighbourhood), "to": elsewhere})

    assert own_path(elsewhere) == ""
    assert response.headers["location"] == "/"


def test_a_wrong_code_can_be_tried_again(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser()
    ask(browser)
    code = mailed_code(neighbourhood)

    refused = browser.post("/sign-in/code", data={"code": wrong(code)})
    browser.post("/sign-in/code", data={"code": code})

    assert refused.status_code == 422 and "<title>Error: Enter the eight digits" in refused.text
    assert is_signed_in(browser)


def test_after_five_wrong_tries_the_right_code_is_refused(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser()
    ask(browser)
    code = mailed_code(neighbourhood)

    responses = [browser.post("/sign-in/code", data={"code": wrong(code)}) for _ in range(5)]
    right = browser.post("/sign-in/code", data={"code": code})

    assert "Ask for a new one" not in responses[3].text and "Ask for a new one" in responses[4].text
    assert right.status_code == 422 and not is_signed_in(browser)


def test_a_code_expires_after_fifteen_minutes(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser()
    ask(browser)
    neighbourhood.clock.passes(timedelta(minutes=15))

    response = browser.post("/sign-in/code", data={"code": mailed_code(neighbourhood)})

    assert response.status_code == 422 and "Ask for a new one" in response.text
    assert not is_signed_in(browser)


def test_a_code_works_once_and_uses_up_its_link(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser()
    ask(browser)
    asking = browser.cookies.get("__Host-hours-asking")
    browser.post("/sign-in/code", data={"code": mailed_code(neighbourhood)})

    again = neighbourhood.browser()
    again.holds("__Host-hours-asking", asking or "")
    again.post("/sign-in/code", data={"code": mailed_code(neighbourhood)})
    again.post(mailed_link(neighbourhood))

    assert is_signed_in(browser) and not is_signed_in(again)


def test_a_code_works_only_in_the_browser_that_requested_it(neighbourhood: Neighbourhood) -> None:
    ask(neighbourhood.browser())
    other = neighbourhood.browser()

    response = other.post("/sign-in/code", data={"code": mailed_code(neighbourhood)})

    assert response.status_code == 422 and not is_signed_in(other)


def test_a_link_works_in_any_browser_once(neighbourhood: Neighbourhood) -> None:
    ask(neighbourhood.browser())
    other, third = neighbourhood.browser(), neighbourhood.browser()

    shown = other.get(mailed_link(neighbourhood))
    used = other.post(mailed_link(neighbourhood))
    again = third.post(mailed_link(neighbourhood))

    assert "<title>Sign in as \u2068Ana Sousa\u2069? – " in shown.text, "a title has no markup"
    assert used.status_code == 303 and is_signed_in(other)
    assert again.status_code == 410 and not is_signed_in(third)


def test_opening_a_link_does_not_sign_in_or_use_it_up(neighbourhood: Neighbourhood) -> None:
    """Mail scanners open every link."""
    ask(neighbourhood.browser())
    scanner, ana = neighbourhood.browser(), neighbourhood.browser()

    for _ in range(3):
        scanner.get(mailed_link(neighbourhood))
        scanner.head(mailed_link(neighbourhood))
    ana.post(mailed_link(neighbourhood))

    assert not is_signed_in(scanner) and is_signed_in(ana)


def test_a_coordinators_link_works_once_and_for_a_day(neighbourhood: Neighbourhood) -> None:
    people, now = neighbourhood.bank.people, neighbourhood.clock.now
    first = make_sign_in_link(people, neighbourhood.bo, f"{ADDRESS}/", now)
    second = make_sign_in_link(people, neighbourhood.bo, ADDRESS, now)
    browser, late = neighbourhood.browser(), neighbourhood.browser()

    browser.post(first)
    neighbourhood.clock.passes(timedelta(days=1))
    response = late.post(second)

    assert first.startswith(f"{ADDRESS}/sign-in/links/")
    assert "Bo Lindqvist" in browser.get("/devices").text
    assert response.status_code == 410


def test_an_unknown_address_gets_the_same_response(neighbourhood: Neighbourhood) -> None:
    known, unknown, left = (neighbourhood.browser() for _ in range(3))

    responses = [ask(known), ask(unknown, "nobody@example.org"), ask(left, "lou@example.org")]
    pages = [browser.get("/sign-in/code").text for browser in (known, unknown, left)]
    tries = [
        [browser.post("/sign-in/code", data={"code": "nonsense"}).text for _ in range(6)]
        for browser in (known, unknown, left)
    ]

    assert [mail["to"] for mail in neighbourhood.mails] == ["ana@example.org"]
    assert len({(response.status_code, response.text, without_tokens(response)) for response in responses}) == 1
    assert pages[0] == pages[1] == pages[2]
    assert tries[0] == tries[1] == tries[2]


def without_tokens(response: httpx.Response) -> str:
    headers = {name: value for name, value in response.headers.items() if name != "x-request-id"}
    return re.sub(r"asking=[\w-]{43}", "asking=...", str(sorted(headers.items())))


def test_nothing_stored_can_be_used_to_sign_in(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser()
    ask(browser)
    code, link = mailed_code(neighbourhood), mailed_link(neighbourhood).rpartition("/")[2]
    browser_token = browser.cookies.get("__Host-hours-asking") or ""

    with neighbourhood.bank.people.engine.connect() as connection:
        stored = str(connection.execute(sa.select(SIGN_IN_CODE)).all())

    assert link and link not in stored
    assert browser_token and browser_token not in stored
    assert code not in re.sub(r"[0-9a-f]{64}|\d{10}", "", stored)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter your email address"),
        ("x" * 300, "Use no more than 254 characters"),
        ("ana@example.org\ud800", "characters that cannot be saved"),
        ("ana@example.org\r\nBcc: bo@example.org\x00", "characters that cannot be saved"),
    ],
)
def test_an_invalid_address_is_a_mistake_beside_the_field(
    neighbourhood: Neighbourhood, typed: str, sentence: str
) -> None:
    browser = neighbourhood.browser()
    body = b"email=" + "".join(f"%{byte:02X}" for byte in typed.encode("utf-8", "surrogatepass")).encode()

    response = browser.post(
        "/sign-in/codes", content=body, headers={"content-type": "application/x-www-form-urlencoded"}
    )

    assert response.status_code == 422 and sentence in response.text
    assert "autofocus" in response.text and 'href="#email"' in response.text
    assert neighbourhood.mails == []


def test_without_email_the_page_says_who_can_help(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser(neighbourhood.app(mail=False))

    assert "Ask a coordinator for a sign-in link" in browser.get("/sign-in").text
    assert ask(browser).status_code == 303


def test_a_signed_in_member_is_redirected_from_the_sign_in_page(neighbourhood: Neighbourhood) -> None:
    assert neighbourhood.browser(member=neighbourhood.ana).get("/sign-in").headers["location"] == "/"
