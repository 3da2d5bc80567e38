"""How the sample neighbourhood stands today: words that wait for an answer, so that there is something to do."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from ledger.application.commands import Command
from ledger.application.exchanges import help_given
from ledger.application.time_bank import TimeBank
from ledger.events import ExchangeReported, Leg
from ledger.identifiers import ExchangeId, MemberId, new_command_id
from web.sample import names
from web.sample.diary import Diary


def tell_the_last_days(bank: TimeBank, diary: Diary, ids: Mapping[str, MemberId], now: datetime) -> None:
    """Plans what the member of the demo, and the coordinator, find waiting when they sign in."""

    def report(days: float, by: str, legs: list[tuple[str, str, int, str]], note: str) -> None:
        moment = now - timedelta(days=days)

        def action() -> None:
            diary.do(
                lambda: bank.exchanges.report(
                    [_leg(ids[giver], ids[receiver], minutes, category) for giver, receiver, minutes, category in legs],
                    (moment - timedelta(days=1)).date(),
                    command=_by(ids[by]),
                    note=note,
                )
            )

        diary.plan(moment, action)

    member, joseph, lan, samuel, leila, grace = names.MEMBER, *(names.NEIGHBOURS[place] for place in (0, 1, 2, 3, 5))
    report(
        2.2, joseph, [(joseph, member, 75, "repairs")], "Mended the kitchen tap and showed how to change the washer."
    )
    report(
        1.3,
        grace,
        [(grace, member, 60, "learning"), (member, grace, 120, "home")],
        "An hour of guitar for two hours of sewing.",
    )
    report(3.1, member, [(member, lan, 90, "forms")], "The housing form, every line of it.")
    report(1.6, samuel, [(samuel, names.COORDINATOR, 45, "lifts")], "Drove the folding tables to the library hall.")
    _ask_to_take_back(bank, diary, ids, leila, member, now)
    coordinator = Command(id=new_command_id(), by=ids[names.COORDINATOR], via="web")
    diary.plan(
        now - timedelta(hours=20), lambda: diary.do(lambda: bank.members.invite(names.INVITED, command=coordinator))
    )


def _ask_to_take_back(
    bank: TimeBank, diary: Diary, ids: Mapping[str, MemberId], giver: str, receiver: str, now: datetime
) -> None:
    """Settled nine days ago; yesterday the giver noticed a mistake and asked."""
    kept: list[ExchangeId] = []

    def report() -> None:
        facts = diary.do(
            lambda: bank.exchanges.report(
                [_leg(ids[giver], ids[receiver], 120, "computers")],
                (now - timedelta(days=10)).date(),
                command=_by(ids[receiver]),
                note="Set up the new phone and moved the photos.",
            )
        )
        kept.extend(fact.exchange for fact in facts if isinstance(fact, ExchangeReported))

    def ask() -> None:
        if kept:
            reason = "It was an hour and a half, I looked at my calendar."
            diary.do(lambda: bank.exchanges.ask_reversal(kept[0], reason=reason, command=_by(ids[giver])))

    diary.plan(now - timedelta(days=9), report)
    diary.plan(now - timedelta(hours=22), ask)


def _leg(giver: MemberId, receiver: MemberId, minutes: int, category: str) -> Leg:
    return help_given(giver, receiver, minutes, category)


def _by(member: MemberId) -> Command:
    return Command(id=new_command_id(), by=member, via="web")
