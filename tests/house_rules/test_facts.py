"""Facts are for ever, and the catalogue tells everything about them: nothing that the program needs of a fact is missing."""

import re
from collections.abc import Sequence
from importlib import import_module
from typing import Any, cast, get_args, get_origin, get_type_hints

import msgspec
import pytest

from ledger.catalogue import MODULES, Fact, Part, facts
from ledger.identifiers import is_group, is_identifier, is_member
from ledger.log.entry import decode
from ledger.seal.verifying.fact_shapes import KINDS
from tests.house_rules.tree import modules, name
from tests.ledger.recorded.samples import EVER_RECORDED, one_of_each
from web.wording.names import SentenceContext
from web.wording.sentences import IRREGULAR, sentence

CHANGEABLE = (list, dict, set, bytearray)
FIRST = "community-founded"
"""Alone at the beginning of every log, so nobody has to look for it."""


def shapes() -> list[type[Part]]:
    """Every struct that the facts are made of, the facts included. Their private bases are checked through them."""
    found = {
        thing for module in map(import_module, MODULES) for thing in vars(module).values() if isinstance(thing, type)
    }
    public = (one for one in found if issubclass(one, Part) and not one.__name__.startswith("_"))
    return sorted(public, key=lambda shape: shape.__qualname__)


@pytest.mark.parametrize("type_name", facts())
def test_every_fact_is_complete(type_name: str) -> None:
    kind = facts()[type_name]
    version = kind.stored.version
    samples = [f"{type_name}.v{number}" for number in range(1, version + 1)]
    sample = next((fact for fact in one_of_each() if type(fact) is kind), None)
    there = {
        "a name that is its class in kebab case": type_name == re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__).lower(),
        "a sample of every version in tests/ledger/recorded": EVER_RECORDED.keys() >= {*samples},
        "a step from every older version to the next": set(kind.upcasters) == set(range(1, version)),
        "a label": bool(kind.label),
        "a sentence beside it, or a function in web/wording/sentences.py": bool(kind.sentence) != (kind in IRREGULAR),
        "a place in SHAPES of ledger/seal/verifying/fact_shapes.py": KINDS.get(type_name) == version,
        "somebody, an exchange or a view to be found by in the journal": type_name == FIRST
        or sample is None
        or bool(sample.about or sample.exchanges or kind.view),
    }

    assert [piece for piece, is_there in there.items() if not is_there] == []


@pytest.mark.parametrize("shape", shapes(), ids=lambda shape: shape.__name__)
def test_a_fact_and_its_parts_are_frozen(shape: type[msgspec.Struct]) -> None:
    changeable = {
        field: [part for part in all_parts(hint) if (get_origin(part) or part) in CHANGEABLE]
        for field, hint in hints_of(shape).items()
    }

    assert shape.__struct_config__.frozen, f"{shape.__name__} can be changed: declare it frozen"
    assert {field: parts for field, parts in changeable.items() if parts} == {}


@pytest.mark.parametrize("shape", shapes(), ids=lambda shape: shape.__name__)
def test_a_fact_says_why_it_exists(shape: type[msgspec.Struct]) -> None:
    words = vars(shape).get("__doc__") or ""

    assert len(words.split()) >= 3, f"{shape.__name__} has no sentence of its own"


def test_the_catalogue_contains_every_fact_once() -> None:
    whole = set(shapes()) - parts_of_facts() - {Fact, Part}

    assert len(set(facts().values())) == len(facts())
    assert set(facts().values()) == whole, "whatever is no part of a fact is a fact, and recorded"


def test_every_module_that_records_facts_is_known_to_the_catalogue() -> None:
    recording = {name(path) for path in modules("ledger", "projections", "web") if "\n@recorded(" in path.read_text()}

    assert recording == {f"{module.replace('.', '/')}.py" for module in MODULES}


def parts_of_facts() -> set[Any]:
    """What facts are made of, such as the legs of an exchange."""
    hints = [hint for shape in shapes() for hint in hints_of(shape).values()]
    return {part for hint in hints for part in all_parts(hint)}


def hints_of(shape: type[msgspec.Struct]) -> dict[str, Any]:
    """Field -> what it may hold."""
    return {field: hint for field, hint in get_type_hints(shape).items() if field in shape.__struct_fields__}


def all_parts(hint: Any) -> list[Any]:
    """An annotation and everything inside it."""
    return [hint, *(part for argument in get_args(hint) for part in all_parts(argument))]


def test_every_recorded_sample_is_of_a_known_fact() -> None:
    known = {
        f"{kind.stored.name}.v{version}" for kind in facts().values() for version in range(1, kind.stored.version + 1)
    }

    strangers = EVER_RECORDED.keys() - known

    assert strangers == set(), "a type name or version was taken out of the catalogue, or a sample is misnamed"


@pytest.mark.parametrize("type_name", facts())
def test_a_fact_names_people_by_typed_identifiers(type_name: str) -> None:
    """Erasing somebody reaches the words of every fact that names them; an identifier in a plain text would be overlooked."""
    fact = decode(EVER_RECORDED[f"{type_name}.v1"]).data

    assert identifiers_in(msgspec.to_builtins(fact)) == fact.people | {*fact.exchanges} | {*fact.gifts}


def identifiers_in(part: object) -> set[str]:
    """Everything that has the shape of an identifier, wherever it stands."""
    if isinstance(part, str):
        return {part} if is_identifier(part) and (is_member(part) or is_group(part) or part[0] in "xf") else set()
    inside = part.values() if isinstance(part, dict) else part if isinstance(part, list | tuple) else ()
    return set().union(*map(identifiers_in, cast("Sequence[object]", inside)))


@pytest.mark.parametrize("fact", one_of_each(), ids=lambda fact: fact.stored.name)
def test_a_fact_has_a_sentence_for_every_choice(fact: Fact) -> None:
    text = fact.sentence
    if isinstance(text, str):
        variants = [fact]
    else:
        hint = get_type_hints(type(fact))[text.field]
        variants = [msgspec.structs.replace(fact, **{text.field: choice}) for choice in text.sentences]
        assert {*text.sentences} == ({True, False} if hint is bool else {*get_args(hint)})

    assert all(str(sentence(variant, SentenceContext(names={}, kinds={}))) for variant in variants)
