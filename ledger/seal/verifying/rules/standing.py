"""Who is what as the log goes on: members, coordinators, groups, agreements and balances, and whether that allows its entries."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from ledger.seal.verifying.marks import digest_of_person
from ledger.seal.verifying.rules.requirements import HOST, RECEIVER, Requirements


class Violation(NamedTuple):
    """An entry that the rules do not allow."""

    number: int
    message: str


class MemberRecord:
    """A member's standing."""

    __slots__ = (
        "erasure_asked_at",
        "erasure_asked_by",
        "has_left",
        "is_erased",
        "is_welcomed",
        "removal_asked_at",
        "removal_asked_by",
        "roles",
    )

    def __init__(self) -> None:
        self.is_welcomed = self.has_left = self.is_erased = False
        self.roles: set[str] = set()
        self.erasure_asked_by = self.erasure_asked_at = ""
        self.removal_asked_by = self.removal_asked_at = ""


class Standing:
    """The state of the community at one place in the log, and when people became and ceased to be something."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self.members: dict[str, MemberRecord] = {}
        self.active: set[str] = set()
        self.coordinators: dict[str, str] = {}
        """Coordinator -> since when."""
        self.groups: set[str] = set()
        self.belonging: set[tuple[str, str]] = set()
        self.categories: set[str] = set()
        self.agreeing = RECEIVER
        self.debit_limit_minutes = 0
        self.upper_limit_minutes: int | None = None
        self._balances: dict[str, int] = {}
        self._turns: dict[tuple[str, bytes], list[int]] = {}
        """What somebody is -> the numbers of the entries since which they were it, were not, were again."""

    def was_active(self, person: bytes, number: int) -> bool:
        """Whether they were a member before this entry."""
        return self._was("active", person, number)

    def was_coordinator(self, person: bytes, number: int) -> bool:
        """Whether they were a coordinator before this entry, or are the host."""
        return person == digest_of_person(self._secret, HOST) or self._was("coordinator", person, number)

    def belonged(self, person: bytes, group: bytes, number: int) -> bool:
        """Whether they were in this group before this entry."""
        return self._was("belonging", person + group, number)

    def _was(self, what: str, who: bytes, number: int) -> bool:
        return bisect_left(self._turns.get((what, who), ()), number) % 2 == 1

    def turn(self, number: int, what: str, *who: str) -> None:
        """Note that somebody became something with this entry, or ceased to be it."""
        key = b"".join(digest_of_person(self._secret, one) for one in who)
        self._turns.setdefault((what, key), []).append(number)

    def violations(self, needs: Requirements) -> Iterator[Violation]:
        """Compare what a stretch of entries needs with what is there, and move its minutes."""
        for needed, there, message in (
            (needs.active, self.active, "{} is not a member at this time"),
            (needs.coordinators, self.coordinators.keys(), "{} is not a coordinator at this time"),
            (needs.categories, self.categories, "“{}” is not a kind of help that was agreed"),
            (needs.groups, self.groups, "there is no group {}"),
            (needs.agreeing, {self.agreeing}, "other people have to agree by the agreement at this time"),
        ):
            for name in needed.keys() - there:
                yield Violation(needed[name], message.format(name))
        upper = self.upper_limit_minutes
        for account, (net, lows, highs) in needs.accounts.items():
            before = self._balances.get(account, 0)
            if lows and before + lows[-1][0] < self.debit_limit_minutes:
                number = next(number for low, number in lows if before + low < self.debit_limit_minutes)
                yield Violation(number, f"it takes {account} below the limit at this time")
            if upper is not None and highs and before + highs[-1][0] > upper:
                number = next(number for high, number in highs if before + high > upper)
                yield Violation(number, f"it takes {account} above the limit at this time")
            self._balances[account] = before + net[0]

    def withdraw_coordinator(self, number: int, member: str) -> None:
        """Note that somebody is no longer a coordinator, if they were one."""
        if member in self.coordinators:
            del self.coordinators[member]
            self.turn(number, "coordinator", member)
