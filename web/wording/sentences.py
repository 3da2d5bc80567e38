"""Every fact of the book by its name and as one plain sentence, in the reader's language; the doors it came in by."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from babel.lists import format_list
from markupsafe import Markup, escape

from ledger.agreements.facts import (
    CategoriesAgreed,
    CommunityFounded,
    ConfirmationAgreed,
    ExceptionsAgreed,
    LimitsAgreed,
)
from ledger.catalogue import Fact
from ledger.erasure.facts import ErasureAsked, ErasureWithdrawn, PersonalDataErased
from ledger.exchanges.facts import (
    ExchangeCalledOff,
    ExchangeConfirmed,
    ExchangeDeclined,
    ExchangeReported,
    ExchangeReversed,
    ExchangeSettled,
    Leg,
    ReversalAsked,
    ReversalDeclined,
)
from ledger.gifts.facts import GiftRecorded, GiftWithdrawn, ThanksGiven, ThanksSharingChosen
from ledger.groups.facts import GroupFormed, GroupJoined, GroupLeft
from ledger.members.facts import MemberInvited, MemberLeft, MemberWelcomed, RoleGiven, RoleWithdrawn, VisibilityChosen
from web.wording.labels import SentenceContext, isolated
from web.wording.translation import day, duration, gettext, later, speech

_ = gettext


def sentence(fact: Fact, voice: SentenceContext) -> Markup:
    """What happened, as a neighbour would read it out."""
    said = SENTENCES[type(fact)].tell(fact, voice)
    return said[:1].upper() + said[1:]


class Said:
    """What the filter of the journal calls a kind of fact, and its sentence; a function where no words with gaps will do.

    There may be other words for each value of the field `by`. A gap is called like the field that fills it, or as in `_GAPS`,
    or `fields` says by which field it is filled.
    """

    def __init__(
        self,
        name: str,
        words: str | Mapping[Any, str] | Callable[[Any, SentenceContext], Markup],
        *,
        by: str = "",
        **fields: str,
    ) -> None:
        self.name = name
        self.by = by
        self.words: Mapping[Any, str] = {} if callable(words) else {"": words} if isinstance(words, str) else words
        filled_by: dict[str, str] = {**_GAPS, **fields}
        gaps: set[str] = {gap for said in self.words.values() for gap in _GAP.findall(said)}
        self.fields = {gap: filled_by.get(gap, gap) for gap in gaps}
        self.tell = words if callable(words) else self._fill

    def _fill(self, fact: Fact, voice: SentenceContext) -> Markup:
        words = self.words[getattr(fact, self.by) if self.by else ""]
        told = {
            gap: _SHOWN.get(field, SentenceContext.name)(voice, getattr(fact, field))
            for gap, field in self.fields.items()
        }
        return _say(_(words), **told)


_GAP = re.compile(r"%\((\w+)\)s")
_GAPS = {"entry": "exchange", "day": "given_on", "help": "legs", "kind": "category"}


def _reported(fact: ExchangeReported, voice: SentenceContext) -> Markup:
    said = _report(fact, voice)
    if fact.corrects:
        said += " " + _say(_("It corrects the exchange logged in %(entry)s."), entry=voice.report(fact.corrects))
    if fact.awaiting:
        said += " " + _say(_("Waiting for %(people)s."), people=_listed([voice.name(one) for one in fact.awaiting]))
    return said


def _report(fact: ExchangeReported, voice: SentenceContext) -> Markup:
    first = fact.legs[0]
    told: dict[str, object] = {
        "reporter": voice.name(fact.reported_by),
        "giver": voice.name(first.giver),
        "receiver": voice.name(first.receiver),
        "amount": _amount(first.minutes),
        "kind": isolated(voice.kind(first.category)),
        "day": day(fact.given_on),
    }
    if len(fact.legs) > 1:
        both_ways = _legs(voice, fact.legs)
        return _say(_("%(reporter)s logged a skill exchange on %(day)s: %(help)s."), **told, help=both_ways)
    if fact.reported_by == first.giver:
        return _say(_("%(reporter)s logged giving %(receiver)s %(amount)s of help on %(day)s (%(kind)s)."), **told)
    if fact.reported_by == first.receiver:
        return _say(_("%(reporter)s logged receiving %(amount)s of help from %(giver)s on %(day)s (%(kind)s)."), **told)
    return _say(
        _("%(reporter)s logged that %(giver)s gave %(receiver)s %(amount)s of help on %(day)s (%(kind)s)."), **told
    )


def _legs(voice: SentenceContext, legs: Sequence[Leg]) -> Markup:
    return _listed(
        [
            _say(
                _("%(giver)s gave %(receiver)s %(amount)s (%(kind)s)"),
                giver=voice.name(leg.giver),
                receiver=voice.name(leg.receiver),
                amount=_amount(leg.minutes),
                kind=isolated(voice.kind(leg.category)),
            )
            for leg in legs
        ]
    )


def _founded(fact: CommunityFounded, _voice: SentenceContext) -> Markup:
    return _say(
        _("The community %(name)s was started. Its time zone is %(zone)s."),
        name=isolated(fact.name),
        zone=fact.time_zone.replace("_", " "),
    )


def _kinds_agreed(fact: CategoriesAgreed, _voice: SentenceContext) -> Markup:
    labels = [isolated(category.label) for category in fact.categories]
    return _say(_("Agreed: help is logged under these kinds: %(kinds)s."), kinds=_listed(labels))


def _limits(fact: LimitsAgreed, _voice: SentenceContext) -> Markup:
    debit = _amount(-fact.debit_limit_minutes)
    if fact.upper_limit_minutes is None:
        return _say(_("Agreed: everyone can receive up to %(debit)s more than they gave."), debit=debit)
    return _say(
        _(
            "Agreed: everyone can receive up to %(debit)s more than they gave, and give up to %(upper)s more "
            "than they received."
        ),
        debit=debit,
        upper=_amount(fact.upper_limit_minutes),
    )


def _say(template: str, /, **told: object) -> Markup:
    """The translated sentence with names and amounts marked up, and everything else escaped."""
    return escape(template) % told


def _listed(parts: Sequence[Markup]) -> Markup:
    said = format_list([str(part) for part in parts], locale=speech().locale)
    return Markup(said)  # noqa: S704 - every part is marked up already, and between them stand words of the language


def _amount(minutes: int) -> Markup:
    return Markup('<span class="h">{}</span>').format(duration(minutes))


_SHOWN: Mapping[str, Callable[[SentenceContext, Any], object]] = {
    "exchange": SentenceContext.report,
    "given_on": lambda _voice, given_on: day(given_on),
    "category": lambda voice, category: isolated(voice.kind(category)),
    "legs": _legs,
}
"""How the value of a field is shown; whatever is not here names somebody."""

SENTENCES: Mapping[type[Fact], Said] = {
    CommunityFounded: Said(later("Community started"), _founded),
    LimitsAgreed: Said(later("Limits set"), _limits),
    ConfirmationAgreed: Said(
        later("Rule set for who has to agree"),
        {
            "receiver": later("Agreed: hours count once the person who received the help has agreed."),
            "both": later("Agreed: hours count once both people have agreed."),
        },
        by="words_needed",
    ),
    CategoriesAgreed: Said(later("Kinds of help set"), _kinds_agreed),
    ExceptionsAgreed: Said(
        later("Worth a look thresholds set"),
        later("Agreed: new thresholds for what is worth a look."),
    ),
    MemberInvited: Said(later("Member invited"), later("%(member)s was invited.")),
    MemberWelcomed: Said(later("Member welcomed"), later("%(member)s was welcomed as a member.")),
    MemberLeft: Said(later("Member left"), later("%(member)s left. Their hours stay on record.")),
    RoleGiven: Said(
        later("Role given"),
        {
            "coordinator": later("%(member)s became a coordinator."),
            "auditor": later("%(member)s became an auditor."),
        },
        by="role",
    ),
    RoleWithdrawn: Said(
        later("Role removed"),
        {
            "coordinator": later("%(member)s is no longer a coordinator."),
            "auditor": later("%(member)s is no longer an auditor."),
        },
        by="role",
    ),
    VisibilityChosen: Said(
        later("Visibility chosen"),
        {
            "nobody": later("%(member)s chose that only the two people involved can see who they help."),
            "coordinators": later("%(member)s chose that coordinators can also see who they help."),
            "groups": later(
                "%(member)s chose that coordinators and members of their groups can also see who they help."
            ),
        },
        by="sees",
    ),
    GroupFormed: Said(later("Group started"), later("The group %(group)s was started.")),
    GroupJoined: Said(later("Group joined"), later("%(member)s joined %(group)s.")),
    GroupLeft: Said(later("Group left"), later("%(member)s left %(group)s.")),
    ExchangeReported: Said(later("Exchange logged"), _reported),
    ExchangeConfirmed: Said(
        later("Exchange agreed to"),
        later("%(member)s agreed to the exchange logged in %(entry)s."),
        member="confirmed_by",
    ),
    ExchangeSettled: Said(
        later("Exchange settled"),
        later("The exchange logged in %(entry)s now counts: on %(day)s, %(help)s."),
    ),
    ExchangeDeclined: Said(
        later("Exchange not agreed to"),
        later("%(member)s did not agree to the exchange logged in %(entry)s. It does not count."),
        member="declined_by",
    ),
    ExchangeCalledOff: Said(
        later("Exchange cancelled"),
        later("%(member)s cancelled the exchange logged in %(entry)s. It does not count."),
        member="called_off_by",
    ),
    ReversalAsked: Said(
        later("Request to take an exchange back"),
        later("%(member)s asked to take back the exchange logged in %(entry)s."),
        member="asked_by",
    ),
    ReversalDeclined: Said(
        later("Exchange kept as it was"),
        later("%(member)s kept the exchange logged in %(entry)s as it was."),
        member="declined_by",
    ),
    ExchangeReversed: Said(
        later("Exchange taken back"),
        later(
            "The exchange logged in %(entry)s no longer counts: on %(day)s, %(help)s. %(asked_by)s asked to "
            "take it back, and %(approved_by)s agreed."
        ),
    ),
    GiftRecorded: Said(
        later("Gift logged"),
        later("A gift: on %(day)s, %(giver)s gave to %(receiver)s (%(kind)s)."),
    ),
    GiftWithdrawn: Said(
        later("Gift taken back"),
        later("A gift no longer counts: on %(day)s, %(giver)s gave to %(receiver)s (%(kind)s)."),
    ),
    ThanksGiven: Said(
        later("Thanks"),
        {
            True: later("%(given_by)s thanked %(to)s, and lets others read it."),
            False: later("%(given_by)s thanked %(to)s."),
        },
        by="may_be_shown",
    ),
    ThanksSharingChosen: Said(
        later("Choice about showing thanks"),
        {
            True: later("%(chosen_by)s lets others read the thanks for this."),
            False: later("%(chosen_by)s keeps the thanks for this private."),
        },
        by="may_be_shown",
    ),
    ErasureAsked: Said(
        later("Erasure requested"), later("%(member)s asked for everything that identifies them to be erased.")
    ),
    ErasureWithdrawn: Said(
        later("Erasure request withdrawn"),
        later("The request to erase the personal data of %(member)s was withdrawn."),
    ),
    PersonalDataErased: Said(
        later("Personal data erased"),
        {
            "asked": later(
                "%(member)s asked for it, and %(confirmed_by)s confirmed it. Their personal data was erased."
            ),
            "no-longer-needed": later("%(member)s had left, and %(confirmed_by)s erased their personal data."),
        },
        by="ground",
    ),
}
"""Every fact: its name and its sentence."""

KINDS_OF_FACT: Mapping[str, str] = {kind.stored.name: said.name for kind, said in SENTENCES.items()}
"""Stored name -> what the filter of the journal calls it."""

CHANNELS: Mapping[str, str] = {
    "web": later("on the website"),
    "cli": later("on the host’s command line"),
    "import": later("by an import"),
    "api": later("by another program"),
    "job": later("automatically"),
}
"""The door through which a fact came in, as an entry names it."""
