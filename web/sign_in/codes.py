"""Codes and links that let a member in once: fifteen minutes, five tries, and one use for both together.

The code works only in the browser that asked for it. Its HMAC is keyed by the token in that browser's short-lived
cookie, of which only the hash is stored, so that a copy of the database does not help to guess six digits.
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
from web.sign_in.tables import SIGN_IN_CODE, hash_of, new_token, prepare, seconds, writing
from web.wording.translation import gettext as _

VALID_FOR = timedelta(minutes=15)
MOST_TRIES = 5


class CodeRequest(msgspec.Struct, frozen=True):
    """What was made for one asking: a token for the browser, and a code and a link for the mail."""

    browser_token: str
    code: str
    link_token: str


class Answer(msgspec.Struct, frozen=True):
    """Whom a code or link lets in, or why it does not: `wrong` may be tried again, `over` needs a new code."""

    member: MemberId | None = None
    problem: Literal["wrong", "over"] | None = None


def ask(engine: sa.Engine, member: MemberId | None, now: datetime) -> CodeRequest:
    """Makes a code and a link. For nobody it does the same work, and what it makes lets nobody in."""
    asked = CodeRequest(new_token(), f"{secrets.randbelow(1_000_000):06}", new_token())
    with writing(engine) as connection:
        connection.execute(sa.delete(SIGN_IN_CODE).where(SIGN_IN_CODE.c.expires_at <= seconds(now)))
        connection.execute(
            sa.insert(SIGN_IN_CODE).values(
                link_hash=hash_of(asked.link_token),
                browser_hash=hash_of(asked.browser_token),
                code_mac=_mac(asked.browser_token, asked.code),
                member=member,
                tries=0,
                expires_at=seconds(now + VALID_FOR),
            )
        )
    return asked


def make_link(engine: sa.Engine, member: MemberId, now: datetime, valid_for: timedelta) -> str:
    """The token of a link without a code, for a coordinator to hand over."""
    token = new_token()
    with writing(engine) as connection:
        values = {"member": member, "tries": 0, "expires_at": seconds(now + valid_for)}
        connection.execute(sa.insert(SIGN_IN_CODE).values(link_hash=hash_of(token), **values))
    return token


def redeem_code(engine: sa.Engine, browser_token: str, typed: str, now: datetime) -> Answer:
    """Lets somebody in by the code. A try is counted before it is judged, so that tries at once do not add up to more."""
    mine = SIGN_IN_CODE.c.browser_hash == hash_of(browser_token)
    open_ = sa.and_(mine, SIGN_IN_CODE.c.tries < MOST_TRIES, SIGN_IN_CODE.c.expires_at > seconds(now))
    with writing(engine) as connection:
        counted = sa.update(SIGN_IN_CODE).where(open_).values(tries=SIGN_IN_CODE.c.tries + 1)
        row = connection.execute(counted.returning(SIGN_IN_CODE.c.code_mac, SIGN_IN_CODE.c.tries)).one_or_none()
        if row is None:
            return Answer(problem="over")
        if not hmac.compare_digest(row.code_mac or "", _mac(browser_token, _plain_digits(typed))):
            return Answer(problem="wrong" if row.tries < MOST_TRIES else "over")
        member = connection.execute(sa.delete(SIGN_IN_CODE).where(mine).returning(SIGN_IN_CODE.c.member)).scalar_one()
    return Answer(MemberId(member)) if member else Answer(problem="wrong")


def link_member(engine: sa.Engine, token: str, now: datetime) -> MemberId | None:
    """Whom a link would let in. Looking does not use it up: mail scanners open links too."""
    with engine.connect() as connection:
        query = sa.select(SIGN_IN_CODE.c.member).where(*_open_link(token, now))
        member = connection.execute(query).scalar_one_or_none()
    return MemberId(member) if member else None


def redeem_link(engine: sa.Engine, token: str, now: datetime) -> Answer:
    """Lets somebody in by the link, once."""
    with writing(engine) as connection:
        used = sa.delete(SIGN_IN_CODE).where(*_open_link(token, now)).returning(SIGN_IN_CODE.c.member)
        member = connection.execute(used).scalar_one_or_none()
    return Answer(MemberId(member)) if member else Answer(problem="over")


def _open_link(token: str, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        SIGN_IN_CODE.c.link_hash == hash_of(token),
        SIGN_IN_CODE.c.expires_at > seconds(now),
        SIGN_IN_CODE.c.member.is_not(None),
    )


def _mac(browser_token: str, code: str) -> str:
    return hmac.new(browser_token.encode("utf-8", errors="replace"), code.encode(), hashlib.sha256).hexdigest()


def _plain_digits(typed: str) -> str:
    """The digits of what was typed or pasted, in any script, with spaces or dashes between them."""
    return "".join(sign for sign in ascii_digits(typed)[:40] if sign.isascii() and sign.isdigit())


LINK_VALID_FOR = timedelta(days=1)


def make_sign_in_link(
    people: PersonalData, member_id: MemberId, base_url: str, now: datetime, valid_for: timedelta = LINK_VALID_FOR
) -> str:
    """The address of a page that signs this member in, once, until it expires. Whether they may is asked again then."""
    prepare(people.engine)
    return link_url(base_url, make_link(people.engine, member_id, now, valid_for))


def link_url(base_url: str, token: str) -> str:
    """The address behind a token."""
    return f"{base_url.rstrip('/')}/sign-in/links/{token}"


TIMEOUT_SECONDS = 20

Post = Callable[[EmailMessage], None]
"""Whatever brings a message on its way; tests keep them in a list."""

_log = logging.getLogger("hours.mail")


def code_mail(settings: Settings, community: str, address: str, code: str, link: str) -> EmailMessage:
    """The message to the address that is on record, in the language of whoever asks. The code leads the subject."""
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
                    "The code works for 15 minutes, in the browser where you asked for it. Or open this page "
                    "and press the button:"
                ),
                link,
                _("If you did not ask for this, ignore this email. Nobody can sign in without the code or link."),
            ]
        )
        + "\n"
    )
    return message


def post_by_smtp(settings: Settings) -> Post:
    """Sends through the host's mail server. A failure is written to the server's log, without the address."""

    def post(message: EmailMessage) -> None:
        try:
            with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_SECONDS) as server:
                if settings.smtp_starttls:
                    server.starttls(context=ssl.create_default_context())
                if settings.smtp_user:
                    server.login(settings.smtp_user, settings.smtp_password)
                server.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            _log.error("A sign-in code could not be emailed: %s. Check the HOURS_SMTP_ settings.", type(error).__name__)

    return post


def _one_line(typed: str) -> str:
    """What people typed, without the line breaks that would begin another header."""
    return " ".join(typed.split())
