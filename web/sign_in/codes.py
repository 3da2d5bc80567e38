"""Codes and links that sign a member in once: for fifteen minutes, with five tries, and one use for both together.

The code works only in the browser that requested it. Its HMAC is keyed by the token in that browser's short-lived
cookie, of which only the hash is stored, so that a copy of the database does not help to guess eight digits.
"""

import hashlib
import hmac
import logging
import secrets
import smtplib
import ssl
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Literal

import msgspec
import sqlalchemy as sa

from ledger.identifiers import MemberId
from ledger.personal_data.store import PersonalData
from web.framework.forms import ascii_digits
from web.settings import Settings
from web.sign_in.limits import count_wrong_code, may_type_code
from web.sign_in.sessions import SIGN_IN_CODE, hash_of, new_token, prepare, seconds, writing
from web.wording.translation import gettext as _

VALID_FOR = timedelta(minutes=15)
LINK_VALID_FOR = timedelta(days=1)
MOST_TRIES = 5
DIGITS = 8
SMTP_TIMEOUT_SECONDS = 20

SendEmail = Callable[[EmailMessage], None]
"""Sends a message; tests collect messages in a list."""

_log = logging.getLogger("hours.mail")


class CodeRequest(msgspec.Struct, frozen=True):
    """A request for a code: a token for the browser, and a code and a link for the email."""

    browser_token: str
    code: str
    link_token: str


class SignInResult(msgspec.Struct, frozen=True):
    """The member a code or link signs in, or why not: `wrong` can be tried again, `over` needs a new code.

    `capped`: so many wrong codes were tried today that only links work, for this member or for everyone.
    """

    member: MemberId | None = None
    problem: Literal["wrong", "over", "capped"] | None = None


def request_code(engine: sa.Engine, member: MemberId | None, now: datetime) -> CodeRequest:
    """Make a code and a link. Without a member it does the same work, but they sign nobody in."""
    request = CodeRequest(new_token(), f"{secrets.randbelow(10**DIGITS):0{DIGITS}}", new_token())
    with writing(engine) as connection:
        connection.execute(sa.delete(SIGN_IN_CODE).where(SIGN_IN_CODE.c.expires_at <= seconds(now)))
        connection.execute(
            sa.insert(SIGN_IN_CODE).values(
                link_hash=hash_of(request.link_token),
                browser_hash=hash_of(request.browser_token),
                code_mac=_mac(request.browser_token, request.code),
                member=member,
                tries=0,
                expires_at=seconds(now + VALID_FOR),
            )
        )
    return request


def redeem_code(engine: sa.Engine, browser_token: str, typed: str, now: datetime) -> SignInResult:
    """Sign in with a code. A try is counted before it is checked, so that simultaneous tries cannot exceed the limit."""
    mine = SIGN_IN_CODE.c.browser_hash == hash_of(browser_token)
    usable = sa.and_(mine, SIGN_IN_CODE.c.tries < MOST_TRIES, SIGN_IN_CODE.c.expires_at > seconds(now))
    with writing(engine) as connection:
        counted = sa.update(SIGN_IN_CODE).where(usable).values(tries=SIGN_IN_CODE.c.tries + 1)
        columns = (SIGN_IN_CODE.c.code_mac, SIGN_IN_CODE.c.tries, SIGN_IN_CODE.c.member)
        row = connection.execute(counted.returning(*columns)).one_or_none()
        if row is None:
            return SignInResult(problem="over")
        if not may_type_code(connection, row.member, now):
            return SignInResult(problem="capped")
        if not hmac.compare_digest(row.code_mac or "", _mac(browser_token, _plain_digits(typed))):
            count_wrong_code(connection, row.member, now)
            return SignInResult(problem="wrong" if row.tries < MOST_TRIES else "over")
        member = connection.execute(sa.delete(SIGN_IN_CODE).where(mine).returning(SIGN_IN_CODE.c.member)).scalar_one()
    return SignInResult(MemberId(member)) if member else SignInResult(problem="wrong")


def link_member(engine: sa.Engine, token: str, now: datetime) -> MemberId | None:
    """Return the member a link would sign in. This does not use it up: mail scanners open links too."""
    with engine.connect() as connection:
        query = sa.select(SIGN_IN_CODE.c.member).where(*_open_link(token, now))
        member = connection.execute(query).scalar_one_or_none()
    return MemberId(member) if member else None


def redeem_link(engine: sa.Engine, token: str, now: datetime) -> SignInResult:
    """Sign in with a link, once."""
    with writing(engine) as connection:
        used = sa.delete(SIGN_IN_CODE).where(*_open_link(token, now)).returning(SIGN_IN_CODE.c.member)
        member = connection.execute(used).scalar_one_or_none()
    return SignInResult(MemberId(member)) if member else SignInResult(problem="over")


def _open_link(token: str, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        SIGN_IN_CODE.c.link_hash == hash_of(token),
        SIGN_IN_CODE.c.expires_at > seconds(now),
        SIGN_IN_CODE.c.member.is_not(None),
    )


def _mac(browser_token: str, code: str) -> str:
    return hmac.new(browser_token.encode("utf-8", errors="replace"), code.encode(), hashlib.sha256).hexdigest()


def _plain_digits(typed: str) -> str:
    """Return the digits that were typed or pasted, in any script, without spaces or dashes between them."""
    return "".join(sign for sign in ascii_digits(typed)[:40] if sign.isascii() and sign.isdigit())


def make_sign_in_link(
    people: PersonalData, member_id: MemberId, base_url: str, now: datetime, valid_for: timedelta = LINK_VALID_FOR
) -> str:
    """Make a link for a coordinator to hand over. It signs the member in once, if they are still active then."""
    prepare(people.engine)
    token = new_token()
    with writing(people.engine) as connection:
        values = {"member": member_id, "tries": 0, "expires_at": seconds(now + valid_for)}
        connection.execute(sa.insert(SIGN_IN_CODE).values(link_hash=hash_of(token), **values))
    return link_url(base_url, token)


def link_url(base_url: str, token: str) -> str:
    """Return the address of the page for a token."""
    return f"{base_url.rstrip('/')}/sign-in/links/{token}"


def code_email(settings: Settings, community: str, address: str, code: str, link: str) -> EmailMessage:
    """Write the email to the address on record, in the language of the request. The code leads the subject."""
    message = EmailMessage()
    message["Subject"] = _("%(code)s is your code for %(community)s", code=code, community=_one_line(community))
    message["From"] = settings.smtp_from
    message["To"] = _one_line(address)
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=settings.smtp_from.rpartition("@")[2].strip(" >") or None)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(
        "\n\n".join(
            [
                _("Your code: %(code)s", code=code),
                _(
                    "The code works for 15 minutes, in the browser where you request for it. Or open this page "
                    "and press the button:"
                ),
                link,
                _("If you did not ask for this, ignore this email. Nobody can sign in without the code or link."),
            ]
        )
        + "\n"
    )
    return message


def smtp_sender(settings: Settings) -> SendEmail:
    """Return a function that sends by the host's mail server, and logs failures without the address."""

    def send(message: EmailMessage) -> None:
        try:
            with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=SMTP_TIMEOUT_SECONDS) as server:
                if settings.smtp_starttls:
                    server.starttls(context=ssl.create_default_context())
                if settings.smtp_user:
                    server.login(settings.smtp_user, settings.smtp_password)
                server.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            _log.error("A sign-in code could not be emailed: %s. Check the HOURS_SMTP_ settings.", type(error).__name__)

    return send


def _one_line(typed: str) -> str:
    """Return typed text without line breaks, which would start another header."""
    return " ".join(typed.split())
