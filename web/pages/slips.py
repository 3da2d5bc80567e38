"""The slip of an exchange or a gift: the receipt that proves it is in the book, to print, to scan, and as a file."""

from collections.abc import Callable
from typing import Any

from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from ledger.identifiers import ExchangeId, GiftId
from ledger.log.entry import decode
from ledger.seal.signing.folder import SealRefused
from ledger.seal.signing.published import HashesOutOfReach, NothingSealed
from ledger.seal.verifying.note import parse_checkpoint, parse_note
from ledger.seal.verifying.receipt import Receipt
from web.authorisation import COORDINATORS_AND_AUDITORS, PARTIES_COORDINATORS_AND_AUDITORS, READERS_OF_THE_GIFT
from web.call import Call, get
from web.entry_positions import telling_position
from web.pages.choices import labels_of
from web.pages.people import names_of
from web.plain import Answer
from web.qr_codes import qr_code
from web.sentences import KINDS_OF_FACT
from web.words import gettext


@get("/exchanges/{exchange_id:str}/receipt", may=PARTIES_COORDINATORS_AND_AUDITORS)
def exchange_receipt(call: Call, exchange_id: FromPath[str]) -> Answer:
    """The receipt of the entry that settled the exchange, or else of the newest about it (C2SP tlog-proof)."""
    return or_explained(call, lambda: _file(_receipt_about(call, exchange_id), exchange_id))


@get("/gifts/{gift_id:str}/receipt", may=READERS_OF_THE_GIFT)
def gift_receipt(call: Call, gift_id: FromPath[str]) -> Answer:
    """The receipt of the entry that recorded the gift."""
    return or_explained(call, lambda: _file(_receipt_about(call, gift_id), gift_id))


@get("/journal/{number:str}/receipt", may=COORDINATORS_AND_AUDITORS)
def entry_receipt(call: Call, number: FromPath[str]) -> Answer:
    """The receipt of any entry, for those who keep the book."""
    call.views.catch_up()
    line = call.views.journal.line(int(number)) if is_entry_number(number) else None
    if line is None:
        raise NotFoundException
    return or_explained(call, lambda: _file(call.seals.receipt(position=line.position), f"entry-{line.number}"))


@get("/exchanges/{exchange_id:str}/slip", may=PARTIES_COORDINATORS_AND_AUDITORS)
def show_exchange_slip(call: Call, exchange_id: FromPath[str]) -> Answer:
    """What the receipt says and proves, in words, with a code to scan."""
    return or_explained(call, lambda: _slip(call, exchange_id, "exchange"))


@get("/gifts/{gift_id:str}/slip", may=READERS_OF_THE_GIFT)
def show_gift_slip(call: Call, gift_id: FromPath[str]) -> Answer:
    """The same of a gift."""
    return or_explained(call, lambda: _slip(call, gift_id, "gift"))


def is_entry_number(text: str) -> bool:
    """Whether this can be the number of an entry: digits, and no zero before them."""
    return text.isascii() and text.isdecimal() and len(text) <= 15 and not text.startswith("0")


def or_explained(call: Call, make: Callable[[], Answer]) -> Answer:
    """What was asked for, or a page that says why the seal cannot give it."""
    try:
        return make()
    except NothingSealed:
        title, sentence = (
            gettext("Not sealed yet"),
            gettext("This book has not been sealed yet. The host gives the first seal."),
        )
        return call.page("error.html", status=404, title=title, sentence=sentence)
    except SealRefused:
        # Sentences of the signer are for whoever looks after the machine; everybody else needs to know that it is serious.
        title = gettext("The book does not fit its seal")
        sentence = gettext(
            "So nothing can be proven just now. Please tell a coordinator: the page of the seal says more."
        )
        return call.page("error.html", status=503, title=title, sentence=sentence)
    except HashesOutOfReach:
        title, sentence = gettext("The seal is out of reach"), gettext("Please try again in a moment.")
        return call.page("error.html", status=503, title=title, sentence=sentence)


def _receipt_about(call: Call, what: str) -> Receipt:
    position = telling_position(call.bank.log, what)
    if position is None:
        raise NotFoundException
    return call.seals.receipt(position=position)


def _file(receipt: Receipt, name: str) -> Answer:
    given = {"content-disposition": f'attachment; filename="{name}.tlog-proof"'}
    return Response[Any](receipt.data, media_type="text/plain", headers=given)


def _slip(call: Call, what: str, noun: str) -> Answer:
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
        "slip.html",
        exchange=exchange,
        gift=gift,
        names=names_of(call, people),
        labels=labels_of(call.bank),
        what=what,
        noun=noun,
        number=receipt.place + 1,
        entry=entry,
        kind=gettext(KINDS_OF_FACT[entry.type]),
        checkpoint=parse_checkpoint(parse_note(receipt.checkpoint).text),
        key=call.seals.published.folder.key,
        code=qr_code(receipt.data, gettext("The receipt as a code")),
        as_of=as_of.number,
    )
