"""What is worth a look, in words: what each rule looks for, why it is mostly nothing, and each find as a sentence."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

import msgspec
from babel.lists import format_list
from markupsafe import Markup, escape

from ledger.agreements.facts import Thresholds
from projections.checks.log_reading import Anomaly, Rule
from web.wording.labels import SentenceContext
from web.wording.translation import count, day, duration, gettext, later, ngettext, speech


class RuleText(NamedTuple):
    """What is said of a rule: its name, what it looks for with the thresholds in force, and one find as a sentence."""

    name: str
    looks_for: str
    found: str


RULES: Mapping[Rule, RuleText] = {
    "both-sides": RuleText(
        later("One person entered both sides"),
        later(
            "Someone logged help between two other people, or logged it for one and agreed for the other. "
            "The usual reason is a paper note or a phone call."
        ),
        later("%(name)s entered both sides for %(others)s: %(length)s of help."),
    ),
    "back-and-forth": RuleText(
        later("Help returned soon after"),
        later(
            "Two people helped each other for about the same time (within %(near_percent)s percent) in at "
            "most %(near_days)s days. Usually, neighbours are simply helping each other."
        ),
        later("%(all)s helped each other for about the same time, %(days)s apart."),
    ),
    "circle": RuleText(
        later("Help in a circle of three"),
        later(
            "Three people helped each other in a circle, for about the same time (within %(near_percent)s "
            "percent), in at most %(near_days)s days."
        ),
        later("%(all)s helped each other in a circle, from first to last in %(days)s."),
    ),
    "long-day": RuleText(
        later("A very long day"),
        later(
            "One person gave more than %(day_minutes)s in one day. A day in hospital or a house move can "
            "take that long. It can also be a typing mistake."
        ),
        later("%(name)s gave %(length)s of help on %(day)s."),
    ),
    "many-at-once": RuleText(
        later("A lot recorded at once"),
        later(
            "One person recorded at least %(minute_wishes)s things within a minute, faster than most people type. Imports are left out."
        ),
        later("%(name)s recorded %(count)s things, one straight after the other."),
    ),
    "round-hours": RuleText(
        later("Only whole hours"),
        later(
            "Someone gave at least %(round_acts)s times, always in whole hours. Many people simply round. "
            "Logging the real time is fairer to both."
        ),
        later("%(name)s gave %(count)s times, always in whole hours."),
    ),
    "month-end": RuleText(
        later("A lot at the end of a month"),
        later(
            "At least %(burst_acts)s exchanges by one giver began to count in the last %(burst_days)s days "
            "of a month, more than in all the rest of it. Many people log once a month."
        ),
        later("%(name)s gave %(count)s times in the days up to %(day)s."),
    ),
    "before-limit": RuleText(
        later("A lot given just before reaching the limit"),
        later(
            "Someone gave at least %(burst_acts)s times in %(burst_days)s days, then received more than the "
            "limit would otherwise have allowed. That is also what the limit asks people to do."
        ),
        later("%(name)s gave %(count)s times, then received more than the limit would otherwise have allowed."),
    ),
    "before-leaving": RuleText(
        later("A lot just before leaving"),
        later(
            "At least %(burst_acts)s of a member’s exchanges began to count in the %(burst_days)s days "
            "before they left. Often this is tidying up before a goodbye."
        ),
        later("%(name)s left. Just before that, %(count)s of their exchanges and gifts began to count."),
    ),
    "woken": RuleText(
        later("An inactive account becomes active again"),
        later(
            "An account had no activity for at least %(resting_days)s days, and then became active again. "
            "Either the person came back, or someone used their name."
        ),
        later("The account of %(name)s became active again after %(days)s."),
    ),
    "new-at-limit": RuleText(
        later("New, and close to the limit"),
        later(
            "Someone came close to the limit (within %(near_percent)s percent) less than %(new_days)s days "
            "after they were welcomed. A difficult start is a good reason to receive first."
        ),
        later("%(name)s was new and had received %(length)s more than they had given."),
    ),
    "limit-used": RuleText(
        later("Higher limits, used soon"),
        later(
            "Limits were raised, and in less than %(changed_days)s days an account went past the old ones. "
            "The journal shows who agreed to this."
        ),
        later("%(name)s went past the old limits, to %(length)s from zero."),
    ),
    "taken-back": RuleText(
        later("A lot taken back"),
        later(
            "At least %(taken_back_acts)s of a member’s exchanges were taken back, and at least "
            "%(taken_back_percent)s percent of everything they gave. They may need help with logging."
        ),
        later("Of the exchanges in which %(name)s gave, %(count)s percent were taken back."),
    ),
}
"""In the order in which they are shown."""


def rule_words(rule: Rule, thresholds: Thresholds) -> tuple[str, str]:
    """The name of a rule and what it looks for, in the reader's language and with what was agreed upon."""
    text = RULES[rule]
    values = {key: count(value) for key, value in msgspec.structs.asdict(thresholds).items()}
    values["day_minutes"] = duration(thresholds.day_minutes)
    return gettext(text.name), gettext(text.looks_for) % values


def found_words(one: Anomaly, voice: SentenceContext) -> Markup:
    """One find as a sentence. Names and amounts are marked up, everything else is escaped."""
    names = [voice.name(who) for who in one.people]
    told: dict[str, object] = {
        "name": names[0],
        "others": _listed(names[1:]),
        "all": _listed(names),
        "count": count(one.measured),
        "days": ngettext("%(num)s day", "%(num)s days", one.measured),
        "length": Markup('<span class="h">{}</span>').format(duration(one.measured)),
        "day": day(date.fromisoformat(one.day)) if one.day else "",
    }
    return escape(gettext(RULES[one.rule].found)) % told


def _listed(names: Sequence[Markup]) -> Markup:
    said = format_list([str(name) for name in names], locale=speech().locale) if names else ""
    return Markup(said)  # noqa: S704 - every name is marked up already, and between them stand words of the language
