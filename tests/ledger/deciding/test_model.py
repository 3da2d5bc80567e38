"""After any sequence of commands, the time bank agrees with a small model, and with its own log however it is read."""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from ledger.agreements.commands import AgreeOnLimits
from ledger.deciding import context
from ledger.deciding.handler import CommandHandler
from ledger.deciding.requests import Recorded
from ledger.exchanges.commands import (
    ApproveReversal,
    AskForReversal,
    CallOffExchange,
    ConfirmExchange,
    DeclineExchange,
    DeclineReversal,
    ReportExchange,
    ReverseExchange,
)
from ledger.exchanges.facts import ExchangeReported, Leg
from ledger.gifts.commands import RecordGift
from ledger.identifiers import AccountId, ExchangeId, MemberId, random_id
from ledger.log.entry import decode
from ledger.refusals import Refusal
from ledger.replay import replay
from ledger.tags import account
from ledger.time_bank import TimeBank
from tests.cast import ANA, BO, CAST, CHIDI, RUTH, TODAY, clock, help_of

people = st.sampled_from(CAST)
minutes = st.sampled_from([1, 60, 600, 1200, 1440])
State = Literal["waiting", "settled", "declined", "called-off", "asked", "reversed"]


class Modelled:
    """An exchange in the model: its legs, who reported it, who asked to take it back."""

    def __init__(self, legs: Sequence[Leg], by: MemberId) -> None:
        self.legs = legs
        self.by = by
        self.parties = {legs[0].giver, legs[0].receiver}
        self.awaiting = {leg.receiver for leg in legs} - {by} if by in self.parties else set[str]()
        self.asked_by: MemberId | None = None
        self.state: State = "waiting"

    def moves(self) -> dict[str, int]:
        """The change of each balance, in minutes."""
        change = dict.fromkeys(self.parties, 0)
        for leg in self.legs:
            change[leg.giver] += leg.minutes
            change[leg.receiver] -= leg.minutes
        return {str(who): by for who, by in change.items()}


