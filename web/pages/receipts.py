"""Checking a receipt that somebody hands in: a file, or the text that a phone read off its code; the verdict in plain words."""

import tempfile
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec
from litestar import Response
from msgspec import Meta

from ledger.seal.signing.folder import SealRefused
from ledger.seal.signing.published import HashesOutOfReach, NothingSealed, NotUnderTheSeal, Published
from ledger.seal.verify import verify
from ledger.seal.verifying.note import BadNote, Checkpoint, parse_checkpoint, parse_note
from ledger.seal.verifying.receipt import Receipt, parse_receipt
from ledger.seal.verifying.verdict import SOUND, Verdict
from web.authorisation import COORDINATORS_AND_AUDITORS
from web.call import Call, get, post
from web.forms import Form
from web.pages.told import Told, kept_bytes, tell
from web.words import gettext, later

LONGEST_RECEIPT = 30_000
"""Letters. A receipt has about two thousand; one with the signatures of many witnesses some thousands more."""

SENTENCES = {
    "too_long": later("A receipt is shorter than this. Give the file that was kept, or what the camera read"),
    "unreadable": later("This is no receipt: a receipt is plain text"),
}


class ReceiptForm(msgspec.Struct, kw_only=True):
    """A receipt, in one of two ways."""

    file: Annotated[str, Meta(max_length=LONGEST_RECEIPT)] = ""
    text: Annotated[str, Meta(max_length=LONGEST_RECEIPT)] = ""

    @property
    def data(self) -> bytes:
        """The receipt's bytes. What a browser or a mail did to ends of lines, and space around it, is undone here."""
        return ((self.file or self.text).removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").strip() + "\n").encode()


class Checked(NamedTuple):
    """What the check came to. `fits` says whether the seal in it is the beginning of the last one, `stands` whether the book
    still says the same at this number; None where that could not be asked.
    """

    verdict: Verdict
    receipt: Receipt | None = None
    checkpoint: Checkpoint | None = None
    is_ours: bool = False
    fits: bool | None = None
    stands: bool | None = None
    told: Told | None = None

    @property
    def is_good(self) -> bool:
        """Whether the receipt is sound and the book still agrees with it."""
        return self.verdict.code == SOUND and self.fits is True and self.stands is True

    @property
    def contradicts(self) -> bool:
        """Whether a sound receipt says that the book was changed."""
        return self.verdict.code == SOUND and (self.fits is False or self.stands is False)


@get("/receipts", may=COORDINATORS_AND_AUDITORS)
def show_receipt_check(call: Call) -> Response[str]:
    """A form that takes a receipt."""
    return call.page("receipt_check.html", form=Form[ReceiptForm](), checked=None)


@post("/receipts", may=COORDINATORS_AND_AUDITORS, status_code=200)
def check_receipt(call: Call) -> Response[str]:
    """The verdict, and beside it what the book says today. Nothing is kept."""
    form = call.form(ReceiptForm, SENTENCES)
    if not form.problems and not (form.wish.file or form.wish.text):
        form.refuse("file", gettext("Give a receipt: its file, or the text of its code"))
    if form.problems:
        return call.page("receipt_check.html", form=form, checked=None)
    call.views.catch_up()
    return call.page("receipt_check.html", form=form, checked=_checked(call, form.wish.data))


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
    stands = kept_bytes(call.bank.log, [line.position]).get(line.position) == receipt.entry
    told = tell(call, [line])[0] if stands else None
    return Checked(verdict, receipt, checkpoint, True, fits, stands, told)


def _fits(checkpoint: Checkpoint, published: Published) -> bool | None:
    """Whether what the receipt's seal covers is the beginning of what was sealed last."""
    try:
        return published.root_at(checkpoint.size) == checkpoint.root
    except NotUnderTheSeal:
        return False
    except (HashesOutOfReach, NothingSealed, SealRefused):
        return None
