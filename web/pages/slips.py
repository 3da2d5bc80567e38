"""The slip of an exchange or a gift: the receipt that proves it is in the book, to print, to scan, and as a file."""

from collections.abc import Callable
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from ledger.application.time_bank import TimeBank
from ledger.identifiers import ExchangeId, GiftId
from ledger.log.entry import decode
from ledger.seal.signing.folder import SealRefused
from ledger.seal.signing.published import HashesOutOfReach, NothingSealed
from ledger.seal.verifying.note import parse_checkpoint, parse_note
from ledger.seal.verifying.receipt import Receipt
from projections.views import Views
from web.entry_positions import telling_position
from web.fact_names import KINDS_OF_FACT
from web.frame import page
from web.pages.choices import labels_of
from web.pages.people import Names
from web.plain import Answer
from web.qr_codes import qr_code
from web.seals import Seals
from web.visitors import Asked
from web.words import gettext


@get("/exchanges/{exchange_id:str}/receipt", sync_to_thread=True)
def exchange_receipt(request: Asked, exchange_id: FromPath[str], bank: NamedDependency[TimeBank]) -> Answer:
    """The receipt of the entry that settled the exchange, or else of the newest about it (C2SP tlog-proof)."""
    return or_explained(request, lambda: _file(_receipt_about(request, exchange_id, bank), exchange_id))


@get("/gifts/{gift_id:str}/receipt", sync_to_thread=True)
def gift_receipt(request: Asked, gift_id: FromPath[str], bank: NamedDependency[TimeBank]) -> Answer:
    """The receipt of the entry that recorded the gift."""
    return or_explained(request, lambda: _file(_receipt_about(request, gift_id, bank), gift_id))


@get("/journal/{number:str}/receipt", sync_to_thread=True)
def entry_receipt(request: Asked, number: FromPath[str], views: NamedDependency[Views]) -> Answer:
    """The receipt of any entry, for those who keep the book."""
    views.catch_up()
    line = views.journal.line(int(number)) if is_entry_number(number) else None
    if line is None:
        raise NotFoundException
    seals: Seals = request.app.state.seals
    return or_explained(request, lambda: _file(seals.receipt(position=line.position), f"entry-{line.number}"))


@get("/exchanges/{exchange_id:str}/slip", sync_to_thread=True)
def show_exchange_slip(
    request: Asked, exchange_id: FromPath[str], bank: NamedDependency[TimeBank], views: NamedDependency[Views]
) -> Answer:
    """What the receipt says and proves, in words, with a code to scan."""
    return or_explained(request, lambda: _slip(request, exchange_id, "exchange", bank, views))


@get("/gifts/{gift_id:str}/slip", sync_to_thread=True)
def show_gift_slip(
    request: Asked, gift_id: FromPath[str], bank: NamedDependency[TimeBank], views: NamedDependency[Views]
) -> Answer:
    """The same of a gift."""
    return or_explained(request, lambda: _slip(request, gift_id, "gift", bank, views))


PAGES = (exchange_receipt, gift_receipt, entry_receipt, show_exchange_slip, show_gift_slip)


def is_entry_number(text: str) -> bool:
    """Whether this can be the number of an entry: digits, and no zero before them."""
    return text.isascii() and text.isdecimal() and len(text) <= 15 and not text.startswith("0")


def or_explained(request: Asked, make: Callable[[], Answer]) -> Answer:
    """What was asked for, or a page that says why the seal cannot give it."""
    try:
        return make()
    except NothingSealed:
        title, sentence = (
            gettext("Not sealed yet"),
            gettext("This book has not been sealed yet. The host gives the first seal."),
        )
        return page(request, "error.html", status=404, title=title, sentence=sentence)
    except SealRefused:
        # Sentences of the signer are for whoever looks after the machine; everybody else needs to know that it is serious.
        title = gettext("The book does not fit its seal")
        sentence = gettext(
            "So nothing can be proven just now. Please tell a coordinator: the page of the seal says more."
        )
        return page(request, "error.html", status=503, title=title, sentence=sentence)
    except HashesOutOfReach:
        title, sentence = gettext("The seal is out of reach"), gettext("Please try again in a moment.")
        return page(request, "error.html", status=503, title=title, sentence=sentence)


def _receipt_about(request: Asked, what: str, bank: TimeBank) -> Receipt:
    position = telling_position(bank.log, what)
    if position is None:
        raise NotFoundException
    seals: Seals = request.app.state.seals
    return seals.receipt(position=position)


def _file(receipt: Receipt, name: str) -> Answer:
    given = {"content-disposition": f'attachment; filename="{name}.tlog-proof"'}
    return Response[Any](receipt.data, media_type="text/plain", headers=given)


def _slip(request: Asked, what: str, noun: str, bank: TimeBank, views: Views) -> Answer:
    as_of = views.catch_up()
    exchange = views.exchanges.of(ExchangeId(what)) if noun == "exchange" else None
    gift = views.exchanges.gift(GiftId(what)) if noun == "gift" else None
    if exchange is None and gift is None:
        raise NotFoundException
    receipt = _receipt_about(request, what, bank)
    entry = decode(receipt.entry)
    people = {side for leg in exchange.legs for side in (leg.giver, leg.receiver)} if exchange else set[str]()
    people |= {gift.giver, gift.receiver} if gift else set()
    seals: Seals = request.app.state.seals
    return page(
        request,
        "slip.html",
        exchange=exchange,
        gift=gift,
        names=Names(bank, views).of(people),
        labels=labels_of(bank),
        what=what,
        noun=noun,
        number=receipt.place + 1,
        entry=entry,
        kind=gettext(KINDS_OF_FACT[entry.type]),
        checkpoint=parse_checkpoint(parse_note(receipt.checkpoint).text),
        key=seals.published.folder.key,
        code=qr_code(receipt.data, gettext("The receipt as a code")),
        as_of=as_of.number,
    )
