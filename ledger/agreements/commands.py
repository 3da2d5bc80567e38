"""Commands that found a community and change its agreements."""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar
from zoneinfo import ZoneInfo

import msgspec

from ledger.agreements import rules
from ledger.agreements.facts import (
    CategoriesAgreed,
    Category,
    CommunityFounded,
    ConfirmationAgreed,
    LimitsAgreed,
    Thresholds,
    WhoMustAgree,
)
from ledger.agreements.rules import DEFAULT_CATEGORIES, DEFAULT_DEBIT_LIMIT_MINUTES
from ledger.catalogue import Fact
from ledger.deciding.context import DecisionContext
from ledger.deciding.requests import Command, Request, Sealed, SealedFact
from ledger.identifiers import HOST, MemberId
from ledger.members import rules as member_rules
from ledger.members.commands import contacts
from ledger.members.names import checked_name
from ledger.members.rules import Member
from ledger.refusals import AlreadyFounded, UnknownTimeZone


class FoundCommunity(Command):
    """Found the community with the default agreements, and invite its first coordinator if one is named.

    `host` becomes part of the log's origin (host/community/epoch), which every entry repeats.
    """

    stored_name = "found-community"

    name: str
    time_zone: str
    language: str = "en"
    host: str = "localhost"
    coordinator: Sealed = ""
    email: Sealed = ""

    def sealed(self) -> Mapping[str, str]:
        """The coordinator's name and email address, as they are sealed with the invitation."""
        return {"name": self.coordinator, "email": self.email if self.coordinator.strip() else ""}

    def decide(self, request: Request, context: DecisionContext) -> Sequence[Fact | SealedFact]:
        first = MemberId(f"m-{request.new_id}") if self.coordinator.strip() else None
        if context.agreements.is_founded:
            raise AlreadyFounded
        founded = CommunityFounded(
            name=checked_name(self.name),
            time_zone=_checked_time_zone(self.time_zone),
            language=self.language,
            origin=f"{self.host}/{_origin_word(self.name) or request.new_id}/1",
        )
        facts: list[Fact | SealedFact] = [
            founded,
            LimitsAgreed(debit_limit_minutes=DEFAULT_DEBIT_LIMIT_MINUTES),
            ConfirmationAgreed(words_needed="receiver"),
            CategoriesAgreed(categories=DEFAULT_CATEGORIES),
        ]
        return facts if first is None else [*facts, *self._first_coordinator(context, first)]

    def _first_coordinator(self, context: DecisionContext, first: MemberId) -> list[Fact | SealedFact]:
        host = Member(id=HOST)
        member = context.member(first)
        (invited,) = member_rules.invite(member, by=host)
        (welcomed,) = member_rules.welcome(member.after(invited), by=host)
        (given,) = member_rules.give_role(member.after(invited).after(welcomed), "coordinator", by=host)
        return [SealedFact(invited, contacts(context, first, name=self.coordinator, email=self.email)), welcomed, given]


def _checked_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise UnknownTimeZone(time_zone=name) from error
    return name


def _origin_word(name: str) -> str:
    """Return the community's name as one ASCII word for the log's origin; empty if it has no ASCII letter or digit."""
    letters = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in name.lower())
    return "-".join(part for part in letters.split("-") if part)[:40]


class _ChangeAgreement(Command):
    """A command whose fields are the arguments of its rule."""

    rule: ClassVar[Callable[..., Sequence[Fact]]]

    def decide(self, request: Request, context: DecisionContext) -> Sequence[Fact]:
        changed = {field: getattr(self, field) for field in self.__struct_fields__}
        return type(self).rule(context.agreements, **changed, by=context.member(request.caller.by))


class AgreeOnLimits(_ChangeAgreement):
    """Change how many minutes an account can go below or above zero. Records nothing if nothing changes."""

    stored_name = "agree-limits"
    rule = rules.agree_limits

    debit_limit_minutes: int = msgspec.field(name="debit")
    upper_limit_minutes: int | None = msgspec.field(name="upper")


class AgreeOnConfirmation(_ChangeAgreement):
    """Change who has to agree before an exchange counts."""

    stored_name = "agree-confirmation"
    rule = rules.agree_confirmation

    words_needed: WhoMustAgree


class AgreeOnCategories(_ChangeAgreement):
    """Change the kinds of help to choose from."""

    stored_name = "agree-categories"
    rule = rules.agree_categories

    categories: tuple[Category, ...]


class AgreeOnThresholds(_ChangeAgreement):
    """Change the thresholds for listing entries as worth a look."""

    stored_name = "agree-exceptions"
    rule = rules.agree_thresholds

    thresholds: Thresholds
