"""Sign in without a password, and sign out, on this device or everywhere."""

from typing import Annotated

import msgspec
from litestar import Response
from litestar.background_tasks import BackgroundTask
from litestar.exceptions import TooManyRequestsException
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from ledger.identifiers import MemberId
from web.framework.access import ANYBODY, MEMBERS
from web.framework.call import Call, get, post
from web.framework.forms import Form
from web.framework.rendering import see_other
from web.sign_in import codes, limits, sessions
from web.wording.translation import N_

UNKNOWN_MEMBER = MemberId("m-nobody")
"""Stands in for the member of an unknown address, so that both cases run the same queries."""

RETRY_AFTER = {"Retry-After": "3600"}


class AddressForm(msgspec.Struct):
    """Where to send the code, and the page to show after signing in."""

    email: Annotated[str, Meta(max_length=254)]
    to: Annotated[str, Meta(max_length=500)] = ""


class CodeForm(msgspec.Struct):
    """The eight digits, and the page to show after signing in."""

    code: Annotated[str, Meta(max_length=40)]
    to: Annotated[str, Meta(max_length=500)] = ""


ADDRESS_SENTENCES = {"email.required": N_("Enter your email address")}
CODE_SENTENCES = {
    "code.required": N_("Enter the eight digits from the email"),
    "code.wrong": N_("That is not the code we sent. Check the latest email and try again"),
    "code.capped": N_("Too many wrong codes were tried today. Use the link in the email instead"),
    "code.over": N_("This code has been used or has expired. Ask for a new one"),
}


NOTICES = {
    "signed-out": N_("You are signed out on this device."),
    "left": N_("You have left the time bank. Your hours stay on record."),
    "signed-out-everywhere": N_("You are signed out on all your devices."),
}


@get("/sign-in", may=ANYBODY)
def show_sign_in(call: Call) -> Response[str] | Redirect:
    """Show the form for an email address."""
    if call.visitor.is_member:
        return call.see_other("show_home")
    return _sign_in_page(call, Form())


@post("/sign-in/codes", may=ANYBODY)
def ask_for_code(call: Call) -> Response[str] | Redirect:
    """Email a code and a link if the address is a member's. If not, the response is the same and takes as long."""
    form = call.form(AddressForm, ADDRESS_SENTENCES)
    if form.problems:
        return _sign_in_page(call, form)
    engine = call.bank.people.engine
    member = call.bank.people.member_with_address(form.data.email) or UNKNOWN_MEMBER
    device = call.request.cookies.get(call.site.cookies.device_name, "")
    known = device if device and sessions.is_known(engine, device, member) else ""
    if not limits.may_request(engine, form.data.email, _client(call), call.now, known_device=known):
        raise TooManyRequestsException(headers=RETRY_AFTER)
    return _send_code(call, member, own_path(form.data.to))


@get("/sign-in/again", may=MEMBERS)
def show_sign_in_again(call: Call) -> Response[str]:
    """Ask a member who is signed in to confirm that it is them."""
    address = call.bank.people.of(call.visitor.member, "email")
    can_mail = call.site.send_email is not None and bool(address)
    return call.page("sign_in_again.html", can_mail=can_mail, to=own_path(call.query.one("to")))


@post("/sign-in/again", may=MEMBERS)
def ask_for_code_again(call: Call) -> Redirect:
    """Email a code to a member who is signed in."""
    device = call.request.cookies.get(call.site.cookies.session_name, "")
    if not limits.may_request(call.bank.people.engine, "", _client(call), call.now, known_device=device):
        raise TooManyRequestsException(headers=RETRY_AFTER)
    return _send_code(call, call.visitor.member, own_path(call.fields.one("to")))


def _send_code(call: Call, member: MemberId, to: str) -> Redirect:
    active = call.bank.member(member).is_active
    request = codes.request_code(call.bank.people.engine, member if active else None, call.now)
    # The code goes to the address on record: the one that was typed may only look like it.
    address = next(iter(call.bank.people.of(member, "email")), "")
    return call.see_other(
        "show_code",
        cookies=[call.site.cookies.code(request.browser_token)],
        background=_emailing(call, request, address if active else ""),
        to=to,
    )


@get("/sign-in/code", may=ANYBODY)
def show_code(call: Call) -> Response[str]:
    """Show the form for the eight digits."""
    return call.page("sign_in_code.html", form=Form[CodeForm](), to=own_path(call.query.one("to")))


