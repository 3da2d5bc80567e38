"""How the sample neighbourhood stands today: words that wait for an answer, so that there is something to do."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from ledger.application.exchanges import AskForReversal, ReportExchange, help_given
from ledger.application.members import InviteMember
from ledger.events.exchanges import Leg
from ledger.identifiers import ExchangeId, MemberId
from web.sample import names
from web.sample.diary import Diary


def tell_the_last_days(diary: Diary, ids: Mapping[str, MemberId], now: datetime) -> None:
    """Plans what the member of the demo, and the coordinator, find waiting when they sign in."""

    def report(days: float, teller: str, legs: list[tuple[str, str, int, str]], note: str) -> None:
        moment = now - timedelta(days=days)
        diary.plan(moment, lambda: _report(diary, ids, moment, teller, legs, note))

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
    _ask_to_take_back(diary, ids, leila, member, now)
    diary.plan(
        now - timedelta(hours=20),
        lambda: diary.write(InviteMember(name=names.INVITED), ids[names.COORDINATOR]),
    )


def _report(
    diary: Diary,
    ids: Mapping[str, MemberId],
    moment: datetime,
    teller: str,
    legs: list[tuple[str, str, int, str]],
    note: str,
) -> ExchangeId:
    """An exchange of the day before, told now."""
    report = ReportExchange(
        legs=tuple(_leg(ids, *leg) for leg in legs), given_on=(moment - timedelta(days=1)).date(), note=note
    )
    return ExchangeId(f"x-{diary.write(report, ids[teller]).new_id}")


def _ask_to_take_back(diary: Diary, ids: Mapping[str, MemberId], giver: str, receiver: str, now: datetime) -> None:
    """Settled nine days ago; yesterday the giver noticed a mistake and asked."""
    told, kept = now - timedelta(days=9), list[ExchangeId]()
    legs = [(giver, receiver, 120, "computers")]
    note, reason = "Set up the new phone and moved the photos.", "It was an hour and a half, I looked at my calendar."
    diary.plan(told, lambda: kept.append(_report(diary, ids, told, receiver, legs, note)))
    diary.plan(
        now - timedelta(hours=22),
        lambda: diary.write(AskForReversal(kept[0], reason=reason), ids[giver]),
    )


def _leg(ids: Mapping[str, MemberId], giver: str, receiver: str, minutes: int, category: str) -> Leg:
    return help_given(ids[giver], ids[receiver], minutes, category)
