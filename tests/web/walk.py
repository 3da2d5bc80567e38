"""What tests of every route need: readers, and identifiers for the paths."""

from datetime import date

from litestar.handlers import HTTPRouteHandler

from ledger.exchanges.commands import ReportExchange, help_given
from ledger.exchanges.facts import ExchangeReported
from ledger.gifts.commands import RecordGift
from ledger.gifts.facts import GiftRecorded
from ledger.groups.commands import FormGroup, JoinGroup
from ledger.groups.facts import GroupFormed
from ledger.identifiers import COMMUNITY, AccountId, CategoryKey, MemberId
from ledger.log.entry import decode
from ledger.personal_data.salts import own_salts
from tests.web.neighbourhood import Neighbourhood
from tests.web.reports import FOR_COORDINATORS, kept, kept_everything, report

SATURDAY = date(2026, 11, 21)


class Walk:
    """The neighbourhood with an hour of help from Ana to Bo, a gift, a group, and Mallory, who is not involved in any of it."""

    def __init__(self, neighbourhood: Neighbourhood) -> None:
        self.neighbourhood = neighbourhood
        bank, ana, bo = neighbourhood.bank, neighbourhood.ana, neighbourhood.bo
        self.mallory = neighbourhood.welcomed("Mallory Reyes", "mallory@example.org")
        self.exchange = (
            bank.do(ReportExchange(legs=(help_given(ana, bo, 60, "garden"),), given_on=SATURDAY, note="Roses"), by=ana)
            .fact(ExchangeReported)
            .exchange
        )
        self.gift = (
            bank.do(
                RecordGift(giver=ana, receiver=COMMUNITY, category=CategoryKey("garden"), given_on=SATURDAY), by=ana
            )
            .fact(GiftRecorded)
            .gift
        )
        self.group = bank.do(FormGroup(name="Weir Circle"), by=neighbourhood.host_command()).fact(GroupFormed).group
        bank.do(JoinGroup(group=self.group, member=ana), by=neighbourhood.host_command())
        neighbourhood.views.catch_up()
        kept(neighbourhood.views, [report(audience="everyone"), report(audience="coordinators", **FOR_COORDINATORS)])
        kept_everything(neighbourhood.views)
        self.sealed = neighbourhood.sealed().checkpoint.size
        entries = enumerate((decode(data) for _, data in bank.log.scan()), start=1)
        self.own_entry = str(
            next(number for number, entry in entries if own_salts(bank.people, ana, entry.sealed.values()))
        )

    def member(self, who: str) -> MemberId | None:
        """Return a reader; None for a stranger."""
        if who == "stranger":
            return None
        return self.mallory if who == "mallory" else getattr(self.neighbourhood, who)

    def path(self, handler: HTTPRouteHandler) -> str:
        """Return the path of a route with Ana's identifiers in it."""
        values = {
            "exchange_id": self.exchange,
            "gift_id": self.gift,
            "group_id": self.group,
            "member_id": self.neighbourhood.ana,
            "account": AccountId(self.neighbourhood.ana),
            "token": "made-up",
            "role": "auditor",
            "number": "1",
            "own_entry": self.own_entry,
            "report": "2025",
            "name": "made-up",
            "size": str(self.sealed),
            "level": "0",
            "place": f"000.p/{self.sealed}",
            "rule": "circle",
        }
        path = min(handler.paths)
        for name, identifier in values.items():
            path = path.replace(f"{{{name}:str}}", identifier).replace(f"/{{{name}:path}}", f"/{identifier}")
        assert "{" not in path, f"say in tests/web/walk.py what to put into {path}"
        return path