@post("/sign-in/code", may=ANYBODY)
def enter_code(call: Call) -> Response[str] | Redirect:
    """Sign in with the eight digits, in the browser that requested them."""
    form = call.form(CodeForm, CODE_SENTENCES)
    to = own_path(call.fields.one("to"))
    if form.problems:
        return call.page("sign_in_code.html", form=form, to=to)
    engine = call.bank.people.engine
    if not limits.may_try(engine, _client(call), call.now):
        raise TooManyRequestsException(headers=RETRY_AFTER)
    browser_token = call.request.cookies.get(call.site.cookies.code_name, "")
    found = codes.redeem_code(engine, browser_token, form.data.code, call.now)
    if found.member is None or not call.bank.member(found.member).is_active:
        form.refuse("code", found.problem or "over")
        call.note_security("wrong-code")
        return call.page("sign_in_code.html", form=form, to=to)
    return _signed_in(call, found.member, to)


@get("/sign-in/links/{token:str}", may=ANYBODY)
def show_link(call: Call, token: FromPath[str]) -> Response[str]:
    """Ask "Sign in as Ana?". Opening the page does nothing else: mail scanners open links too."""
    member = codes.link_member(call.bank.people.engine, token, call.now)
    if member is None or not call.bank.member(member).is_active:
        return call.page("sign_in_link_over.html", status=410)
    name = next(iter(call.bank.people.of(member, "name")), "")
    return call.page("sign_in_link.html", token=token, name=name)


@post("/sign-in/links/{token:str}", may=ANYBODY)
def use_link(call: Call, token: FromPath[str]) -> Response[str] | Redirect:
    """Sign in with a link, once."""
    if not limits.may_try(call.bank.people.engine, _client(call), call.now):
        raise TooManyRequestsException(headers=RETRY_AFTER)
    found = codes.redeem_link(call.bank.people.engine, token, call.now)
    if found.member is None or not call.bank.member(found.member).is_active:
        call.note_security("wrong-link")
        return call.page("sign_in_link_over.html", status=410)
    return _signed_in(call, found.member, "")


@post("/sign-out", may=ANYBODY)
def sign_out(call: Call) -> Redirect:
    """Sign this device out."""
    sessions.end(call.bank.people.engine, call.request.cookies.get(call.site.cookies.session_name, ""))
    return call.see_other("show_sign_in", cookies=[call.site.cookies.session("")], done="signed-out")


@get("/devices", may=MEMBERS)
def show_devices(call: Call) -> Response[str]:
    """List the devices where the member is signed in."""
    token = call.request.cookies.get(call.site.cookies.session_name, "")
    devices = sessions.devices(call.bank.people.engine, call.visitor.member, token, call.now)
    return call.page("devices.html", devices=devices)


@post("/sign-out/everywhere", may=MEMBERS)
def sign_out_everywhere(call: Call) -> Redirect:
    """Sign the member out on all devices."""
    sessions.end_everywhere(call.bank.people.engine, call.visitor.member)
    cookies = call.site.cookies
    return call.see_other(
        "show_sign_in", cookies=[cookies.session(""), cookies.device("")], done="signed-out-everywhere"
    )


def own_path(to: str) -> str:
    """Return the path if it is one of our own pages, else "": signing in must not lead to another site."""
    is_own = to.startswith("/") and not to.startswith("//") and "\\" not in to and to.isprintable() and len(to) <= 500
    return to if is_own and to.isascii() else ""


def _sign_in_page(call: Call, form: Form[AddressForm]) -> Response[str]:
    to = own_path(form.value("to") or call.query.one("to"))
    can_mail = call.site.send_email is not None
    return call.page("sign_in.html", form=form, to=to, can_mail=can_mail, notice=call.done(NOTICES))


def _signed_in(call: Call, member: MemberId, to: str) -> Redirect:
    """Start a session with a new token, whatever token came with the request: an invented one must not become a session."""
    cookies, engine = call.site.cookies, call.bank.people.engine
    before = call.request.cookies.get(cookies.session_name, "")
    device = call.request.cookies.get(cookies.device_name, "") or sessions.new_token()
    token = sessions.start(engine, member, call.now, instead_of=before)
    sessions.remember_device(engine, device, member, call.now)
    sent = [cookies.session(token), cookies.code(""), cookies.device(device)]
    return see_other(to or "/", cookies=sent)


def _emailing(call: Call, request: codes.CodeRequest, address: str) -> BackgroundTask | None:
    """Send the email after the response. It is written in any case, and sent only to members, so both take as long."""
    link = codes.link_url(call.site.settings.base_url, request.link_token)
    community = call.bank.agreements.name
    message = codes.code_email(call.site.settings, community, address or "nobody@invalid", request.code, link)
    send = call.site.send_email
    return BackgroundTask(send, message) if address and send else None


def _client(call: Call) -> str:
    return call.request.client.host if call.request.client else ""
