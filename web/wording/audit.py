"""Text of the audit pages: the views of the journal, the links between its entries, and the anomalies that rules find."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal, NamedTuple, TypeAlias

import msgspec
from markupsafe import Markup, escape

from ledger.agreements.facts import Thresholds
from ledger.catalogue import Fact
from ledger.exchanges.facts import ExchangeReported, ExchangeReversed, ExchangeSettled
from ledger.gifts.facts import GiftRecorded, GiftWithdrawn
from ledger.log.entry import Entry, instant
from projections.checks.log_reading import Anomaly, Rule
from projections.exchanges import ExchangeView, GiftView
from projections.journal_views import JournalView
from projections.stories import Moment
from web.wording.names import SentenceContext
from web.wording.translation import N_, count, day, duration, gettext, join_markup, ngettext

JOURNAL_VIEWS: Mapping[JournalView, tuple[str, str]] = {
    "corrections": (
        N_("Corrections"),
        N_("What was taken back or corrected. Each names the original entry, who asked and who agreed."),
    ),
    "late": (
        N_("Recorded late"),
        N_("Recorded long after the day it happened. The community agrees what counts as late. Imports are left out."),
    ),
    "after-closing": (
        N_("Recorded after the month closed"),
        N_("A month closes seven days after its last day. Anything recorded later is not in the month’s first report."),
    ),
    "on-behalf": (
        N_("Recorded for someone else"),
        N_("Someone spoke for a member, or logged help between two others, from a paper note or a phone call."),
    ),
    "roles": (N_("Roles"), N_("Who was made a coordinator or auditor, and who no longer is.")),
    "agreements": (N_("Agreements"), N_("What was agreed: limits, who has to agree, kinds of help, and thresholds.")),
    "visibility": (N_("Who can see who"), N_("Members chose who can see who they help.")),
    "imports": (N_("Imports"), N_("What was imported from other records.")),
    "erasures": (
        N_("Erasures"),
        N_(
            "Requests to erase personal data, and erasures carried out. The hours stay on record, because others "
            "were part of them."
        ),
    ),
}
"""Each view of the journal with its name and a sentence about it, in the order shown."""


Sense = Literal["takes-back", "taken-back-by", "puts-right", "put-right-by", "settled-by"]

SENSES: Mapping[Sense, str] = {
    "takes-back": N_("Takes back %(entry)s."),
    "taken-back-by": N_("Taken back by %(entry)s."),
    "puts-right": N_("Corrects %(entry)s."),
    "put-right-by": N_("Corrected by %(entry)s."),
    "settled-by": N_("Counts since %(entry)s."),
}

Stories: TypeAlias = Mapping[str, ExchangeView | GiftView]
"""Exchanges and gifts by identifier, each with its timeline."""


class Link(NamedTuple):
    """A link from one entry to another, and its meaning."""

    sense: Sense
    number: int


class CorrectionLink(NamedTuple):
    """The entry that a correction concerns, and how many days later the correction was recorded."""

    original: int
    days: int


def stories_in(facts: Sequence[Fact]) -> tuple[set[str], set[str]]:
    """Return the exchanges and gifts of these facts."""
    return {item for fact in facts for item in fact.exchanges}, {item for fact in facts for item in fact.gifts}


def links_of(fact: Fact, stories: Stories) -> list[Link]:
    """Return links to what a fact corrects, and to what corrected it."""
    found: list[tuple[Sense, Moment | None]] = [
        ("puts-right" if isinstance(fact, ExchangeReported) else "takes-back", _original(fact, stories))
    ]
    if isinstance(fact, ExchangeReported):
        found.append(("settled-by", _step(stories, fact.exchange, "exchange-settled")))
    if isinstance(fact, ExchangeReported | ExchangeSettled):
        found.append(("taken-back-by", _step(stories, fact.exchange, "exchange-reversed")))
    if isinstance(fact, ExchangeReported | ExchangeSettled | ExchangeReversed):
        found.append(("put-right-by", _correction(stories, fact.exchange)))
    if isinstance(fact, GiftRecorded):
        found.append(("taken-back-by", _step(stories, fact.gift, "gift-withdrawn")))
    return [Link(sense, moment.number) for sense, moment in found if moment]


def correction_of(entry: Entry, stories: Stories) -> CorrectionLink | None:
    """Return what an entry corrects, if it is a correction. Its sentence says who asked and who agreed."""
    original = _original(entry.data, stories)
    return CorrectionLink(original.number, (entry.recorded_at - instant(original.at)).days) if original else None


def _original(fact: Fact, stories: Stories) -> Moment | None:
    """Return the step that a correction takes back or replaces."""
    match fact:
        case ExchangeReversed():
            return _step(stories, fact.exchange, "exchange-settled")
        case ExchangeReported(corrects=corrects) if corrects:
            return _step(stories, corrects, "exchange-settled")
        case GiftWithdrawn():
            return _step(stories, fact.gift, "gift-recorded")
        case _:
            return None


def _step(stories: Stories, item: str, kind: str) -> Moment | None:
    """Return the first step of this type in a timeline."""
    timeline = stories[item].timeline if item in stories else []
    return next((moment for moment in timeline if moment.type == kind), None)


def _correction(stories: Stories, exchange: str) -> Moment | None:
    """Return the report that replaced an exchange that was taken back."""
    story = stories.get(exchange)
    corrected_by = story.corrected_by if isinstance(story, ExchangeView) else None
    return _step(stories, corrected_by, "exchange-reported") if corrected_by else None


class RuleText(NamedTuple):
    """The name of a rule, what it looks for, and the sentence of an anomaly, with gaps."""

    name: str
    looks_for: str
    found: str


RULE_TEXTS: Mapping[Rule, RuleText] = {
    "both-sides": RuleText(
        N_("One person entered both sides"),
        N_(
            "Someone logged help between two other people, or logged it for one and agreed for the other. "
            "The usual reason is a paper note or a phone call."
        ),
        N_("%(name)s entered both sides for %(others)s: %(length)s of help."),
    ),
    "back-and-forth": RuleText(
        N_("Help returned soon after"),
        N_(
            "Two people helped each other for about the same time (within %(near_percent)s percent) in at "
            "most %(near_days)s days. Usually, neighbours are simply helping each other."
        ),
        N_("%(all)s helped each other for about the same time, %(days)s apart."),
    ),
    "circle": RuleText(
        N_("Help in a circle of three"),
        N_(
            "Three people helped each other in a circle, for about the same time (within %(near_percent)s "
            "percent), in at most %(near_days)s days."
        ),
        N_("%(all)s helped each other in a circle, from first to last in %(days)s."),
    ),
    "long-day": RuleText(
        N_("A very long day"),
        N_(
            "One person gave more than %(day_minutes)s in one day. A day in hospital or a house move can "
            "take that long. It can also be a typing mistake."
        ),
        N_("%(name)s gave %(length)s of help on %(day)s."),
    ),
    "many-at-once": RuleText(
        N_("A lot recorded at once"),
        N_(
            "One person recorded at least %(minute_wishes)s things within a minute, faster than most people type. Imports are left out."
        ),
        N_("%(name)s recorded %(count)s things, one straight after the other."),
    ),
    "round-hours": RuleText(
        N_("Only whole hours"),
        N_(
            "Someone gave at least %(round_acts)s times, always in whole hours. Many people simply round. "
            "Logging the real time is fairer to both."
        ),
        N_("%(name)s gave %(count)s times, always in whole hours."),
    ),
    "month-end": RuleText(
        N_("A lot at the end of a month"),
        N_(
            "At least %(burst_acts)s exchanges by one giver began to count in the last %(burst_days)s days "
            "of a month, more than in all the rest of it. Many people log once a month."
        ),
        N_("%(name)s gave %(count)s times in the days up to %(day)s."),
    ),
    "before-limit": RuleText(
        N_("A lot given just before reaching the limit"),
        N_(
            "Someone gave at least %(burst_acts)s times in %(burst_days)s days, then received more than the "
            "limit would otherwise have allowed. That is also what the limit asks people to do."
        ),
        N_("%(name)s gave %(count)s times, then received more than the limit would otherwise have allowed."),
    ),
    "before-leaving": RuleText(
        N_("A lot just before leaving"),
        N_(
            "At least %(burst_acts)s of a member’s exchanges began to count in the %(burst_days)s days "
            "before they left. Often this is tidying up before a goodbye."
        ),
        N_("%(name)s left. Just before that, %(count)s of their exchanges and gifts began to count."),
    ),
    "woken": RuleText(
        N_("An inactive account becomes active again"),
        N_(
            "An account had no activity for at least %(resting_days)s days, and then became active again. "
            "Either the person came back, or someone used their name."
        ),
        N_("The account of %(name)s became active again after %(days)s."),
    ),
    "new-at-limit": RuleText(
        N_("New, and close to the limit"),
        N_(
            "Someone came close to the limit (within %(near_percent)s percent) less than %(new_days)s days "
            "after they were welcomed. A difficult start is a good reason to receive first."
        ),
        N_("%(name)s was new and had received %(length)s more than they had given."),
    ),
    "limit-used": RuleText(
        N_("Higher limits, used soon"),
        N_(
            "Limits were raised, and in less than %(changed_days)s days an account went past the old ones. "
            "The journal shows who agreed to this."
        ),
        N_("%(name)s went past the old limits, to %(length)s from zero."),
    ),
    "taken-back": RuleText(
        N_("A lot taken back"),
        N_(
            "At least %(taken_back_acts)s of a member’s exchanges were taken back, and at least "
            "%(taken_back_percent)s percent of everything they gave. They may need help with logging."
        ),
        N_("Of the exchanges in which %(name)s gave, %(count)s percent were taken back."),
    ),
}
"""In the order shown."""


def describe_rule(rule: Rule, thresholds: Thresholds) -> tuple[str, str]:
    """Return the name of a rule and what it looks for, with the agreed thresholds."""
    text = RULE_TEXTS[rule]
    values = {key: count(value) for key, value in msgspec.structs.asdict(thresholds).items()}
    values["day_minutes"] = duration(thresholds.day_minutes)
    return gettext(text.name), gettext(text.looks_for) % values


def anomaly_sentence(anomaly: Anomaly, context: SentenceContext) -> Markup:
    """Describe an anomaly, with names and lengths of time as markup."""
    names = [context.name(person) for person in anomaly.people]
    values: dict[str, object] = {
        "name": names[0],
        "others": join_markup(names[1:]),
        "all": join_markup(names),
        "count": count(anomaly.measured),
        "days": ngettext("%(num)s day", "%(num)s days", anomaly.measured),
        "length": Markup('<span class="h">{}</span>').format(duration(anomaly.measured)),
        "day": day(date.fromisoformat(anomaly.day)) if anomaly.day else "",
    }
    return escape(gettext(RULE_TEXTS[anomaly.rule].found)) % values
