"""Signing in without a password, and out again: on this device or everywhere."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.background_tasks import BackgroundTask
from litestar.di import NamedDependency
from litestar.exceptions import TooManyRequestsException
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from ledger.application.time_bank import TimeBank
from ledger.identifiers import MemberId
from web.cookies import Cookies
from web.forms import Fields, Form, decode, query_fields
from web.frame import page, see_other
from web.settings import Settings
from web.sign_in import attempts, codes, sessions
from web.sign_in.links import link_url
from web.sign_in.mail import code_mail
from web.visitors import Asked, Visitor, name_of
from web.words import later

NOBODY = MemberId("m-nobody")
"""Stands in for the member behind an unknown address, so that the same questions are asked about either."""

WAIT = {"Retry-After": "3600"}


class AddressForm(msgspec.Struct):
    """Where to send the code."""

    email: Annotated[str, Meta(max_length=254)]
    to: Annotated[str, Meta(max_length=500)] = ""


class CodeForm(msgspec.Struct):
    """The six digits, and the page that was wanted before."""

    code: Annotated[str, Meta(max_length=40)]
    to: Annotated[str, Meta(max_length=500)] = ""


ADDRESS_SENTENCES = {"email.required": later("Type your e-mail address")}
CODE_SENTENCES = {
    "code.required": later("Type the six digits from the mail"),
    "code.wrong": later("These are not the digits we sent. Look at the newest mail and try once more"),
    "code.over": later("This code is used up or too old. Ask for another one"),
}


@get("/sign-in", sync_to_thread=True)
def show_sign_in(request: Asked) -> Response[str] | Redirect:
    """The way in."""
    if request.user.is_member:
        return see_other("/")
    return _sign_in_page(request, Form())


@post("/sign-in/codes", status_code=303, sync_to_thread=True)
def ask_for_code(
    request: Asked, bank: NamedDependency[TimeBank], fields: NamedDependency[Fields], now: NamedDependency[datetime]
) -> Response[str] | Redirect:
    """Mails a code and a link, if the address is a member's. The answer is the same, and takes as long, if it is not."""
    form = decode(AddressForm, fields, ADDRESS_SENTENCES)
    if form.problems:
        return _sign_in_page(request, form)
    engine = bank.people.engine
    if not attempts.may_ask(engine, form.wish.email, _client(request), now):
        raise TooManyRequestsException(headers=WAIT)
    member = bank.people.member_with_address(form.wish.email) or NOBODY
    active = bank.members.standing(member).is_active
    asked = codes.ask(engine, member if active else None, now)
    # The code goes to the address on record: the one that was typed may only look like it.
    address = next(iter(bank.people.of(member, "email")), "")
    cookies: Cookies = request.app.state.cookies
    return see_other(
        "/sign-in/code",
        cookies=[cookies.asking(asked.browser_token)],
        background=_posting(request, bank, asked, address if active else ""),
        to=own_path(form.wish.to),
    )


@get("/sign-in/code", sync_to_thread=True)
def show_code(request: Asked) -> Response[str]:
    """Where the six digits go."""
    return page(request, "sign_in_code.html", form=Form[CodeForm](), to=own_path(query_fields(request).one("to")))


@post("/sign-in/code", status_code=303, sync_to_thread=True)
def enter_code(
    request: Asked, bank: NamedDependency[TimeBank], fields: NamedDependency[Fields], now: NamedDependency[datetime]
) -> Response[str] | Redirect:
    """Signs in by the six digits, in the browser that asked for them."""
    form = decode(CodeForm, fields, CODE_SENTENCES)
    to = own_path(fields.one("to"))
    if form.problems:
        return page(request, "sign_in_code.html", form=form, to=to)
    engine = bank.people.engine
    if not attempts.may_try(engine, _client(request), now):
        raise TooManyRequestsException(headers=WAIT)
    cookies: Cookies = request.app.state.cookies
    found = codes.redeem_code(engine, request.cookies.get(cookies.asking_name, ""), form.wish.code, now)
    if found.member is None or not bank.members.standing(found.member).is_active:
        form.refuse("code", found.problem or "over")
        return page(request, "sign_in_code.html", form=form, to=to)
    return _signed_in(request, bank, found.member, now, to)


