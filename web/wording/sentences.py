"""The name of every type of fact, each fact as one plain sentence, and the channels that facts are recorded by."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

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
from web.wording.names import SentenceContext, isolated
from web.wording.translation import N_, day, duration, join_markup
from web.wording.translation import gettext as _


def sentence(fact: Fact, context: SentenceContext) -> Markup:
    """Describe a fact in one sentence."""
    text = SENTENCES[type(fact)].describe(fact, context)
    return text[:1].upper() + text[1:]


class FactText:
    """The name of a type of fact, and its sentence with gaps, one for each value of the field `by`, or a function.

    A gap has the name of the field that fills it, unless `_GAPS` or `fields` names another field.
    """

    def __init__(
        self,
        name: str,
        text: str | Mapping[Any, str] | Callable[[Any, SentenceContext], Markup],
        *,
        by: str = "",
        **fields: str,
    ) -> None:
        self.name = name
        self.by = by
        self.templates: Mapping[Any, str] = {} if callable(text) else {"": text} if isinstance(text, str) else text
        filled_by: dict[str, str] = {**_GAPS, **fields}
        gaps: set[str] = {gap for template in self.templates.values() for gap in _GAP.findall(template)}
        self.fields = {gap: filled_by.get(gap, gap) for gap in gaps}
        self.describe = text if callable(text) else self._fill

    def _fill(self, fact: Fact, context: SentenceContext) -> Markup:
        values = {
            gap: _FORMATS.get(field, SentenceContext.name)(context, getattr(fact, field))
            for gap, field in self.fields.items()
        }
        template = self.templates[getattr(fact, self.by) if self.by else ""]
        return _filled(_(template), **values)


_GAP = re.compile(r"%\((\w+)\)s")
_GAPS = {"entry": "exchange", "day": "given_on", "help": "legs", "kind": "category"}


def _reported(fact: ExchangeReported, context: SentenceContext) -> Markup:
    first = fact.legs[0]
    if len(fact.legs) > 1:
        template = _("%(reporter)s logged a skill exchange on %(day)s: %(help)s.")
    elif fact.reported_by == first.giver:
        template = _("%(reporter)s logged giving %(receiver)s %(amount)s of help on %(day)s (%(kind)s).")
    elif fact.reported_by == first.receiver:
        template = _("%(reporter)s logged receiving %(amount)s of help from %(giver)s on %(day)s (%(kind)s).")
    else:
        template = _("%(reporter)s logged that %(giver)s gave %(receiver)s %(amount)s of help on %(day)s (%(kind)s).")
    text = _filled(
        template,
        reporter=context.name(fact.reported_by),
        giver=context.name(first.giver),
        receiver=context.name(first.receiver),
        amount=_amount(first.minutes),
        kind=isolated(context.kind(first.category)),
        day=day(fact.given_on),
        help=_legs(context, fact.legs),
    )
    if fact.corrects:
        text += " " + _filled(_("It corrects the exchange logged in %(entry)s."), entry=context.report(fact.corrects))
    if fact.awaiting:
        text += " " + _filled(_("Waiting for %(people)s."), people=join_markup(list(map(context.name, fact.awaiting))))
    return text


def _legs(context: SentenceContext, legs: Sequence[Leg]) -> Markup:
    return join_markup(
        [
            _filled(
                _("%(giver)s gave %(receiver)s %(amount)s (%(kind)s)"),
                giver=context.name(leg.giver),
                receiver=context.name(leg.receiver),
                amount=_amount(leg.minutes),
                kind=isolated(context.kind(leg.category)),
            )
            for leg in legs
        ]
    )


def _founded(fact: CommunityFounded, _context: SentenceContext) -> Markup:
    return _filled(
        _("The community %(name)s was started. Its time zone is %(zone)s."),
        name=isolated(fact.name),
        zone=fact.time_zone.replace("_", " "),
    )


def _kinds_agreed(fact: CategoriesAgreed, _context: SentenceContext) -> Markup:
    labels = [isolated(category.label) for category in fact.categories]
    return _filled(_("Agreed: help is logged under these kinds: %(kinds)s."), kinds=join_markup(labels))


def _limits(fact: LimitsAgreed, _context: SentenceContext) -> Markup:
    debit = _amount(-fact.debit_limit_minutes)
    if fact.upper_limit_minutes is None:
        return _filled(_("Agreed: everyone can receive up to %(debit)s more than they gave."), debit=debit)
    return _filled(
        _(
            "Agreed: everyone can receive up to %(debit)s more than they gave, and give up to %(upper)s more "
            "than they received."
        ),
        debit=debit,
        upper=_amount(fact.upper_limit_minutes),
    )


def _filled(template: str, /, **values: object) -> Markup:
    """Fill in a translated sentence; everything that is not markup is escaped."""
    return escape(template) % values


def _amount(minutes: int) -> Markup:
    return Markup('<span class="h">{}</span>').format(duration(minutes))


_FORMATS: Mapping[str, Callable[[SentenceContext, Any], object]] = {
    "exchange": SentenceContext.report,
    "given_on": lambda _context, given_on: day(given_on),
    "category": lambda context, category: isolated(context.kind(category)),
    "legs": _legs,
}
"""How the value of a field is shown. Fields that are not here contain accounts."""

SENTENCES: Mapping[type[Fact], FactText] = {
    CommunityFounded: FactText(N_("Community started"), _founded),
    LimitsAgreed: FactText(N_("Limits set"), _limits),
    ConfirmationAgreed: FactText(
        N_("Rule set for who has to agree"),
        {
            "receiver": N_("Agreed: hours count once the person who received the help has agreed."),
            "both": N_("Agreed: hours count once both people have agreed."),
        },
        by="words_needed",
    ),
    CategoriesAgreed: FactText(N_("Kinds of help set"), _kinds_agreed),
    ExceptionsAgreed: FactText(
        N_("Worth a look thresholds set"), N_("Agreed: new thresholds for what is worth a look.")
    ),
    MemberInvited: FactText(N_("Member invited"), N_("%(member)s was invited.")),
    MemberWelcomed: FactText(N_("Member welcomed"), N_("%(member)s was welcomed as a member.")),
    MemberLeft: FactText(N_("Member left"), N_("%(member)s left. Their hours stay on record.")),
    RoleGiven: FactText(
        N_("Role given"),
        {"coordinator": N_("%(member)s became a coordinator."), "auditor": N_("%(member)s became an auditor.")},
        by="role",
    ),
    RoleWithdrawn: FactText(
        N_("Role removed"),
        {
            "coordinator": N_("%(member)s is no longer a coordinator."),
            "auditor": N_("%(member)s is no longer an auditor."),
        },
        by="role",
    ),
    VisibilityChosen: FactText(
        N_("Visibility chosen"),
        {
            "nobody": N_("%(member)s chose that only the two people involved can see who they help."),
            "coordinators": N_("%(member)s chose that coordinators can also see who they help."),
            "groups": N_("%(member)s chose that coordinators and members of their groups can also see who they help."),
        },
        by="sees",
    ),
    GroupFormed: FactText(N_("Group started"), N_("The group %(group)s was started.")),
    GroupJoined: FactText(N_("Group joined"), N_("%(member)s joined %(group)s.")),
    GroupLeft: FactText(N_("Group left"), N_("%(member)s left %(group)s.")),
    ExchangeReported: FactText(N_("Exchange logged"), _reported),
    ExchangeConfirmed: FactText(
        N_("Exchange agreed to"), N_("%(member)s agreed to the exchange logged in %(entry)s."), member="confirmed_by"
    ),
    ExchangeSettled: FactText(
        N_("Exchange settled"), N_("The exchange logged in %(entry)s now counts: on %(day)s, %(help)s.")
    ),
    ExchangeDeclined: FactText(
        N_("Exchange not agreed to"),
        N_("%(member)s did not agree to the exchange logged in %(entry)s. It does not count."),
        member="declined_by",
    ),
    ExchangeCalledOff: FactText(
        N_("Exchange cancelled"),
        N_("%(member)s cancelled the exchange logged in %(entry)s. It does not count."),
        member="called_off_by",
    ),
    ReversalAsked: FactText(
        N_("Request to take an exchange back"),
        N_("%(member)s asked to take back the exchange logged in %(entry)s."),
        member="asked_by",
    ),
    ReversalDeclined: FactText(
        N_("Exchange kept as it was"),
        N_("%(member)s kept the exchange logged in %(entry)s as it was."),
        member="declined_by",
    ),
    ExchangeReversed: FactText(
        N_("Exchange taken back"),
        N_(
            "The exchange logged in %(entry)s no longer counts: on %(day)s, %(help)s. %(asked_by)s asked to "
            "take it back, and %(approved_by)s agreed."
        ),
    ),
    GiftRecorded: FactText(N_("Gift logged"), N_("A gift: on %(day)s, %(giver)s gave to %(receiver)s (%(kind)s).")),
    GiftWithdrawn: FactText(
        N_("Gift taken back"), N_("A gift no longer counts: on %(day)s, %(giver)s gave to %(receiver)s (%(kind)s).")
    ),
    ThanksGiven: FactText(
        N_("Thanks"),
        {True: N_("%(given_by)s thanked %(to)s, and lets others read it."), False: N_("%(given_by)s thanked %(to)s.")},
        by="may_be_shown",
    ),
    ThanksSharingChosen: FactText(
        N_("Choice about showing thanks"),
        {
            True: N_("%(chosen_by)s lets others read the thanks for this."),
            False: N_("%(chosen_by)s keeps the thanks for this private."),
        },
        by="may_be_shown",
    ),
    ErasureAsked: FactText(
        N_("Erasure requested"), N_("%(member)s asked for everything that identifies them to be erased.")
    ),
    ErasureWithdrawn: FactText(
        N_("Erasure request withdrawn"), N_("The request to erase the personal data of %(member)s was withdrawn.")
    ),
    PersonalDataErased: FactText(
        N_("Personal data erased"),
        {
            "asked": N_("%(member)s asked for it, and %(confirmed_by)s confirmed it. Their personal data was erased."),
            "no-longer-needed": N_("%(member)s had left, and %(confirmed_by)s erased their personal data."),
        },
        by="ground",
    ),
}

FACT_NAMES: Mapping[str, str] = {kind.stored.name: text.name for kind, text in SENTENCES.items()}
"""Stored name -> the name in the filter of the journal."""

CHANNELS: Mapping[str, str] = {
    "web": N_("on the website"),
    "cli": N_("on the host’s command line"),
    "import": N_("by an import"),
    "api": N_("by another program"),
    "job": N_("automatically"),
}
"""`via` of an entry -> how it was recorded."""
