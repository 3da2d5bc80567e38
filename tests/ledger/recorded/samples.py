"""The recorded samples of facts; `python -m tests.ledger.recorded.samples` writes those that are missing.

There is one file for every version of every kind of fact. Its first line is an entry as logs contain it, its second line
the tags it is stored with. Neither ever changes, because logs out there contain both: a fact whose shape changes gets a new
version and one more sample. Before a new sample is first committed, its values may be edited.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from ledger.catalogue import Fact, Part, facts
from ledger.identifiers import AccountId, CategoryKey, CommandId, ExchangeId, GiftId, GroupId, MemberId
from ledger.log.entry import FORMAT, Entry, decode, encode
from tests.cast import ANA, BO, CHIDI

FOLDER = Path(__file__).parent

EVER_RECORDED = {path.stem: path.read_bytes().splitlines()[0] for path in sorted(FOLDER.glob("*.jsonl"))}
"""Name and version ("member-left.v1") -> the entry of the sample, as it is stored."""

EXAMPLES: dict[Any, Any] = {
    AccountId: AccountId(BO),
    GroupId: GroupId("g-garden"),
    ExchangeId: ExchangeId("x-0001"),
    GiftId: GiftId("f-0001"),
    CategoryKey: CategoryKey("garden"),
    date: date(2026, 3, 14),
    bool: True,
    int: 60,
    str: "Meals, café and “tea”",
}
"""A value for each type of field but `MemberId`: each member in a sample is another one."""


def path_of(name: str, version: int) -> Path:
    """Return the path of the sample for one version of a kind of fact."""
    return FOLDER / f"{name}.v{version}.jsonl"


def recorded_tags(name: str, version: int) -> tuple[str, ...]:
    """Return the tags of a sample."""
    return tuple(json.loads(path_of(name, version).read_bytes().splitlines()[1]))


@cache
def one_of_each() -> Sequence[Fact]:
    """One fact of every kind, in the order of the catalogue: those of the samples."""
    kinds = [kind.stored for kind in facts().values()]
    return [decode(EVER_RECORDED[f"{name}.v{version}"]).data for name, version in kinds]


def entry_of(fact: Fact) -> Entry:
    """The entry of a sample: Chidi typed it for Bo, and a note is sealed."""
    name, version = fact.stored
    return Entry(
        v=FORMAT,
        log="localhost/elm-street/1",
        type=name,
        ver=version,
        at="2026-03-14T10:30:00.000000Z",
        actor=CHIDI,
        on_behalf=BO,
        via="web",
        cmd=CommandId("command-000001"),
        wish="0123456789abcdef0123456789abcdef",
        nonce="00112233445566778899aabbccddeeff",
        data=fact,
        sealed={"note": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
    )


def example(kind: type[Part], members: Iterable[MemberId] = (ANA, BO, CHIDI)) -> Any:
    """Return a fact, or a part of one, with a value in every field."""
    ids = iter(members)
    hints = get_type_hints(kind, include_extras=True)
    return kind(**{field: _example(hints[field], ids) for field in kind.__struct_fields__})


def _example(hint: Any, members: Iterable[MemberId]) -> Any:
    parts = get_args(hint)
    match get_origin(hint):
        case origin if origin is Annotated:
            return _example(parts[0], members)
        case origin if origin is Literal:
            return parts[0]
        case origin if origin is tuple:
            return (_example(parts[0], members),)
        case origin if origin in (Union, UnionType):
            return _example(parts[0], members)
        case _ if isinstance(hint, type) and issubclass(hint, Part):
            return example(hint, members)
        case _:
            return next(iter(members)) if hint is MemberId else EXAMPLES[hint]


def main() -> None:
    """Write the missing samples."""
    for kind in facts().values():
        path = path_of(*kind.stored)
        if not path.exists():
            fact = example(kind)
            path.write_bytes(encode(entry_of(fact)) + b"\n" + json.dumps(fact.tags).encode() + b"\n")


if __name__ == "__main__":
    main()
