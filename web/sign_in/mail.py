"""The mail that carries a code and a link. It leaves after the answer has, so that the answer's time tells nothing."""

import logging
import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from web.settings import Settings
from web.wording.translation import gettext as _

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
                    "It works for 15 minutes, in the browser where you asked for it. Or open this page and press the button:"
                ),
                link,
                _("You did not ask for it? Then do nothing; nobody gets in without the code."),
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
            _log.error("A sign-in code could not be mailed: %s. Check the HOURS_SMTP_ settings.", type(error).__name__)

    return post


def _one_line(typed: str) -> str:
    """What people typed, without the line breaks that would begin another header."""
    return " ".join(typed.split())
