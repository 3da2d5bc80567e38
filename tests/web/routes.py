"""What is expected of each page and button: who finds it, and how its form is corrected. Tests of every route use it.

The test module of a page says it, in up to three constants, and by hand: a mistake in the rules that handlers name shows
here, and so does a page that nobody expected.

- `FOUND`: name of the handler -> who finds what they look for, with Ana's things in the path, and nothing typed.
- `SECOND_ATTEMPTS`: one function for each form, called as the handler, that says how it goes wrong, and then right.
- `NO_SECOND_ATTEMPT`: names of handlers with nothing to correct: a button, or the second page of a form.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from ledger.exchanges.commands import AskForReversal
from ledger.members.commands import GiveRole
from tests.web.neighbourhood import Browser
from tests.web.pages.conftest import Street

WHO = ("stranger", "ana", "bo", "mallory", "chidi", "ruth")
"""Ana helped Bo and gave a gift to everybody; Mallory is no part of it; Chidi coordinates; Ruth audits."""

ANYBODY = {*WHO}
MEMBERS = ANYBODY - {"stranger"}
THE_MEMBER = {"ana"}
PARTIES = {"ana", "bo"}
COORDINATORS = {"chidi"}
AUDITORS = {"ruth"}
KEEPERS = COORDINATORS | AUDITORS

TOO_LONG = "n" * 10_000
"""A reason that no field takes."""


class Attempt(NamedTuple):
    """Who sends which form of which page, with what mistake, and what corrects it.

    `meanwhile` is what others do between the two, where the ledger refuses what the form alone cannot put right.
    """

    browser: Browser
    page: str
    action: str
    wrong: Mapping[str, Any] = {}
    right: Mapping[str, Any] = {}
    meanwhile: Callable[[], object] = lambda: None


def counted(street: Street, browser: Browser, what: str, *, asked_back: bool = False, **more: Any) -> Attempt:
    """Return an answer to what counts already; `asked_back` if Bo asked to take it back."""
    exchange = street.helped(by=street.bo_id)
    if asked_back:
        street.bank.do(AskForReversal(exchange=exchange, reason="Twice"), by=street.bo_id)
    return Attempt(browser, f"/exchanges/{exchange}", f"/exchanges/{exchange}/{what}", **more)


def of_the_only_coordinator(street: Street, page: str, what: str) -> Attempt:
    """Return something the only coordinator cannot do, and one of two can."""
    chidi = f"/members/{street.chidi_id}"

    def second_coordinator() -> object:
        return street.bank.do(GiveRole(member=street.bo_id, role="coordinator"), by=street.chidi_id)

    return Attempt(street.chidi, chidi + page, chidi + what, meanwhile=second_coordinator)


Found = Mapping[str, set[str]]
SecondAttempts = Sequence[Callable[[Street], Attempt]]


def found() -> Found:
    """Return who finds each route, as all test modules of pages say together."""
    pairs = [*chain.from_iterable(said.items() for said in _said("FOUND"))]
    assert len(dict(pairs)) == len(pairs), "two test modules say who finds the same page"
    return dict(pairs)


def second_attempts() -> Mapping[str, Callable[[Street], Attempt]]:
    """Return the attempt of each form, by the name of its handler."""
    return {attempt.__name__: attempt for attempt in chain.from_iterable(_said("SECOND_ATTEMPTS"))}


def without_second_attempt() -> set[str]:
    """Return the names of the handlers that have nothing to correct."""
    return {*chain.from_iterable(_said("NO_SECOND_ATTEMPT"))}


@cache
def _said(constant: str) -> list[Any]:
    folder = Path(__file__).parent
    paths = sorted(path.relative_to(folder).with_suffix("") for path in folder.glob("**/test_*.py"))
    texts = {path: (folder / path).with_suffix(".py").read_text(encoding="utf-8") for path in paths}
    saying = [".".join(path.parts) for path, text in texts.items() if f"\n{constant}: " in text]
    return [getattr(import_module(f"tests.web.{module}"), constant) for module in saying]
