"""The email with the code: its content, how it is sent, and what happens when it cannot be sent."""

import logging
import socketserver
import threading
from collections.abc import Iterator

import pytest

from tests.web.neighbourhood import Neighbourhood
from web.app import create_app
from web.settings import Settings
from web.sign_in.codes import code_email, smtp_sender

FROM = "Riverside time bank <hours@example.org>"
LINK = "https://hours.example.org/sign-in/links/abc"


class MailServer(socketserver.ThreadingTCPServer):
    """A mail server that accepts and stores every message."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.received: list[str] = []


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.say("220 ready")
        while line := self.rfile.readline().decode().strip():
            command = line.upper()
            if command == "DATA":
                self.say("354 go on")
                body = iter(lambda: self.rfile.readline().decode(), ".\r\n")
                self.server.received.append("".join(body))  # pyright: ignore[reportAttributeAccessIssue]
            self.say("221 bye" if command == "QUIT" else "250 fine")

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def settings(port: int) -> Settings:
    return Settings(smtp_host="127.0.0.1", smtp_port=port, smtp_from=FROM, smtp_starttls=False)


def test_the_code_leads_the_subject_and_the_link_has_its_own_line() -> None:
    mail = code_email(settings(25), "Riverside", "ana@example.org", "012345", LINK)

    assert mail["Subject"] == "012345 is your code for Riverside"
    assert (mail["To"], mail["From"], mail["Auto-Submitted"]) == ("ana@example.org", FROM, "auto-generated")
    assert LINK in mail.get_content().splitlines()
    assert mail["Message-ID"].endswith("@example.org>")


def test_a_name_or_address_cannot_add_a_header() -> None:
    more = "\r\nBcc: bo@example.org"

    mail = code_email(settings(25), f"Riverside{more}", f"ana@example.org{more}", "012345", LINK)

    assert mail["Bcc"] is None and "\nBcc" not in mail.as_string()


def test_an_email_is_sent_by_the_hosts_server(mail_server: MailServer) -> None:
    send = smtp_sender(settings(mail_server.server_address[1]))

    send(code_email(settings(25), "Riverside", "ana@example.org", "012345", LINK))

    (received,) = mail_server.received
    assert "Subject: 012345 is your code for Riverside" in received and "To: ana@example.org" in received


def test_signing_in_works_with_a_mail_server(neighbourhood: Neighbourhood, mail_server: MailServer) -> None:
    chosen = settings(mail_server.server_address[1])
    app = create_app(neighbourhood.bank, neighbourhood.views, chosen, now=neighbourhood.clock)
    browser = neighbourhood.browser(app)

    response = browser.post("/sign-in/codes", data={"email": "ana@example.org"}, headers={"host": "127.0.0.1:8000"})

    assert response.status_code == 303
    assert len(mail_server.received) == 1


def test_an_unreachable_mail_server_is_logged_for_the_host(
    neighbourhood: Neighbourhood, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(neighbourhood.bank, neighbourhood.views, settings(1), now=neighbourhood.clock)
    browser = neighbourhood.browser(app)

    with caplog.at_level(logging.ERROR, "hours.mail"):
        response = browser.post("/sign-in/codes", data={"email": "ana@example.org"}, headers={"host": "localhost"})

    assert response.status_code == 303
    assert "could not be emailed" in caplog.text and "ana@example.org" not in caplog.text
