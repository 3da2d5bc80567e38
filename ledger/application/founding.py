"""The first entries of a community."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from ledger import subjects
from ledger.application.commands import Answer, Command, Order, Worded
from ledger.application.desk import Desk
from ledger.application.known import Known
from ledger.application.members import LONGEST_NAME, contacts
from ledger.catalogue import Fact
from ledger.domain import members as member_rules
from ledger.domain.agreements import DEFAULT_CATEGORIES, DEFAULT_DEBIT_LIMIT_MINUTES
from ledger.domain.members import Member
from ledger.domain.words import must_be_text
from ledger.events.agreements import CategoriesAgreed, ConfirmationAgreed, LimitsAgreed
from ledger.events.founding import CommunityFounded
from ledger.events.members import MemberInvited
from ledger.identifiers import HOST, MemberId
from ledger.refusals import AlreadyFounded, NoName, UnknownTimeZone


class Founding:
    """How a community begins."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def found(
        self,
        name: str,
        *,
        time_zone: str,
        command: Command,
        language: str = "en",
        host: str = "localhost",
        coordinator: str = "",
        email: str = "",
    ) -> tuple[MemberId | None, Answer]:
        """Founds the community with the default agreements, and its first coordinator when one is named.

        `host` becomes part of the log's origin (host/community/epoch), which every entry repeats. Refused twice.
        """
        first = MemberId(f"m-{self._desk.ids()}") if coordinator.strip() else None

        def rule(known: Known) -> Sequence[Fact | Worded]:
            if known.agreements.is_founded:
                raise AlreadyFounded
            if not name.strip():
                raise NoName
            must_be_text("name", name, limit=LONGEST_NAME)
            founded = CommunityFounded(
                name=name.strip(),
                time_zone=_zone(time_zone),
                language=language,
                origin=f"{host}/{_origin_word(name) or self._desk.ids()}/1",
            )
            agreed: list[Fact | Worded] = [
                founded,
                LimitsAgreed(debit_limit_minutes=DEFAULT_DEBIT_LIMIT_MINUTES),
                ConfirmationAgreed(words_needed="receiver"),
                CategoriesAgreed(categories=DEFAULT_CATEGORIES),
            ]
            return agreed if first is None else [*agreed, *self._first_coordinator(known, first, coordinator, email)]

        answer = self._desk.carry_out(
            Order(
                command=command,
                wish="found-community",
                asked={"name": name, "time_zone": time_zone, "language": language, "host": host},
                rule=rule,
                reads=(subjects.AGREEMENTS,),
                words={"name": coordinator, "email": email if first else ""},
            )
        )
        invited = [fact.member for fact in answer.facts if isinstance(fact, MemberInvited)]
        return (invited[0] if invited else None), answer

    def _first_coordinator(self, known: Known, first: MemberId, name: str, email: str) -> list[Fact | Worded]:
        host = Member(id=HOST)
        member = known.member(first)
        (invited,) = member_rules.invite(member, by=host)
        (welcomed,) = member_rules.welcome(member.after(invited), by=host)
        (given,) = member_rules.give_role(member.after(invited).after(welcomed), "coordinator", by=host)
        return [Worded(invited, contacts(self._desk.people, known, first, name=name, email=email)), welcomed, given]


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise UnknownTimeZone(time_zone=name) from error
    return name


def _origin_word(name: str) -> str:
    """The community's name as one ASCII word for the log's origin; empty when no letter of it is ASCII."""
    letters = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in name.lower())
    return "-".join(part for part in letters.split("-") if part)[:40]
