"""What is worth a look, in words: what each rule looks for, why it is mostly nothing, and each find as a sentence."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

import msgspec
from babel.lists import format_list
from markupsafe import Markup, escape

from ledger.agreements.facts import Thresholds
from projections.checks.anomalies import Anomaly, Rule
from web.wording.labels import SentenceContext
from web.wording.translation import count, day, duration, gettext, later, ngettext, speech


class RuleText(NamedTuple):
    """What is said of a rule: its name, what it looks for with the thresholds in force, and one find as a sentence."""

    name: str
    looks_for: str
    found: str


RULES: Mapping[Rule, RuleText] = {
    "both-sides": RuleText(
        later("One person typed the words of both"),
        later(
            "Somebody logged help between two others, or agreed for one and reported for the other. A slip or a phone call is the usual reason."
        ),
        later("%(name)s typed the words of %(others)s: %(length)s of help."),
    ),
    "back-and-forth": RuleText(
        later("Help there and back"),
        later(
            "Two people helped each other for about as long (within %(near_percent)s percent) in at most %(near_days)s days. Mostly that is what neighbours do."
        ),
        later("%(all)s helped each other for about as long, with %(days)s in between."),
    ),
    "circle": RuleText(
        later("Help in a circle of three"),
        later(
            "Three people helped one another round in a circle, for about as long (within %(near_percent)s percent), in at most %(near_days)s days."
        ),
        later("%(all)s helped one another in a circle, from first to last in %(days)s."),
    ),
    "long-day": RuleText(
        later("A very long day"),
        later(
            "One person gave more than %(day_minutes)s on one day. A day in a hospital or a move may take that long; so may a mistake in typing."
        ),
        later("%(name)s gave %(length)s of help on %(day)s."),
    ),
    "many-at-once": RuleText(
        later("Much recorded at once"),
        later(
            "One person recorded at least %(minute_wishes)s things within a minute, faster than most people type. Imports are left out."
        ),
        later("%(name)s had %(count)s things recorded, one right after the other."),
    ),
    "round-hours": RuleText(
        later("Only whole hours"),
        later(
            "Somebody gave at least %(round_acts)s times, and always whole hours. Many people simply round; a note of the real time is kinder to both."
        ),
        later("%(name)s gave %(count)s times, always in whole hours."),
    ),
    "month-end": RuleText(
        later("Much at the end of a month"),
        later(
            "At least %(burst_acts)s acts of one giver were settled in the last %(burst_days)s days of a month, and more than in all the rest of it. Many people log once a month."
        ),
        later("%(name)s gave %(count)s times in the last days up to %(day)s."),
    ),
    "before-limit": RuleText(
        later("Much given just before the limit"),
        later(
            "Somebody gave at least %(burst_acts)s times in %(burst_days)s days, and then received what the limit would have refused otherwise. That is what the limit asks people to do, too."
        ),
        later("%(name)s gave %(count)s times, and then received beyond what the limit had left open."),
    ),
    "before-leaving": RuleText(
        later("Much just before leaving"),
        later(
            "At least %(burst_acts)s acts of somebody were settled in the %(burst_days)s days before they left. Often it is tidying up before a goodbye."
        ),
        later("%(name)s left. Just before, %(count)s acts of theirs were settled."),
    ),
    "woken": RuleText(
        later("A resting account moves again"),
        later(
            "Nothing was settled on an account for at least %(resting_days)s days, and then something was. Somebody came back, or somebody used their name."
        ),
        later("The account of %(name)s moved again after %(days)s."),
    ),
    "new-at-limit": RuleText(
        later("New, and close to the limit"),
        later(
            "Somebody came close to the limit (within %(near_percent)s percent) in less than %(new_days)s days after their welcome. A hard start is a good reason to receive first."
        ),
        later("%(name)s is new, and had received %(length)s more than they gave."),
    ),
    "limit-used": RuleText(
        later("Wider limits, used soon"),
        later(
            "Limits were widened, and in less than %(changed_days)s days an account went beyond the old ones. Who agreed on it is in the journal."
        ),
        later("%(name)s went beyond the old limits, to %(length)s from zero."),
    ),
    "taken-back": RuleText(
        later("Much of it taken back"),
        later(
            "At least %(taken_back_acts)s acts of somebody were taken back, and at least %(taken_back_percent)s percent of all they gave. They may need a hand with logging."
        ),
        later("Of the acts that %(name)s gave, %(count)s percent were taken back."),
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
