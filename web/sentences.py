"""Every fact of the book as one plain sentence, in the reader's language."""

from collections.abc import Mapping, Sequence
from typing import assert_never

from babel.lists import format_list
from markupsafe import Markup, escape

from ledger.events import (
    CategoriesAgreed,
    Circle,
    CommunityFounded,
    ConfirmationAgreed,
    ErasureAsked,
    ErasureWithdrawn,
    ExceptionsAgreed,
    ExchangeCalledOff,
    ExchangeConfirmed,
    ExchangeDeclined,
    ExchangeReported,
    ExchangeReversed,
    ExchangeSettled,
    Fact,
    GiftRecorded,
    GiftWithdrawn,
    Ground,
    GroupFormed,
    GroupJoined,
    GroupLeft,
    Leg,
    LimitsAgreed,
    MemberInvited,
    MemberLeft,
    MemberWelcomed,
    PersonalDataErased,
    ReversalAsked,
    ReversalDeclined,
    Role,
    RoleGiven,
    RoleWithdrawn,
    VisibilityChosen,
)
from web.voices import Voice, isolated
from web.words import day, duration, gettext, later, speech

_ = gettext


def sentence(fact: Fact, voice: Voice) -> Markup:
    """What happened, as a neighbour would read it out."""
    said = _told(fact, voice)
    return said[:1].upper() + said[1:]


def _told(fact: Fact, voice: Voice) -> Markup:  # noqa: C901 - one case for each fact; none may be missing
    match fact:
        case CommunityFounded():
            return _say(
                _("The community %(name)s was founded. Its clocks show the time of %(zone)s."),
                name=isolated(fact.name),
                zone=fact.time_zone.replace("_", " "),
            )
        case LimitsAgreed():
            return _limits(fact)
        case ConfirmationAgreed(words_needed="receiver"):
            return _say(_("Agreed: hours count once the one who received the help has agreed."))
        case ConfirmationAgreed():
            return _say(_("Agreed: hours count once both people have agreed."))
        case CategoriesAgreed():
            labels = [isolated(category.label) for category in fact.categories]
            return _say(_("Agreed: help is logged under these kinds: %(kinds)s."), kinds=_listed(labels))
        case ExceptionsAgreed():
            return _say(_("Agreed: from where on something in the book is worth a look."))
        case MemberInvited():
            return _say(_("%(member)s was invited."), member=voice.name(fact.member))
        case MemberWelcomed():
            return _say(_("%(member)s was welcomed and takes part from now on."), member=voice.name(fact.member))
        case MemberLeft():
            return _say(_("%(member)s left. Their hours stay in the book."), member=voice.name(fact.member))
        case RoleGiven():
            return _say(_(_ENTRUSTED[fact.role]), member=voice.name(fact.member))
        case RoleWithdrawn():
            return _say(_(_NO_LONGER[fact.role]), member=voice.name(fact.member))
        case VisibilityChosen():
            return _say(_(_SEEN_BY[fact.sees]), member=voice.name(fact.member))
        case GroupFormed():
            return _say(_("The group %(group)s was formed."), group=voice.name(fact.group))
        case GroupJoined():
            return _say(_("%(member)s joined %(group)s."), member=voice.name(fact.member), group=voice.name(fact.group))
        case GroupLeft():
            return _say(_("%(member)s left %(group)s."), member=voice.name(fact.member), group=voice.name(fact.group))
        case ExchangeReported():
            return _reported(fact, voice)
        case ExchangeConfirmed():
            return _say(
                _("%(member)s agreed to what %(entry)s reports."),
                member=voice.name(fact.confirmed_by),
                entry=voice.report(fact.exchange),
            )
        case ExchangeSettled():
            return _say(
                _("From now on it counts, as %(entry)s reports: on %(day)s %(help)s."),
                entry=voice.report(fact.exchange),
                day=day(fact.given_on),
                help=_legs(fact.legs, voice),
            )
        case ExchangeDeclined():
            return _say(
                _("%(member)s did not agree to what %(entry)s reports. Nothing counts."),
                member=voice.name(fact.declined_by),
                entry=voice.report(fact.exchange),
            )
        case ExchangeCalledOff():
            return _say(
                _("%(member)s called off what %(entry)s reports. Nothing counts."),
                member=voice.name(fact.called_off_by),
                entry=voice.report(fact.exchange),
            )
        case ReversalAsked():
            return _say(
                _("%(member)s asked to take back what %(entry)s reports."),
                member=voice.name(fact.asked_by),
                entry=voice.report(fact.exchange),
            )
        case ReversalDeclined():
            return _say(
                _("%(member)s said that what %(entry)s reports stands."),
                member=voice.name(fact.declined_by),
                entry=voice.report(fact.exchange),
            )
        case ExchangeReversed():
            return _say(
                _(
                    "What %(entry)s reports counts no longer: on %(day)s %(help)s. "
                    "%(asked_by)s asked to take it back, and %(approved_by)s agreed."
                ),
                entry=voice.report(fact.exchange),
                day=day(fact.given_on),
                help=_legs(fact.legs, voice),
                asked_by=voice.name(fact.asked_by),
                approved_by=voice.name(fact.approved_by),
            )
        case GiftRecorded():
            return _gift(_("A gift: on %(day)s %(giver)s gave to %(receiver)s (%(kind)s)."), fact, voice)
        case GiftWithdrawn():
            return _gift(
                _("A gift counts no longer: on %(day)s %(giver)s gave to %(receiver)s (%(kind)s)."), fact, voice
            )
        case ErasureAsked():
            return _say(
                _("%(member)s asks that everything that says who they are be erased."), member=voice.name(fact.member)
            )
        case ErasureWithdrawn():
            return _say(
                _("The personal data of %(member)s is not to be erased after all."), member=voice.name(fact.member)
            )
        case PersonalDataErased():
            return _say(
                _(_ERASED[fact.ground]), member=voice.name(fact.member), confirmed_by=voice.name(fact.confirmed_by)
            )
        case _:
            assert_never(fact)


