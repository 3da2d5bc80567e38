"""The auditor's desk: whether the book holds, what it holds by chapter, what is worth a look, and where to go on from there."""

from litestar import Response

from ledger.seal.signing.folder import SealRefused
from ledger.seal.signing.published import NothingSealed
from web.authorisation import COORDINATORS_AND_AUDITORS
from web.call import Call, get
from web.chapters import CHAPTERS
from web.looked_at import rule_words
from web.pages.exceptions import found_by_rule
from web.seals import Seals
from web.words import gettext


@get("/audit", may=COORDINATORS_AND_AUDITORS)
def show_audit(call: Call) -> Response[str]:
    """Every chapter with the number of its entries; the numbers are kept as entries come, not counted here."""
    as_of = call.views.catch_up()
    looked = call.views.exceptions.looked()
    counted = call.views.journal.chapters()
    return call.page(
        "audit.html",
        chapters=[
            (chapter, gettext(name), gettext(words), counted.get(chapter, 0))
            for chapter, (name, words) in CHAPTERS.items()
        ],
        looked=looked,
        rules=[(rule, *rule_words(rule, looked.thresholds), found) for rule, found in found_by_rule(looked.counts)],
        check=call.views.replays.latest(),
        sealed=_sealed(call.seals),
        as_of=as_of.number,
    )


def _sealed(seals: Seals) -> int:
    """How many entries are under the last seal; 0 where none was given, or none can be read: the page of the seal says why."""
    try:
        return seals.published.latest().checkpoint.size
    except (NothingSealed, SealRefused):
        return 0
