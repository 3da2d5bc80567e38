"""Staying signed in and signing out: tokens cannot be invented, chosen or read from the database."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from ledger.members.commands import LeaveCommunity
from tests.web.neighbourhood import ADDRESS, Neighbourhood
from tests.web.routes import ANYBODY, MEMBERS, Found
from web.sign_in import sessions
from web.sign_in.codes import make_sign_in_link
from web.sign_in.sessions import SESSION

FOUND: Found = {"sign_out": ANYBODY, "show_devices": MEMBERS, "sign_out_everywhere": MEMBERS}
NO_SECOND_ATTEMPT: set[str] = {"sign_out", "sign_out_everywhere"}


def link_for(neighbourhood: Neighbourhood) -> str:
    return make_sign_in_link(neighbourhood.bank.people, neighbourhood.ana, ADDRESS, neighbourhood.clock.now)


def test_an_invented_token_never_becomes_a_session(neighbourhood: Neighbourhood) -> None:
    """Session fixation: a token that an attacker plants before the victim signs in must stay worthless."""
    app = neighbourhood.app()
    victim, attacker = neighbourhood.browser(app), neighbourhood.browser(app)
    for browser in (victim, attacker):
        browser.holds("__Host-hours", "planted-by-a-stranger")

    victim.post(link_for(neighbourhood))

    assert victim.get("/devices").status_code == 200
    assert victim.cookies.get("__Host-hours") != "planted-by-a-stranger"
    assert attacker.get("/devices").status_code == 303


def test_every_sign_in_makes_a_new_token_and_deletes_the_old_one(neighbourhood: Neighbourhood) -> None:
    app = neighbourhood.app()
    browser, thief = neighbourhood.browser(app), neighbourhood.browser(app)
    browser.post(link_for(neighbourhood))
    before = browser.cookies["__Host-hours"]
    thief.holds("__Host-hours", before)

    browser.post(link_for(neighbourhood))

    assert browser.cookies["__Host-hours"] != before
    assert thief.get("/devices").status_code == 303


def test_the_cookies_have_all_protective_attributes(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser()

    session = browser.post(link_for(neighbourhood)).headers.get_list("set-cookie")[0]
    asking = browser.post("/sign-in/codes", data={"email": "bo@example.org"}).headers["set-cookie"]

    device = browser.post(link_for(neighbourhood)).headers.get_list("set-cookie")[-1]

    for cookie, name, seconds in (
        (session, "__Host-hours", 7_776_000),
        (asking, "__Host-hours-asking", 900),
        (device, "__Host-hours-device", 34_560_000),
    ):
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert cookie.startswith(f"{name}=")
        assert parts == {"secure", "httponly", "samesite=lax", "path=/", f"max-age={seconds}"}


def test_cookies_for_plain_http_have_no_prefix(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser(neighbourhood.app(secure_cookies=False))

    session = browser.post(link_for(neighbourhood)).headers.get_list("set-cookie")[0]

    assert session.startswith("hours=") and "secure" not in session.lower() and "HttpOnly" in session


def test_strangers_get_no_cookie_and_no_session(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser()

    responses = [browser.get(path) for path in ("/sign-in", "/sign-in/code", "/nowhere", "/healthz", "/devices")]

    assert not any("set-cookie" in response.headers for response in responses)
    assert stored_tokens(neighbourhood) == []


def test_only_a_hash_of_the_token_is_stored(neighbourhood: Neighbourhood) -> None:
    token = sessions.start(neighbourhood.bank.people.engine, neighbourhood.ana, neighbourhood.clock.now)

    assert len(token) >= 43
    assert len(stored_tokens(neighbourhood)) == 1 and token not in stored_tokens(neighbourhood)


def test_a_session_lasts_ninety_days_from_the_last_visit(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser()
    browser.post(link_for(neighbourhood))

    neighbourhood.clock.passes(timedelta(days=89))
    renewed = browser.get("/devices")
    again = browser.get("/devices")
    neighbourhood.clock.passes(timedelta(days=89))
    in_time = browser.get("/devices")
    neighbourhood.clock.passes(timedelta(days=90))
    too_late = browser.get("/devices")

    assert [response.status_code for response in (renewed, in_time, too_late)] == [200, 200, 303]
    assert "Max-Age=7776000" in renewed.headers["set-cookie"]
    assert "set-cookie" not in again.headers


@pytest.mark.parametrize("who", ["chidi", "ruth"])
def test_coordinators_and_auditors_are_signed_out_after_twelve_idle_hours(
    neighbourhood: Neighbourhood, who: str
) -> None:
    browser = neighbourhood.browser(member=getattr(neighbourhood, who))

    neighbourhood.clock.passes(timedelta(hours=11))
    assert browser.get("/devices").status_code == 200
    neighbourhood.clock.passes(timedelta(hours=11))
    assert browser.get("/devices").status_code == 200, "each visit counts"
    neighbourhood.clock.passes(timedelta(hours=12))
    assert browser.get("/devices").status_code == 303


def test_coordinators_sign_in_again_after_fourteen_days_whatever_they_visit(neighbourhood: Neighbourhood) -> None:
    chidi = neighbourhood.browser(member=neighbourhood.chidi)
    for _ in range(27):
        neighbourhood.clock.passes(timedelta(hours=11, minutes=59))
        assert chidi.get("/devices").status_code == 200

    neighbourhood.clock.passes(timedelta(hours=11, minutes=59))
    neighbourhood.clock.passes(timedelta(minutes=28))
    assert chidi.get("/devices").status_code == 303


def test_signing_out_everywhere_also_ends_open_links_and_codes(neighbourhood: Neighbourhood) -> None:
    """A link that was handed out before used to sign in again."""
    app = neighbourhood.app()
    ana, thief = neighbourhood.browser(app, member=neighbourhood.ana), neighbourhood.browser(app)
    link = link_for(neighbourhood)
    thief.post("/sign-in/codes", data={"email": "ana@example.org"})
    found = re.search(r"\d{8}", str(neighbourhood.mails[-1]["subject"]))
    assert found is not None

    ana.post("/sign-out/everywhere")

    assert thief.post(link).status_code == 410
    assert thief.post("/sign-in/code", data={"code": found[0]}).status_code == 422
    assert thief.get("/devices").status_code == 303


def test_signing_out_ends_only_this_session(neighbourhood: Neighbourhood) -> None:
    app = neighbourhood.app()
    phone, library = (neighbourhood.browser(app, member=neighbourhood.ana) for _ in range(2))
    token = library.cookies["__Host-hours"]

    response = library.post("/sign-out")
    library.holds("__Host-hours", token)

    assert response.headers["location"] == "/sign-in?done=signed-out"
    assert "Max-Age=0" in response.headers["set-cookie"]
    assert library.get("/devices").status_code == 303
    assert phone.get("/devices").status_code == 200
    assert "signed out on this device" in library.get("/sign-in?done=signed-out").text


def test_signing_out_everywhere_ends_all_sessions_of_the_member(neighbourhood: Neighbourhood) -> None:
    app = neighbourhood.app()
    phone, library = (neighbourhood.browser(app, member=neighbourhood.ana) for _ in range(2))
    bo = neighbourhood.browser(app, member=neighbourhood.bo)

    phone.post("/sign-out/everywhere")

    assert phone.get("/devices").status_code == library.get("/devices").status_code == 303
    assert bo.get("/devices").status_code == 200


def test_opening_the_address_of_sign_out_does_not_sign_out(neighbourhood: Neighbourhood) -> None:
    ana = neighbourhood.browser(member=neighbourhood.ana)

    assert ana.get("/sign-out").status_code == ana.get("/sign-out/everywhere").status_code == 405
    assert ana.get("/devices").status_code == 200


def test_the_list_of_devices_marks_this_one(neighbourhood: Neighbourhood) -> None:
    app = neighbourhood.app()
    ana = neighbourhood.browser(app, member=neighbourhood.ana)
    neighbourhood.browser(app, member=neighbourhood.ana)
    neighbourhood.browser(app, member=neighbourhood.bo)

    page = ana.get("/devices").text

    assert page.count("This device") == 1 and page.count("Another device") == 1


def test_a_member_who_leaves_is_signed_out_straight_away(neighbourhood: Neighbourhood) -> None:
    app = neighbourhood.app()
    bo = neighbourhood.browser(app, member=neighbourhood.bo)
    link = make_sign_in_link(neighbourhood.bank.people, neighbourhood.bo, ADDRESS, neighbourhood.clock.now)
    assert bo.get("/devices").status_code == 200

    neighbourhood.bank.do(LeaveCommunity(member=neighbourhood.bo), by=neighbourhood.host_command())

    assert bo.get("/devices").status_code == 303
    assert bo.get(link).status_code == bo.post(link).status_code == 410


@pytest.mark.parametrize("token", ["", '"', "\xff", "x" * 10_000, "a=b", "%00"])
def test_invalid_tokens_are_ignored(neighbourhood: Neighbourhood, token: str) -> None:
    cookie = f"__Host-hours={token}".encode("latin-1")

    response = neighbourhood.browser().get("/devices", headers=[(b"cookie", cookie)])

    assert response.status_code == 303


def stored_tokens(neighbourhood: Neighbourhood) -> list[str]:
    with neighbourhood.bank.people.engine.connect() as connection:
        return list(connection.execute(sa.select(SESSION.c.token_hash)).scalars())
