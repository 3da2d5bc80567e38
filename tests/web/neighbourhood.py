"""A small neighbourhood with a real ledger in a folder, its app, and browsers for its members."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

import httpx
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from ledger.agreements.commands import FoundCommunity
from ledger.deciding.requests import Caller
from ledger.identifiers import HOST, MemberId, new_command_id
from ledger.members.commands import GiveRole, InviteMember, LeaveCommunity, WelcomeMember
from ledger.members.facts import MemberInvited
from ledger.seal.signing.signer import Signer
from ledger.seal.verifying.note import Sealed
from ledger.time_bank import TimeBank
from projections.views import Views
from web.app import PAGES, create_app
from web.settings import Settings
from web.sign_in import sessions
from web.sign_in.sessions import prepare
from web.wording.translation import Languages

ADDRESS = "https://hours.example.org"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Clock:
    """A clock that only tests move on."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def passes(self, time: timedelta) -> None:
        self.now += time


class Neighbourhood:
    """Ana helps, Bo receives, Chidi coordinates, Ruth audits, and Lou has left."""

    def __init__(self, url: str | Path) -> None:
        self.clock = Clock()
        self.seal = Path(url).with_name("seal") if isinstance(url, Path) else None
        """The folder of its seals; a neighbourhood in a database has none."""
        self.bank = TimeBank.open(url, clock=self.clock)
        self.views = Views.open(self.bank.place, self.bank.log)
        self._usual_app: Litestar | None = None
        self.mails: list[EmailMessage] = []
        self._loop = asyncio.Runner()
        prepare(self.bank.people.engine)
        self.chidi = self._member("chidi")
        self.ana = self._member("ana")
        self.bo = self._member("bo")
        self.ruth = self._member("ruth")
        self.lou = self._member("lou")

    def _member(self, name: str) -> MemberId:
        return self.bank.people.member_with_address(f"{name}@example.org") or MemberId("")

    @classmethod
    def founded(cls, url: str | Path) -> "Neighbourhood":
        """Found a neighbourhood in an empty place."""
        new = cls(url)
        new.bank.do(
            FoundCommunity(
                name="Riverside", time_zone="Europe/London", coordinator="Chidi Eze", email="chidi@example.org"
            ),
            by=new.host_command(),
        )
        new.chidi = new._member("chidi")
        new.ana = new.welcomed("Ana Sousa", "ana@example.org")
        new.bo = new.welcomed("Bo Lindqvist", "bo@example.org")
        new.ruth = new.welcomed("Ruth Okafor", "ruth@example.org")
        new.bank.do(GiveRole(member=new.ruth, role="auditor"), by=new.host_command())
        new.lou = new.welcomed("Lou Marsh", "lou@example.org")
        new.bank.do(LeaveCommunity(member=new.lou), by=new.host_command())
        return new

    def host_command(self) -> Caller:
        return Caller(id=new_command_id(), by=HOST, via="cli")

    def welcomed(self, name: str, email: str) -> MemberId:
        member = self.bank.do(InviteMember(name=name, email=email), by=self.host_command()).fact(MemberInvited).member
        self.bank.do(WelcomeMember(member=member), by=self.host_command())
        return member

    def sealed(self) -> Sealed:
        """Seal the log, as the host would."""
        assert self.seal is not None, "only a neighbourhood in a folder has a seal"
        return Signer(self.seal, self.bank.log, clock=self.clock).seal()

    def app(
        self,
        *extra: HTTPRouteHandler,
        languages: Languages | None = None,
        pages: Sequence[HTTPRouteHandler] = PAGES,
        mail: bool = True,
        **settings: Any,
    ) -> Litestar:
        usual: dict[str, Any] = {"base_url": ADDRESS, "seal": str(self.seal or "")}
        return create_app(
            self.bank,
            self.views,
            Settings(**usual | settings),
            languages=languages,
            send_email=self.mails.append if mail else None,
            now=self.clock,
            pages=[*pages, *extra],
        )

    def browser(self, app: Litestar | None = None, *, member: MemberId | None = None) -> "Browser":
        """Return a browser, signed in as a member or not signed in."""
        if app is None:
            app = self._usual_app = self._usual_app or self.app()
        browser = Browser(app, self._loop)
        if member:
            browser.holds("__Host-hours", sessions.start(self.bank.people.engine, member, self.clock.now))
        return browser

    def close(self) -> None:
        self._loop.close()
        self.views.close()
        self.bank.close()


class Browser:
    """A browser without a screen. It stores cookies, and does not follow redirects unless asked to."""

    def __init__(self, app: Litestar, loop: asyncio.Runner) -> None:
        transport = httpx.ASGITransport(cast("Any", app), raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url=ADDRESS)
        self._loop = loop

    @property
    def cookies(self) -> httpx.Cookies:
        return self._client.cookies

    def holds(self, cookie: str, value: str) -> None:
        """Set a cookie."""
        self._client.cookies.set(cookie, value, domain="hours.example.org")

    def speaks(self, language: str) -> None:
        """Prefer pages in this language."""
        self._client.headers["accept-language"] = language

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self._loop.run(self._client.request(method, path, **more))

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.request("GET", path, **more)

    def head(self, path: str, **more: Any) -> httpx.Response:
        return self.request("HEAD", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.request("POST", path, **more)
