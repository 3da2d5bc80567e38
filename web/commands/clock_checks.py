"""What `hours doctor` and `hours seal` say about clocks: the one of this machine, and those that dated the entries."""

from datetime import UTC, datetime, timedelta

from ledger.log.entry import instant_text, recorded_at
from ledger.refusals import ClockFarAhead
from ledger.seal.verifying.times import StepBack, TimeOrder
from ledger.time_bank import TimeBank
from web.commands.machine_checks import Finding

CLOCK_MAY_BE_OFF = timedelta(minutes=5)


def check_clock(bank: TimeBank) -> Finding:
    """Check this machine's clock against the last entry: it must not be behind it, nor far ahead."""
    head, now = bank.log.head(), datetime.now(UTC)
    newest = bank.log.from_position(max(0, head - 1), limit=1)
    recorded = recorded_at(newest[0].data) if newest else now
    if recorded > now + CLOCK_MAY_BE_OFF:
        return Finding(
            "clock",
            f"this machine's clock says {now:%Y-%m-%d %H:%M} UTC, but the last entry was recorded at "
            f"{recorded:%Y-%m-%d %H:%M}.",
            "Set the clock, ideally with NTP. If the entry is what is wrong, new entries get its time until the clock has "
            "reached it.",
        )
    try:
        bank.handler.clock.must_not_be_far_ahead(head)
    except ClockFarAhead:
        return Finding(
            "clock",
            f"this machine's clock says {now:%Y-%m-%d %H:%M} UTC, {(now - recorded).days:,} days after the last entry, so "
            "nothing can be recorded.",
            "Set the clock, ideally with NTP. If it is right, start the server and commands with HOURS_CLOCK_CHECKED_ON set "
            "to today's date, in the form 2026-03-28, until the next entry is recorded.",
        )
    return Finding("clock", f"{now:%Y-%m-%d %H:%M} UTC, after the last entry")


class StepsBack:
    """Entries that were recorded before an earlier one, going by their times. Earlier versions did that after a clock was set back."""

    def __init__(self, numbered: str = "entry") -> None:
        self._numbered = numbered
        self.found: list[StepBack] = []
        self._times = TimeOrder()

    def look(self, number: int, data: bytes) -> None:
        """Look at the next entry."""
        if step := self._times.step_back(number, instant_text(recorded_at(data))):
            self.found.append(step)

    @property
    def in_words(self) -> str:
        """How many there are, and the largest; empty if there is none."""
        if not self.found:
            return ""
        largest = max(self.found, key=lambda step: step.by)
        return (
            f"entries recorded before an earlier one, going by their times: {len(self.found):,}; the largest step back is "
            f"{largest.in_words} at {self._numbered} {largest.number:,}"
        )

    @property
    def to_do(self) -> str:
        """What to do about one that `hours verify` refuses; empty for smaller ones, which it only mentions."""
        if not any(step.is_too_large for step in self.found):
            return ""
        return "Tell anyone who checks bundles when the clock was wrong: hours verify finds it too. Entries cannot be changed."
