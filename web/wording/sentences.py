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
from ledger.gifts.facts import GiftRecorded, GiftWithdrawn
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
        words: str | Mapping[str, str] | Callable[[Any, SentenceContext], Markup],
        *,
        by: str = "",
        **fields: str,
    ) -> None:
        self.name = name
        self.by = by
        self.words: Mapping[str, str] = {} if callable(words) else {"": words} if isinstance(words, str) else words
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
        said += " " + _say(_("It puts right what %(entry)s reports."), entry=voice.report(fact.corrects))
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
        return _say(_("%(reporter)s reported a skill exchange on %(day)s: %(help)s."), **told, help=both_ways)
    if fact.reported_by == first.giver:
        return _say(_("%(reporter)s reported giving %(receiver)s %(amount)s of help on %(day)s (%(kind)s)."), **told)
    if fact.reported_by == first.receiver:
        return _say(
            _("%(reporter)s reported receiving %(amount)s of help from %(giver)s on %(day)s (%(kind)s)."), **told
        )
    return _say(
        _("%(reporter)s reported that %(giver)s gave %(receiver)s %(amount)s of help on %(day)s (%(kind)s)."), **told
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
        _("The community %(name)s was founded. Its clocks show the time of %(zone)s."),
        name=isolated(fact.name),
        zone=fact.time_zone.replace("_", " "),
    )


def _kinds_agreed(fact: CategoriesAgreed, _voice: SentenceContext) -> Markup:
    labels = [isolated(category.label) for category in fact.categories]
    return _say(_("Agreed: help is logged under these kinds: %(kinds)s."), kinds=_listed(labels))


def _limits(fact: LimitsAgreed, _voice: SentenceContext) -> Markup:
    debit = _amount(-fact.debit_limit_minutes)
    if fact.upper_limit_minutes is None:
        return _say(_("Agreed: everybody may receive up to %(debit)s more than they gave."), debit=debit)
    return _say(
        _(
            "Agreed: everybody may receive up to %(debit)s more than they gave, and give up to %(upper)s more than they received."
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
    CommunityFounded: Said(later("Community founded"), _founded),
    LimitsAgreed: Said(later("Limits agreed"), _limits),
    ConfirmationAgreed: Said(
        later("Whose word settles agreed"),
        {
            "receiver": later("Agreed: hours count once the one who received the help has agreed."),
            "both": later("Agreed: hours count once both people have agreed."),
        },
        by="words_needed",
    ),
    CategoriesAgreed: Said(later("Kinds of help agreed"), _kinds_agreed),
    ExceptionsAgreed: Said(
        later("What is worth a look agreed"),
        later("Agreed: from where on something in the book is worth a look."),
    ),
    MemberInvited: Said(later("Member invited"), later("%(member)s was invited.")),
    MemberWelcomed: Said(later("Member welcomed"), later("%(member)s was welcomed and takes part from now on.")),
    MemberLeft: Said(later("Member left"), later("%(member)s left. Their hours stay in the book.")),
    RoleGiven: Said(
        later("Role given"),
        {
            "coordinator": later("%(member)s was entrusted with coordinating."),
            "auditor": later("%(member)s was entrusted with auditing."),
        },
        by="role",
    ),
    RoleWithdrawn: Said(
        later("Role withdrawn"),
        {
            "coordinator": later("%(member)s coordinates no longer."),
            "auditor": later("%(member)s audits no longer."),
        },
        by="role",
    ),
    VisibilityChosen: Said(
        later("Visibility chosen"),
        {
            "nobody": later("%(member)s chose that nobody but the two sees whom they help."),
            "coordinators": later("%(member)s chose that coordinators may see whom they help."),
            "groups": later("%(member)s chose that members of their groups, and coordinators, may see whom they help."),
        },
        by="sees",
    ),
    GroupFormed: Said(later("Group formed"), later("The group %(group)s was formed.")),
    GroupJoined: Said(later("Group joined"), later("%(member)s joined %(group)s.")),
    GroupLeft: Said(later("Group left"), later("%(member)s left %(group)s.")),
    ExchangeReported: Said(later("Exchange reported"), _reported),
    ExchangeConfirmed: Said(
        later("Exchange confirmed"),
        later("%(member)s agreed to what %(entry)s reports."),
        member="confirmed_by",
    ),
    ExchangeSettled: Said(
        later("Exchange settled"),
        later("From now on it counts, as %(entry)s reports: on %(day)s %(help)s."),
    ),
    ExchangeDeclined: Said(
        later("Exchange declined"),
        later("%(member)s did not agree to what %(entry)s reports. Nothing counts."),
        member="declined_by",
    ),
    ExchangeCalledOff: Said(
        later("Exchange called off"),
        later("%(member)s called off what %(entry)s reports. Nothing counts."),
        member="called_off_by",
    ),
    ReversalAsked: Said(
        later("Reversal asked"),
        later("%(member)s asked to take back what %(entry)s reports."),
        member="asked_by",
    ),
    ReversalDeclined: Said(
        later("Reversal declined"),
        later("%(member)s said that what %(entry)s reports stands."),
        member="declined_by",
    ),
    ExchangeReversed: Said(
        later("Exchange reversed"),
        later(
            "What %(entry)s reports counts no longer: on %(day)s %(help)s. "
            "%(asked_by)s asked to take it back, and %(approved_by)s agreed."
        ),
    ),
    GiftRecorded: Said(
        later("Gift recorded"),
        later("A gift: on %(day)s %(giver)s gave to %(receiver)s (%(kind)s)."),
    ),
    GiftWithdrawn: Said(
        later("Gift withdrawn"),
        later("A gift counts no longer: on %(day)s %(giver)s gave to %(receiver)s (%(kind)s)."),
    ),
    ErasureAsked: Said(
        later("Erasure asked for"), later("%(member)s asks that everything that says who they are be erased.")
    ),
    ErasureWithdrawn: Said(
        later("Erasure no longer wanted"),
        later("The personal data of %(member)s is not to be erased after all."),
    ),
    PersonalDataErased: Said(
        later("Personal data erased"),
        {
            "asked": later(
                "%(member)s asked for it, and %(confirmed_by)s confirmed it: their personal data was erased."
            ),
            "no-longer-needed": later("%(member)s had left, and %(confirmed_by)s had their personal data erased."),
        },
        by="ground",
    ),
}
"""Every fact: its name and its sentence."""

KINDS_OF_FACT: Mapping[str, str] = {kind.stored.name: said.name for kind, said in SENTENCES.items()}
"""Stored name -> what the filter of the journal calls it."""

CHANNELS: Mapping[str, str] = {
    "web": later("on these pages"),
    "cli": later("at the host’s command line"),
    "import": later("by an import"),
    "api": later("by another program"),
    "job": later("by the house itself"),
}
"""The door through which a fact came in, as an entry names it."""
