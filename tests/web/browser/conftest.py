"""A real browser in front of a real server on this machine, with a window for each member."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page

from ledger.identifiers import MemberId
from tests.web.neighbourhood import Neighbourhood
from tests.web.pages.conftest import Street
from tests.web.pseudo import pseudo_languages
from web.app import create_app
from web.settings import Settings
from web.sign_in import sessions

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 800}}
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
SMALLEST: dict[str, Any] = {"viewport": {"width": 320, "height": 640}}


class Served:
    """The street behind an address, with browser windows."""

    def __init__(self, street: Street, chromium: Browser, address: str) -> None:
        self.street = street
        self.address = address
        self._chromium = chromium
        self._contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def window(self, member: MemberId, **how: Any) -> Page:
        """Open a window in which this member is signed in, by default a phone without JavaScript."""
        options: dict[str, Any] = {"java_script_enabled": False, "base_url": self.address} | PHONE | how
        context = self._chromium.new_context(**options)
        self._contexts.append(context)
        token = sessions.start(self.street.bank.people.engine, member, self.street.neighbourhood.clock.now)
        context.add_cookies([{"name": "hours", "value": token, "url": self.address}])
        page = context.new_page()
        page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()


def serve(street: Street, chromium: Browser, *, pseudo: bool) -> Iterator[Served]:
    """Serve the street on a free port of this machine until the test is over."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
        settings = Settings(base_url=address, secure_cookies=False, seal=str(street.neighbourhood.seal or ""))
        languages = pseudo_languages() if pseudo else None
        app = create_app(street.bank, street.views, settings, languages=languages, now=street.neighbourhood.clock)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [free]})
        thread.start()
        served = Served(street, chromium, address)
        try:
            yield served
        finally:
            served.close()
            server.should_exit = True
            thread.join()


@pytest.fixture
def street(neighbourhood: Neighbourhood) -> Street:
    """The street with nothing logged yet."""
    return Street(neighbourhood)


@pytest.fixture
def served(street: Street, chromium: Browser) -> Iterator[Served]:
    """The street, served in English."""
    yield from serve(street, chromium, pseudo=False)


@pytest.fixture
def served_from_the_right(street: Street, chromium: Browser) -> Iterator[Served]:
    """The street in the made-up languages; with `locale="ar"` a window reads from right to left."""
    yield from serve(street, chromium, pseudo=True)
