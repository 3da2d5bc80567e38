"""Each fact as one plain sentence, and the channels that facts are recorded by."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from ledger.agreements.facts import CategoriesAgreed, CommunityFounded, LimitsAgreed
from ledger.catalogue import Fact, facts
from ledger.exchanges.facts import ExchangeReported, Leg
from web.wording.names import SentenceContext, isolated
from web.wording.translation import N_, day, duration, join_markup
from web.wording.translation import gettext as _


def sentence(fact: Fact, context: SentenceContext) -> Markup:
    """Describe a fact in one sentence."""
    text = IRREGULAR.get(type(fact), _regular)(fact, context)
    return text[:1].upper() + text[1:]


_GAP = re.compile(r"%\((\w+)\)s")


def _regular(fact: Fact, context: SentenceContext) -> Markup:
    """Fill in the sentence that stands beside the fact."""
    text = fact.sentence
    template = text if isinstance(text, str) else text.sentences[getattr(fact, text.field)]
    values = {
        field: _FORMATS.get(field, SentenceContext.name)(context, getattr(fact, field))
        for field in _GAP.findall(template)
    }
    return _filled(_(template), **values)


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

IRREGULAR: Mapping[type[Fact], Callable[[Any, SentenceContext], Markup]] = {
    CommunityFounded: _founded,
    LimitsAgreed: _limits,
    CategoriesAgreed: _kinds_agreed,
    ExchangeReported: _reported,
}
"""The facts whose sentence depends on more than one value."""

FACT_NAMES: Mapping[str, str] = {name: kind.label for name, kind in facts().items()}
"""Stored name -> the name in the filter of the journal."""

CHANNELS: Mapping[str, str] = {
    "web": N_("on the website"),
    "cli": N_("on the host’s command line"),
    "import": N_("by an import"),
    "api": N_("by another program"),
    "job": N_("automatically"),
}
"""`via` of an entry -> how it was recorded."""