_ENTRUSTED: Mapping[Role, str] = {
    "coordinator": later("%(member)s was entrusted with coordinating."),
    "auditor": later("%(member)s was entrusted with auditing."),
}
_NO_LONGER: Mapping[Role, str] = {
    "coordinator": later("%(member)s coordinates no longer."),
    "auditor": later("%(member)s audits no longer."),
}

_SEEN_BY: Mapping[Circle, str] = {
    "nobody": later("%(member)s chose that nobody but the two sees whom they help."),
    "coordinators": later("%(member)s chose that coordinators may see whom they help."),
    "groups": later("%(member)s chose that members of their groups, and coordinators, may see whom they help."),
}


_ERASED: Mapping[Ground, str] = {
    "asked": later("%(member)s asked for it, and %(confirmed_by)s confirmed it: their personal data was erased."),
    "no-longer-needed": later("%(member)s had left, and %(confirmed_by)s had their personal data erased."),
}


def _reported(fact: ExchangeReported, voice: Voice) -> Markup:
    said = _report(fact, voice)
    if fact.corrects:
        said += " " + _say(_("It puts right what %(entry)s reports."), entry=voice.report(fact.corrects))
    if fact.awaiting:
        said += " " + _say(_("Waiting for %(people)s."), people=_listed([voice.name(one) for one in fact.awaiting]))
    return said


def _report(fact: ExchangeReported, voice: Voice) -> Markup:
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
        both_ways = _legs(fact.legs, voice)
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


def _legs(legs: Sequence[Leg], voice: Voice) -> Markup:
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


def _gift(template: str, fact: GiftRecorded | GiftWithdrawn, voice: Voice) -> Markup:
    return _say(
        template,
        day=day(fact.given_on),
        giver=voice.name(fact.giver),
        receiver=voice.name(fact.receiver),
        kind=isolated(voice.kind(fact.category)),
    )


def _limits(fact: LimitsAgreed) -> Markup:
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