class AnyCommands(RuleBasedStateMachine):
    """The model is a dictionary of balances and a state for each exchange. It uses none of the ledger's rules."""

    exchanges = Bundle("exchanges")

    def __init__(self) -> None:
        super().__init__()
        self.balances = dict.fromkeys(map(str, CAST), 0)
        self.limits: tuple[int, int | None] = (-1200, None)
        self.reported: dict[ExchangeId, Modelled] = {}
        self.counted = 0
        self.read: dict[AccountId, int] = {}

    @initialize()
    def found(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="hours-model-"))
        shutil.copytree(TEMPLATE[0], self.folder, dirs_exist_ok=True)
        self.bank = TimeBank.open(self.folder, clock=clock, ids=random_id)

    def teardown(self) -> None:
        if hasattr(self, "bank"):
            self.bank.close()
            with TimeBank.open(self.folder, clock=clock) as afresh:
                self._must_agree(afresh.handler)
            shutil.rmtree(self.folder)

    # Commands

    @rule(
        target=exchanges,
        roles=st.permutations(CAST),
        speaks=st.sampled_from(["receiver", "receiver", "giver", "coordinator", "bystander"]),
        minutes=minutes,
        back=st.sampled_from([None, None, 30, 600]),
        corrects=st.none() | exchanges,
    )
    def report(
        self, roles: Sequence[MemberId], speaks: str, minutes: int, back: int | None, corrects: ExchangeId | None
    ) -> ExchangeId:
        giver, receiver, bystander, _ = roles
        by = {"receiver": receiver, "giver": giver, "coordinator": CHIDI, "bystander": bystander}[speaks]
        legs = [help_of(giver, receiver, minutes)] + ([help_of(receiver, giver, back)] if back else [])
        new = Modelled(legs, by)
        right = by in new.parties or by == CHIDI
        if corrects is not None:
            old = self.reported.get(corrects)
            right = right and old is not None and old.state == "reversed" and old.parties == new.parties
        right = right and (bool(new.awaiting) or self._fits(new))
        try:
            exchange = (
                self.bank.do(ReportExchange(legs=tuple(legs), given_on=TODAY, corrects=corrects), by=by)
                .fact(ExchangeReported)
                .exchange
            )
        except Refusal:
            assert not right
            return ExchangeId("x-never-reported")
        assert right
        self.reported[exchange] = new
        if not new.awaiting:
            self._settle(new)
        return exchange

    @rule(exchange=exchanges, by=people)
    def confirm(self, exchange: ExchangeId, by: MemberId) -> None:
        found = self._waiting(exchange)
        right = found is not None and by in found.awaiting and (len(found.awaiting) > 1 or self._fits(found))
        if self._happens(right, lambda: self.bank.do(ConfirmExchange(exchange=exchange), by=by)):
            assert found is not None
            found.awaiting.discard(by)
            if not found.awaiting:
                self._settle(found)

    @rule(exchange=exchanges, by=people)
    def decline(self, exchange: ExchangeId, by: MemberId) -> None:
        found = self._waiting(exchange)
        right = found is not None and by in found.awaiting
        if self._happens(right, lambda: self.bank.do(DeclineExchange(exchange=exchange, reason="No"), by=by)):
            assert found is not None
            found.state = "declined"

    @rule(exchange=exchanges, by=people)
    def call_off(self, exchange: ExchangeId, by: MemberId) -> None:
        found = self._waiting(exchange)
        right = found is not None and (by == found.by or (by == CHIDI and CHIDI not in found.parties))
        if self._happens(right, lambda: self.bank.do(CallOffExchange(exchange=exchange), by=by)):
            assert found is not None
            found.state = "called-off"

    @rule(exchange=exchanges, by=people)
    def ask_reversal(self, exchange: ExchangeId, by: MemberId) -> None:
        found = self.reported.get(exchange)
        right = found is not None and found.state == "settled" and by in found.parties
        if self._happens(right, lambda: self.bank.do(AskForReversal(exchange=exchange, reason="A slip"), by=by)):
            assert found is not None
            found.state, found.asked_by = "asked", by

    @rule(exchange=exchanges, by=people)
    def approve_reversal(self, exchange: ExchangeId, by: MemberId) -> None:
        found = self.reported.get(exchange)
        right = found is not None and found.state == "asked" and by != found.asked_by and self._decides(found, by)
        if self._happens(right, lambda: self.bank.do(ApproveReversal(exchange=exchange), by=by)):
            assert found is not None
            self._undo(found)

    @rule(exchange=exchanges, by=people)
    def decline_reversal(self, exchange: ExchangeId, by: MemberId) -> None:
        found = self.reported.get(exchange)
        right = found is not None and found.state == "asked" and self._decides(found, by)
        if self._happens(right, lambda: self.bank.do(DeclineReversal(exchange=exchange), by=by)):
            assert found is not None
            found.state, found.asked_by = "settled", None

    @rule(exchange=consumes(exchanges), asked_by=people, by=st.sampled_from([CHIDI, RUTH]))
    def reverse(self, exchange: ExchangeId, asked_by: MemberId, by: MemberId) -> None:
        found = self.reported.get(exchange)
        right = (
            found is not None
            and found.state in ("settled", "asked")
            and by == CHIDI
            and CHIDI not in found.parties
            and asked_by in found.parties
        )
        if self._happens(
            right, lambda: self.bank.do(ReverseExchange(exchange=exchange, asked_by=asked_by, reason="A slip"), by=by)
        ):
            assert found is not None
            self._undo(found)

    @rule(giver=st.sampled_from([ANA, BO]), receiver=people)
    def give(self, giver: MemberId, receiver: MemberId) -> None:
        self._happens(
            giver != receiver,
            lambda: self.bank.do(
                RecordGift(giver=giver, receiver=AccountId(receiver), category=help_of().category, given_on=TODAY),
                by=giver,
            ),
        )

    @rule(debit=st.sampled_from([0, -600, -1200, -3000]), upper=st.sampled_from([None, 600, 1500]))
    def agree_limits(self, debit: int, upper: int | None) -> None:
        self.bank.do(AgreeOnLimits(debit_limit_minutes=debit, upper_limit_minutes=upper), by=CHIDI)
        self.limits = (debit, upper)

    @rule()
    def clear_the_cache(self) -> None:
        self.bank.close()
        self.bank = TimeBank.open(self.folder, clock=clock, ids=random_id)

    @rule()
    def delete_the_snapshots(self) -> None:
        self.bank.close()
        connection = sqlite3.connect(self.folder / "log.db")
        with connection:
            connection.execute("DELETE FROM known")
        connection.close()
        self.bank = TimeBank.open(self.folder, clock=clock, ids=random_id)

    # What must always hold

    @invariant()
    def all_accounts_sum_to_zero_after_every_entry(self) -> None:
        if not hasattr(self, "bank"):
            return
        for position, data in self.bank.log.scan(after=self.counted):
            self.counted = position
            for posting in decode(data).data.postings:
                self.read[posting.account] = self.read.get(posting.account, 0) + posting.minutes
            assert sum(self.read.values()) == 0

    @invariant()
    def the_log_the_cache_and_the_model_agree(self) -> None:
        if hasattr(self, "bank"):
            self._must_agree(self.bank.handler)
            self._must_agree(CommandHandler(self.bank.log, self.bank.people, clock=clock, ids=random_id))

    def _must_agree(self, handler: CommandHandler) -> None:
        known = handler.context([account(who) for who in CAST])
        assert {who: known.account(AccountId(who)).balance for who in CAST} == self.balances
        assert {who: self.read.get(AccountId(who), 0) for who in CAST} == self.balances
        assert {str(who): tally.balance for who, tally in replay(handler.log).accounts.items() if tally.balance} == {
            who: balance for who, balance in self.balances.items() if balance
        }
        states = {"asked": "settled"}
        for exchange, modelled in self.reported.items():
            found = handler.context([f"exchange:{exchange}"]).exchange(exchange)
            assert found.state == states.get(modelled.state, modelled.state)
            assert found.reversal_asked_by == (modelled.asked_by if modelled.state == "asked" else None)

    # The model's own small rules

    def _happens(self, right: bool, act: Callable[[], Recorded]) -> bool:
        try:
            answer = act()
        except Refusal:
            assert not right
            return False
        assert right and answer.facts
        return True

    def _waiting(self, exchange: ExchangeId) -> Modelled | None:
        found = self.reported.get(exchange)
        return found if found is not None and found.state == "waiting" else None

    def _decides(self, found: Modelled, by: MemberId) -> bool:
        return by in found.parties or by == CHIDI

    def _fits(self, new: Modelled) -> bool:
        debit, upper = self.limits
        for who, change in new.moves().items():
            balance = self.balances[who] + change
            if (change < 0 and balance < debit) or (change > 0 and upper is not None and balance > upper):
                return False
        return True

    def _settle(self, found: Modelled) -> None:
        found.state = "settled"
        for who, change in found.moves().items():
            self.balances[who] += change

    def _undo(self, found: Modelled) -> None:
        found.state, found.asked_by = "reversed", None
        for who, change in found.moves().items():
            self.balances[who] -= change


TEMPLATE: list[Path] = []


def test_after_any_sequence_of_commands_log_cache_and_model_agree(
    founded_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "_ENTRIES_BEFORE_SNAPSHOT", 2)
    TEMPLATE[:] = [founded_folder]
    AnyCommands.TestCase.settings = settings(max_examples=20, stateful_step_count=30, deadline=None)

    AnyCommands.TestCase("runTest").runTest()
