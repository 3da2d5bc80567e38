"""Receipts: their pages and files, and the check of a receipt that someone brings."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import msgspec
from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from msgspec import Meta

from ledger.identifiers import ExchangeId, GiftId
from ledger.log.entry import decode
from ledger.log.store import Log
from ledger.seal.signing.folder import SealRefused
from ledger.seal.signing.published import HashesOutOfReach, NothingSealed, NotUnderTheSeal, Published
from ledger.seal.verify import verify
from ledger.seal.verifying.note import BadNote, Checkpoint, parse_checkpoint, parse_note
from ledger.seal.verifying.receipt import Receipt, parse_receipt
from ledger.seal.verifying.verdict import SOUND, Verdict
from web.drawing.drawings import qr_code
from web.framework.access import COORDINATORS_AND_AUDITORS, PARTIES_COORDINATORS_AND_AUDITORS, READERS_OF_THE_GIFT
from web.framework.call import Call, get, post
from web.framework.forms import Form
from web.framework.static_files import AnyResponse
from web.pages.audit.journal import FIELDS, JournalItem, SealedText, items_of, sealed_texts, stored_bytes
from web.pages.exchanges.fields import labels_of
from web.wording.names import names_of
from web.wording.sentences import FACT_NAMES
from web.wording.translation import N_, gettext

SETTLING = ("exchange-settled", "gift-recorded")

LONGEST_RECEIPT = 30_000
"""In characters. A receipt has about two thousand; many witnesses add some thousands more."""

SENTENCES = {
    "too_long": N_("This is too short to be a receipt. Choose the saved file, or paste the text the camera read"),
    "unreadable": N_("This is not a receipt. A receipt is plain text"),
}


class ReceiptForm(msgspec.Struct, kw_only=True):
    """A receipt as a file or as text."""

    file: Annotated[str, Meta(max_length=LONGEST_RECEIPT)] = ""
    text: Annotated[str, Meta(max_length=LONGEST_RECEIPT)] = ""

    @property
    def data(self) -> bytes:
        """The receipt's bytes, without what browsers and mail programs do to line ends and spaces."""
        return ((self.file or self.text).removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").strip() + "\n").encode()


@get("/receipts", may=COORDINATORS_AND_AUDITORS)
def show_receipt_check(call: Call) -> Response[str]:
    """Show the form to check a receipt."""
    return call.page("receipt_check.html", form=Form[ReceiptForm](), checked=None)


@post("/receipts", may=COORDINATORS_AND_AUDITORS, status_code=200)
def check_receipt(call: Call) -> Response[str]:
    """Show the verdict and what the record says today. Nothing is stored."""
    form = call.form(ReceiptForm, SENTENCES)
    if not form.problems and not (form.data.file or form.data.text):
        form.refuse("file", gettext("Choose the receipt file, or paste the text of its code"))
    if form.problems:
        return call.page("receipt_check.html", form=form, checked=None)
    call.views.catch_up()
    return call.page("receipt_check.html", form=form, checked=_checked(call, form.data.data), fields=FIELDS)


@get("/exchanges/{exchange_id:str}/receipt", may=PARTIES_COORDINATORS_AND_AUDITORS)
def exchange_receipt(call: Call, exchange_id: FromPath[str]) -> AnyResponse:
    """Send the receipt of the entry that settled the exchange, or else of the newest about it (C2SP tlog-proof)."""
    return or_explained(call, lambda: receipt_file(_receipt_about(call, exchange_id), exchange_id))


@get("/gifts/{gift_id:str}/receipt", may=READERS_OF_THE_GIFT)
def gift_receipt(call: Call, gift_id: FromPath[str]) -> AnyResponse:
    """Send the receipt of the entry that recorded the gift."""
    return or_explained(call, lambda: receipt_file(_receipt_about(call, gift_id), gift_id))


@get("/journal/{number:str}/receipt", may=COORDINATORS_AND_AUDITORS)
def entry_receipt(call: Call, number: FromPath[str]) -> AnyResponse:
    """Send the receipt of any entry."""
    call.views.catch_up()
    line = call.views.journal.line(int(number)) if is_entry_number(number) else None
    if line is None:
        raise NotFoundException
    return or_explained(call, lambda: receipt_file(call.seals.receipt(position=line.position), f"entry-{line.number}"))


@get("/exchanges/{exchange_id:str}/slip", may=PARTIES_COORDINATORS_AND_AUDITORS)
def show_exchange_receipt(call: Call, exchange_id: FromPath[str]) -> AnyResponse:
    """Show what the receipt of an exchange says and proves, with a code to scan."""
    return or_explained(call, lambda: _receipt_page(call, exchange_id, "exchange"))


@get("/gifts/{gift_id:str}/slip", may=READERS_OF_THE_GIFT)
def show_gift_receipt(call: Call, gift_id: FromPath[str]) -> AnyResponse:
    """Show the receipt of a gift."""
    return or_explained(call, lambda: _receipt_page(call, gift_id, "gift"))


class Checked(NamedTuple):
    """The result of a check. `fits` says whether the seal of the receipt is a beginning of the last one, `stands` whether
    the record still says the same at this number; None where neither could be checked.
    """

    verdict: Verdict
    receipt: Receipt | None = None
    checkpoint: Checkpoint | None = None
    is_ours: bool = False
    fits: bool | None = None
    stands: bool | None = None
    item: JournalItem | None = None
    words: Sequence[SealedText] = ()

    @property
    def is_good(self) -> bool:
        """Whether the receipt is sound and the record still agrees with it."""
        return self.verdict.code == SOUND and self.fits is True and self.stands is True

    @property
    def contradicts(self) -> bool:
        """Whether a sound receipt proves that the record was changed."""
        return self.verdict.code == SOUND and (self.fits is False or self.stands is False)


def _checked(call: Call, data: bytes) -> Checked:
    try:
        published = call.seals.published
        keys = [published.folder.key] if published.folder.is_begun else []
    except (NothingSealed, SealRefused):
        published, keys = None, []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "receipt"
        file.write_bytes(data)
        verdict = verify("receipt", file, keys=keys)
    try:
        receipt = parse_receipt(data)
        checkpoint = parse_checkpoint(parse_note(receipt.checkpoint).text)
    except BadNote:
        return Checked(verdict)
    if not keys or published is None or checkpoint.origin != keys[0].name:
        return Checked(verdict, receipt, checkpoint)
    if verdict.code != SOUND:
        return Checked(verdict, receipt, checkpoint, is_ours=True)
    fits = _fits(checkpoint, published)
    line = call.views.journal.line(receipt.place + 1)
    if line is None:
        return Checked(verdict, receipt, checkpoint, True, fits, stands=False)
    stands = stored_bytes(call.bank.log, [line.position]).get(line.position) == receipt.entry
    item = items_of(call, [line])[0] if stands else None
    words = sealed_texts(call, item) if item else ()
    return Checked(verdict, receipt, checkpoint, True, fits, stands, item, words)


def _fits(checkpoint: Checkpoint, published: Published) -> bool | None:
    """Whether what the receipt's seal covers is the beginning of what was sealed last."""
    try:
        return published.root_at(checkpoint.size) == checkpoint.root
    except NotUnderTheSeal:
        return False
    except (HashesOutOfReach, NothingSealed, SealRefused):
        return None


def is_entry_number(text: str) -> bool:
    """Whether this can be an entry number: digits without a leading zero."""
    return text.isascii() and text.isdecimal() and len(text) <= 15 and not text.startswith("0")


def or_explained(call: Call, make: Callable[[], AnyResponse]) -> AnyResponse:
    """Return the result, or a page that says why the seal cannot give it."""
    try:
        return make()
    except NothingSealed:
        title = gettext("Not sealed yet")
        sentence = gettext("This record has not been sealed yet. The host makes the first seal.")
        return call.page("error.html", status=404, title=title, sentence=sentence)
    except SealRefused:
        # The signer's own sentences are for the host; everyone else needs to know that it is serious.
        title = gettext("The record does not match its seal")
        sentence = gettext("So nothing can be proved at the moment. Tell a coordinator. The seal page says more.")
        return call.page("error.html", status=503, title=title, sentence=sentence)
    except HashesOutOfReach:
        title, sentence = gettext("The seal cannot be read at the moment"), gettext("Please try again in a moment.")
        return call.page("error.html", status=503, title=title, sentence=sentence)


def _receipt_about(call: Call, what: str) -> Receipt:
    position = telling_position(call.bank.log, what)
    if position is None:
        raise NotFoundException
    return call.seals.receipt(position=position)


def receipt_file(receipt: Receipt, name: str) -> AnyResponse:
    """Return a receipt as a file to save."""
    headers = {"content-disposition": f'attachment; filename="{name}.tlog-proof"'}
    return Response[Any](receipt.data, media_type="text/plain", headers=headers)


def _receipt_page(call: Call, what: str, noun: str) -> AnyResponse:
    as_of = call.views.catch_up()
    exchange = call.views.exchanges.of(ExchangeId(what)) if noun == "exchange" else None
    gift = call.views.exchanges.gift(GiftId(what)) if noun == "gift" else None
    if exchange is None and gift is None:
        raise NotFoundException
    receipt = _receipt_about(call, what)
    entry = decode(receipt.entry)
    people = {side for leg in exchange.legs for side in (leg.giver, leg.receiver)} if exchange else set[str]()
    people |= {gift.giver, gift.receiver} if gift else set()
    return call.page(
        "receipt.html",
        exchange=exchange,
        gift=gift,
        names=names_of(call, people),
        labels=labels_of(call.bank),
        what=what,
        noun=noun,
        number=receipt.place + 1,
        entry=entry,
        kind=gettext(FACT_NAMES[entry.type]),
        checkpoint=parse_checkpoint(parse_note(receipt.checkpoint).text),
        key=call.seals.published.folder.key,
        code=qr_code(receipt.data, gettext("The receipt as a code")),
        as_of=as_of.number,
    )


def telling_position(log: Log, what: str) -> int | None:
    """Return the position of the entry that settled an exchange or recorded a gift, or else of the newest about it."""
    tag = f"exchange:{what}" if what.startswith("x-") else f"gift:{what}"
    about, _ = log.read({tag: 0})
    settling = [stored for stored in about if stored.type in SETTLING]
    return (settling or about)[-1].position if about else None
