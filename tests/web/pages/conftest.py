"""The street: the neighbourhood with Eve and a group, and a browser for each person."""

from datetime import date

import httpx
import pytest

from ledger.exchanges.commands import ReportExchange, help_given
from ledger.exchanges.facts import ExchangeReported, Leg
from ledger.gifts.commands import RecordGift
from ledger.gifts.facts import GiftRecorded
from ledger.groups.commands import FormGroup, JoinGroup
from ledger.groups.facts import GroupFormed
from ledger.identifiers import AccountId, CategoryKey, ExchangeId, GiftId, MemberId
from projections.views import Views
from tests.web.neighbourhood import Browser, Neighbourhood
from tests.web.pages.reader import send

TODAY = date(2026, 11, 22)
YESTERDAY = date(2026, 11, 21)


class Street:
    """Ana helps, Bo receives, Eve lives next door, Chidi coordinates, Ruth audits, and Lou has left."""

    def __init__(self, neighbourhood: Neighbourhood) -> None:
        self.neighbourhood = neighbourhood
        self.bank = neighbourhood.bank
        self.eve_id = neighbourhood.welcomed("Eve Adler", "eve@example.org")
        self.garden = self.bank.do(FormGroup(name="Weir garden"), by=neighbourhood.chidi).fact(GroupFormed).group
        self.bank.do(JoinGroup(group=self.garden, member=neighbourhood.ana), by=neighbourhood.ana)
        self.ana_id, self.bo_id, self.chidi_id = neighbourhood.ana, neighbourhood.bo, neighbourhood.chidi
        app = neighbourhood.app()
        self.ana, self.bo, self.eve, self.chidi, self.ruth = (
            neighbourhood.browser(app, member=member)
            for member in (self.ana_id, self.bo_id, self.eve_id, self.chidi_id, neighbourhood.ruth)
        )

    def chidi_again(self) -> Browser:
        """A browser in which Chidi has just signed in again: sessions of coordinators are short."""
        return self.neighbourhood.browser(member=self.chidi_id)

    @property
    def views(self) -> Views:
        """The read models, brought up to date first, as every page does."""
        self.neighbourhood.views.catch_up()
        return self.neighbourhood.views

    def helped(
        self, *, by: MemberId | None = None, minutes: int = 150, on: date = YESTERDAY, note: str = "", back: int = 0
    ) -> ExchangeId:
        """Log that Ana helped Bo in the garden. Logged by Ana, it waits for Bo's answer."""
        legs: list[Leg] = [help_given(self.ana_id, self.bo_id, minutes, "garden")]
        if back:
            legs.append(help_given(self.bo_id, self.ana_id, back, "repairs"))
        return (
            self.bank.do(ReportExchange(legs=tuple(legs), given_on=on, note=note), by=by or self.ana_id)
            .fact(ExchangeReported)
            .exchange
        )

    def gave(self, to: str = "", *, note: str = "") -> GiftId:
        """Log a gift from Ana, to Bo by default."""
        return (
            self.bank.do(
                RecordGift(
                    giver=self.ana_id,
                    receiver=AccountId(to or self.bo_id),
                    category=CategoryKey("food"),
                    given_on=YESTERDAY,
                    note=note,
                ),
                by=self.ana_id,
            )
            .fact(GiftRecorded)
            .gift
        )


@pytest.fixture
def street(neighbourhood: Neighbourhood) -> Street:
    """The street with nothing logged yet."""
    return Street(neighbourhood)


GARDENING = {"way": "gave", "other_name": "Bo", "hours": "2", "minutes": "30", "category": "garden"}
"""What Ana types: two and a half hours of gardening for Bo."""


def checked(browser: Browser, /, **typed: str) -> httpx.Response:
    """Fill in the form and open the page that checks it."""
    return send(browser, browser.get("/exchanges/new"), "/exchanges/new", **(GARDENING | typed))


def logged(browser: Browser, /, **typed: str) -> httpx.Response:
    """Fill in the form, check it and log it."""
    return send(browser, checked(browser, **typed), "/exchanges")
