"""What is worth a look: one rule with its thresholds, and what it found, each with the entries it rests on."""

from collections.abc import Mapping
from typing import Annotated, NamedTuple

import msgspec
from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from markupsafe import Markup
from msgspec import Meta

from projections.exceptions.noted import RULES, Noted, Rule
from web.authorisation import COORDINATORS_AND_AUDITORS
from web.call import Call, get
from web.looked_at import found_words, rule_words
from web.pages.people import names_of
from web.voices import Voice

FINDS_A_PAGE = 25

_BY_NAME: Mapping[str, Rule] = {rule: rule for rule in RULES}


class Find(NamedTuple):
    """One find: its sentence, and the entries it rests on."""

    words: Markup
    noted: Noted


class ExceptionsForm(msgspec.Struct):
    """From which place of the list on."""

    after: Annotated[int, Meta(ge=0)] = 0


@get("/audit/exceptions/{rule:str}", may=COORDINATORS_AND_AUDITORS)
def show_exceptions(call: Call, rule: FromPath[str]) -> Response[str]:
    """What one rule found, the newest first."""
    call.views.catch_up()
    named = _BY_NAME.get(rule)
    if named is None:
        raise NotFoundException
    form = call.form(ExceptionsForm)
    after = 0 if form.problems else form.wish.after
    looked = call.views.exceptions.looked()
    found = call.views.exceptions.of(named, after, FINDS_A_PAGE + 1)
    shown = found[:FINDS_A_PAGE]
    name, words = rule_words(named, looked.thresholds)
    return call.page(
        "exceptions.html",
        form=form,
        rule=named,
        name=name,
        words=words,
        counted=looked.counts.get(named, 0),
        finds=_finds(call, [noted for _, noted in shown]),
        older=shown[-1][0] if len(found) > FINDS_A_PAGE else 0,
        is_first=after == 0,
        looked=looked,
        as_of=looked.number,
    )


def _finds(call: Call, noted: list[Noted]) -> list[Find]:
    voice = Voice(names_of(call, {who for one in noted for who in one.people}), {})
    return [Find(found_words(one, voice), one) for one in noted]


def found_by_rule(counts: dict[Rule, int]) -> list[tuple[Rule, int]]:
    """Every rule with how much it found, in the order in which they are shown."""
    return [(rule, counts.get(rule, 0)) for rule in RULES]
