"""The story of one exchange or gift: each entry about it must follow from the entries before.

A story is kept as marks of a few bytes, in which people are short digests: see `marks`. Whether somebody was a member or a coordinator at
an entry is looked up in `Standing`, which has followed the whole log by then.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

from ledger.seal.verifying.marks import PERSON_BYTES

EXCHANGE_PEOPLE = 0x80
GIFT_PEOPLE = 0xC0
_FLAGS = 0x3F
AWAITS_GIVER, AWAITS_RECEIVER, BY_GIVER, BY_RECEIVER, TWO_WAY = 1, 2, 4, 8, 16
TO_GROUP, TO_ALL = 1, 2
"""Flags of the two marks that say who takes part, in an exchange and in a gift."""

_UNKNOWN = "it is about something that no earlier entry mentions"
_NOT_SETTLED = "it is about an exchange that does not count"
_NOT_WAITING = "it answers an exchange that waits for no answer"


class History(Protocol):
    """Who was what, before an entry."""

    def was_active(self, person: bytes, number: int) -> bool: ...
    def was_coordinator(self, person: bytes, number: int) -> bool: ...
    def belonged(self, person: bytes, group: bytes, number: int) -> bool: ...


class Story:
    """What is known of an exchange or gift. `waits_for` has the flags of those who still have to agree.

    `said` is the number of the report or of the last agreement. The defaults are shared, because most stories are short.
    """

    state = "unknown"
    is_gift = False
    giver = receiver = recorder = pending = b""
    waits_for = said = flags = 0

    @property
    def parties(self) -> tuple[bytes, bytes]:
        """Who takes part."""
        return self.giver, self.receiver

    def asks(self, person: bytes) -> int:
        """The flag of a person who still has to agree; 0 for everyone else."""
        flag = AWAITS_GIVER if person == self.giver else AWAITS_RECEIVER if person == self.receiver else 0
        return self.waits_for & flag


class Stories:
    """Follows the stories whose marks are in one part of all marks."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._stories: dict[bytes, Story] = {}

    def start_again(self) -> None:
        """Forget all stories, before the next part."""
        self._stories = {}

    def step(self, subject: bytes, number: int, does: bytes, payload: bytes) -> str:
        """Take the next mark about a subject. Return what is wrong with its entry; empty if nothing is."""
        story = self._stories.get(subject)
        if story is None:
            story = self._stories[subject] = Story()
        first, second = payload[:PERSON_BYTES], payload[PERSON_BYTES:]
        if does[0] >= EXCHANGE_PEOPLE:
            return self._begins(story, number, does[0], first, second)
        rule = _STEPS.get(does)
        if rule is None:
            return ""
        if story.state == "unknown":
            return "" if does in b"sm" else _UNKNOWN  # the sequence rules name these
        return rule(self._history, story, number, first, second)

    def _begins(self, story: Story, number: int, does: int, giver: bytes, receiver: bytes) -> str:
        if story.state != "unknown":
            return ""  # the sequence rules name it
        flags = story.flags = does & _FLAGS
        story.giver, story.receiver, story.said = giver, receiver, number
        if does >= GIFT_PEOPLE:
            story.state, story.is_gift = "recorded", True
            return ""
        story.state, story.waits_for = "waiting", flags & (AWAITS_GIVER | AWAITS_RECEIVER)
        return ""


def _settles(_history: History, story: Story, number: int, _first: bytes, _second: bytes) -> str:
    before, story.state = story.state, "settled"
    if before == "waiting" and story.waits_for:
        return "it settles an exchange that not everyone has agreed to"
    if before == "waiting" and number != story.said + 1:
        return "it does not settle the exchange at once when everyone has agreed"
    if before in ("declined", "called off"):
        return f"it settles an exchange that was {before}"
    return ""


def _confirms(_history: History, story: Story, number: int, by: bytes, _second: bytes) -> str:
    if story.state != "waiting" or not story.asks(by):
        return _NOT_WAITING if story.state != "waiting" else "it is the agreement of someone who is not asked"
    story.waits_for ^= story.asks(by)
    story.said = number
    return ""


def _declines(_history: History, story: Story, _number: int, by: bytes, _second: bytes) -> str:
    if story.state != "waiting" or not story.asks(by):
        return _NOT_WAITING if story.state != "waiting" else "it is the answer of someone who is not asked"
    story.state = "declined"
    return ""


