"""How stories of a book begin: what happened before something happens that the rules allow, or do not."""

from typing import Any

from tests.ledger.seal.verifying.forging import BookWriter


def both(book: BookWriter) -> BookWriter:
    """Let both people agree from now on."""
    book.add("confirmation-agreed", "m-chidi", words_needed="both")
    return book


def settled(book: BookWriter) -> BookWriter:
    """Ana helped Bo, and he agreed."""
    book.help_given()
    book.agree()
    return book


def asked_back(book: BookWriter, by: str = "m-bo") -> BookWriter:
    """Bo asks to take it back."""
    settled(book).add("reversal-asked", by, exchange="x-1", asked_by=by)
    return book


def given(book: BookWriter, receiver: str = "m-bo") -> BookWriter:
    """Ana gave something."""
    book.gift(receiver=receiver)
    return book


def gone(book: BookWriter, member: str = "m-bo") -> BookWriter:
    """Somebody left."""
    book.add("member-left", member, member=member)
    return book


def declined(book: BookWriter) -> BookWriter:
    """Bo did not agree to what Ana reported."""
    book.help_given()
    book.add("exchange-declined", "m-bo", exchange="x-1", declined_by="m-bo")
    return book


def called_off(book: BookWriter) -> BookWriter:
    """Ana cancelled what she reported."""
    book.help_given()
    book.add("exchange-called-off", "m-ana", exchange="x-1", called_off_by="m-ana")
    return book


def limited(book: BookWriter, debit: int, upper: int | None = None) -> BookWriter:
    """Other limits are agreed."""
    more: dict[str, Any] = {"upper_limit_minutes": upper} if upper else {}
    book.add("limits-agreed", "m-chidi", debit_limit_minutes=debit, **more)
    return book


def thanked(book: BookWriter, by: str, to: str, **about: Any) -> int:
    """Somebody thanks."""
    return book.add("thanks-given", by, to=to, given_by=by, may_be_shown=False, **about)


def erased(book: BookWriter, by: str, *, member: str = "m-bo", ground: str = "no-longer-needed") -> int:
    """Somebody is erased."""
    return book.add(
        "personal-data-erased", by, member=member, fields=["name"], ground=ground, asked_by=by, confirmed_by=by
    )
