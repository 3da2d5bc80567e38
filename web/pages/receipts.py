"""Checking a receipt that somebody hands in: a file, or the text that a phone read off its code; the verdict in plain words."""

import tempfile
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from msgspec import Meta

from ledger.application.time_bank import TimeBank
from ledger.seal.signing.folder import SealRefused
from ledger.seal.signing.published import HashesOutOfReach, NothingSealed, NotUnderTheSeal, Published
from ledger.seal.verify import verify
from ledger.seal.verifying.note import BadNote, Checkpoint, parse_checkpoint, parse_note
from ledger.seal.verifying.receipt import Receipt, parse_receipt
from ledger.seal.verifying.verdict import SOUND, Verdict
from projections.views import Views
from web.forms import Fields, Form, decode
from web.frame import page
from web.pages.told import Told, kept_bytes, tell
from web.seals import Seals
from web.visitors import Asked
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


@get("/receipts", sync_to_thread=True)
def show_receipt_check(request: Asked) -> Response[str]:
    """A form that takes a receipt."""
    return page(request, "receipt_check.html", form=Form[ReceiptForm](), checked=None)


@post("/receipts", status_code=200, sync_to_thread=True)
def check_receipt(
    request: Asked,
    bank: NamedDependency[TimeBank],
    views: NamedDependency[Views],
    fields: NamedDependency[Fields],
) -> Response[str]:
    """The verdict, and beside it what the book says today. Nothing is kept."""
    form = decode(ReceiptForm, fields, SENTENCES)
    if not form.problems and not (form.wish.file or form.wish.text):
        form.refuse("file", gettext("Give a receipt: its file, or the text of its code"))
    if form.problems:
        return page(request, "receipt_check.html", form=form, checked=None)
    seals: Seals = request.app.state.seals
    views.catch_up()
    return page(request, "receipt_check.html", form=form, checked=_checked(form.wish.data, seals, bank, views))


PAGES = (show_receipt_check, check_receipt)


def _checked(data: bytes, seals: Seals, bank: TimeBank, views: Views) -> Checked:
    try:
        published = seals.published
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
    line = views.journal.line(receipt.place + 1)
    if line is None:
        return Checked(verdict, receipt, checkpoint, True, fits, stands=False)
    stands = kept_bytes(bank.log, [line.position]).get(line.position) == receipt.entry
    told = tell([line], bank, views)[0] if stands else None
    return Checked(verdict, receipt, checkpoint, True, fits, stands, told)


def _fits(checkpoint: Checkpoint, published: Published) -> bool | None:
    """Whether what the receipt's seal covers is the beginning of what was sealed last."""
    try:
        return published.root_at(checkpoint.size) == checkpoint.root
    except NotUnderTheSeal:
        return False
    except (HashesOutOfReach, NothingSealed, SealRefused):
        return None