def _calls_off(history: History, story: Story, number: int, by: bytes, _second: bytes) -> str:
    if story.state != "waiting":
        return _NOT_WAITING
    story.state = "called off"
    reporter = {BY_GIVER: story.giver, BY_RECEIVER: story.receiver}.get(story.flags & (BY_GIVER | BY_RECEIVER))
    if by == reporter:
        is_allowed = history.was_active(by, number)
    else:
        is_allowed = by not in story.parties and history.was_coordinator(by, number)
    return "" if is_allowed else "it is cancelled by someone who cannot"


def _asks_back(_history: History, story: Story, _number: int, by: bytes, _second: bytes) -> str:
    if story.state != "settled":
        return _NOT_SETTLED
    if story.pending:
        return "it asks for what has been asked for"
    story.pending = by
    return "" if by in story.parties else "it asks to take back an exchange between others"


def _leaves(history: History, story: Story, number: int, by: bytes, _second: bytes) -> str:
    if story.state != "settled" or not story.pending:
        return "it declines what nobody has asked for"
    story.pending = b""
    return "" if _may_decide(history, story, number, by) else "it is declined by someone who cannot"


def _may_decide(history: History, story: Story, number: int, by: bytes) -> bool:
    if by in story.parties:
        return history.was_active(by, number)
    return history.was_coordinator(by, number)


def _reverses(_history: History, story: Story, _number: int, asked_by: bytes, approved_by: bytes) -> str:
    before, story.state = story.state, "reversed"
    if before != "settled":
        return _NOT_SETTLED
    if asked_by not in story.parties or asked_by == approved_by:
        return "it takes two people to take an exchange back, and one who takes part has to ask"
    if approved_by in story.parties and story.pending != asked_by:
        return "it takes back an exchange though the other party did not ask"
    return ""  # whether a third person coordinates is among the requirements of the entry


def _corrects(_history: History, story: Story, _number: int, giver: bytes, receiver: bytes) -> str:
    if story.state != "reversed":
        return "it corrects an exchange that was not taken back"
    return "" if {giver, receiver} == {*story.parties} else "it corrects an exchange between others"


def _recorder(_history: History, story: Story, _number: int, by: bytes, _second: bytes) -> str:
    story.recorder = by
    return ""


def _withdraws(history: History, story: Story, number: int, by: bytes, _second: bytes) -> str:
    story.state = "withdrawn"
    if by in (*story.parties, story.recorder) and history.was_active(by, number):
        return ""
    return "" if history.was_coordinator(by, number) else "it is withdrawn by someone who cannot"


def _thanks(history: History, story: Story, number: int, by: bytes, to: bytes) -> str:
    if fault := _chooses(history, story, number, by, b""):
        return fault
    if story.is_gift:
        is_right = by != story.giver == to
    else:
        is_right = {by, to} == {*story.parties} and (by == story.receiver or bool(story.flags & TWO_WAY))
    return "" if is_right else "it is not the thanks of a receiver to a giver"


def _chooses(history: History, story: Story, number: int, by: bytes, _second: bytes) -> str:
    if story.state not in ("settled", "recorded"):
        return "it is about something that does not count"
    is_for_them = story.is_gift and (
        bool(story.flags & TO_ALL) or (bool(story.flags & TO_GROUP) and history.belonged(by, story.receiver, number))
    )
    return "" if by in story.parties or is_for_them else "it is about something between others"


def _typed(_history: History, story: Story, _number: int, by: bytes, _second: bytes) -> str:
    return "it was typed for someone by the other party" if by in story.parties else ""


_STEPS: Mapping[bytes, Callable[[History, Story, int, bytes, bytes], str]] = {
    b"s": _settles,
    b"k": _confirms,
    b"d": _declines,
    b"o": _calls_off,
    b"a": _asks_back,
    b"n": _leaves,
    b"u": _reverses,
    b"m": _corrects,
    b"e": _recorder,
    b"y": _withdraws,
    b"t": _thanks,
    b"h": _chooses,
    b"z": _typed,
}
"""What each mark does: settle, confirm, decline, call off, ask back, decline that, reverse, correct; for gifts, who recorded it and
who withdrew it; thanks and their sharing; and who typed it for somebody else."""