@get("/sign-in/links/{token:str}", sync_to_thread=True)
def show_link(
    request: Asked, token: FromPath[str], bank: NamedDependency[TimeBank], now: NamedDependency[datetime]
) -> Response[str]:
    """Asks "Sign in as Ana?". Opening the page does nothing: mail scanners open links too."""
    member = codes.link_member(bank.people.engine, token, now)
    if member is None or not bank.members.standing(member).is_active:
        return page(request, "sign_in_link_over.html", status=410)
    return page(request, "sign_in_link.html", token=token, name=name_of(bank, member))


@post("/sign-in/links/{token:str}", status_code=303, sync_to_thread=True)
def use_link(
    request: Asked, token: FromPath[str], bank: NamedDependency[TimeBank], now: NamedDependency[datetime]
) -> Response[str] | Redirect:
    """Signs in by a link, once."""
    if not attempts.may_try(bank.people.engine, _client(request), now):
        raise TooManyRequestsException(headers=WAIT)
    found = codes.redeem_link(bank.people.engine, token, now)
    if found.member is None or not bank.members.standing(found.member).is_active:
        return page(request, "sign_in_link_over.html", status=410)
    return _signed_in(request, bank, found.member, now, "")


@post("/sign-out", status_code=303, sync_to_thread=True)
def sign_out(request: Asked, bank: NamedDependency[TimeBank]) -> Redirect:
    """Signs this device out."""
    cookies: Cookies = request.app.state.cookies
    sessions.end(bank.people.engine, request.cookies.get(cookies.session_name, ""))
    return see_other("/sign-in", cookies=[cookies.no_session()], done="signed-out")


@get("/devices", sync_to_thread=True)
def show_devices(
    request: Asked,
    bank: NamedDependency[TimeBank],
    visitor: NamedDependency[Visitor],
    now: NamedDependency[datetime],
) -> Response[str]:
    """Where the member is signed in."""
    cookies: Cookies = request.app.state.cookies
    token = request.cookies.get(cookies.session_name, "")
    return page(request, "devices.html", devices=sessions.devices(bank.people.engine, visitor.member, token, now))


@post("/sign-out/everywhere", status_code=303, sync_to_thread=True)
def sign_out_everywhere(request: Asked, bank: NamedDependency[TimeBank], visitor: NamedDependency[Visitor]) -> Redirect:
    """Signs all of the member's devices out."""
    sessions.end_everywhere(bank.people.engine, visitor.member)
    cookies: Cookies = request.app.state.cookies
    return see_other("/sign-in", cookies=[cookies.no_session()], done="signed-out-everywhere")


PAGES = (
    show_sign_in,
    ask_for_code,
    show_code,
    enter_code,
    show_link,
    use_link,
    sign_out,
    show_devices,
    sign_out_everywhere,
)


def own_path(to: str) -> str:
    """The path of one of our own pages, or nothing: a sign-in must not lead to another site."""
    is_own = to.startswith("/") and not to.startswith("//") and "\\" not in to and to.isprintable() and len(to) <= 500
    return to if is_own and to.isascii() else ""


def _sign_in_page(request: Asked, form: Form[AddressForm]) -> Response[str]:
    asked = query_fields(request)
    to = own_path(form.value("to") or asked.one("to"))
    can_mail = request.app.state.post is not None
    return page(request, "sign_in.html", form=form, to=to, can_mail=can_mail, done=asked.one("done"))


def _signed_in(request: Asked, bank: TimeBank, member: MemberId, now: datetime, to: str) -> Redirect:
    """A new token, whatever token came along: an invented one must not become a session."""
    cookies: Cookies = request.app.state.cookies
    before = request.cookies.get(cookies.session_name, "")
    token = sessions.start(bank.people.engine, member, now, instead_of=before)
    return see_other(to or "/", cookies=[cookies.session(token), cookies.no_asking()])


def _posting(request: Asked, bank: TimeBank, asked: codes.Asked, address: str) -> BackgroundTask | None:
    """The mail, made now for everybody and sent, after the answer, to members alone."""
    settings: Settings = request.app.state.settings
    link = link_url(settings.base_url, asked.link_token)
    community = bank.agreements.in_force().name
    message = code_mail(settings, community, address or "nobody@invalid", asked.code, link)
    carry = request.app.state.post
    return BackgroundTask(carry, message) if address and carry else None


def _client(request: Asked) -> str:
    return request.client.host if request.client else ""
