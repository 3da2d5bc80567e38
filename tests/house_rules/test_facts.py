"""Facts are for ever: frozen, documented, and each shape ever written keeps a sample."""

import importlib
import pkgutil
import re
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
import pytest

import ledger.events
from ledger.events import TYPES
from ledger.events.fact import Fact as Anything
from tests.house_rules.tree import ROOT

RECORDED = ROOT / "tests" / "ledger" / "recorded"
CHANGEABLE = (list, dict, set, bytearray)


def shapes() -> list[type[msgspec.Struct]]:
    """Every struct that the facts are made of, the facts included."""
    found: set[type[msgspec.Struct]] = set()
    for module in pkgutil.iter_modules(ledger.events.__path__, "ledger.events."):
        for thing in vars(importlib.import_module(module.name)).values():
            if isinstance(thing, type) and issubclass(thing, msgspec.Struct) and thing.__module__ == module.name:
                found.add(thing)
    return sorted(found, key=lambda shape: shape.__qualname__)


@pytest.mark.parametrize("shape", shapes(), ids=lambda shape: shape.__name__)
def test_a_fact_is_frozen_all_the_way_down(shape: type[msgspec.Struct]) -> None:
    changeable = {
        field: [part for part in all_parts(hint) if (get_origin(part) or part) in CHANGEABLE]
        for field, hint in get_type_hints(shape).items()
    }

    assert shape.__struct_config__.frozen, f"{shape.__name__} can be changed: declare it frozen"
    assert {field: parts for field, parts in changeable.items() if parts} == {}


@pytest.mark.parametrize("shape", shapes(), ids=lambda shape: shape.__name__)
def test_a_fact_says_why_it_exists(shape: type[msgspec.Struct]) -> None:
    words = vars(shape).get("__doc__") or ""

    assert len(words.split()) >= 3, f"{shape.__name__} has no sentence of its own"


def test_the_catalogue_holds_every_fact_once() -> None:
    facts = [fact for fact, _ in TYPES.values()]
    whole = set(shapes()) - parts_of_facts() - {Anything}

    assert len(set(facts)) == len(facts)
    assert {fact.__name__ for fact in facts} == {fact.__name__ for fact in whole}
    assert set(facts) == set(get_args(ledger.events.Fact)), "the union is what `match` is checked against"


def parts_of_facts() -> set[Any]:
    """What facts are made of, such as the legs of an exchange."""
    hints = [hint for shape in shapes() for hint in get_type_hints(shape).values()]
    return {part for hint in hints for part in all_parts(hint)}


def all_parts(hint: Any) -> list[Any]:
    """An annotation and everything inside it."""
    return [hint, *(part for argument in get_args(hint) for part in all_parts(argument))]


@pytest.mark.parametrize("type_name", TYPES)
def test_a_type_name_is_the_fact_in_kebab_case(type_name: str) -> None:
    fact, version = TYPES[type_name]

    assert type_name == re.sub(r"(?<!^)(?=[A-Z])", "-", fact.__name__).lower()
    assert version >= 1


@pytest.mark.parametrize("type_name", TYPES)
def test_every_version_of_a_fact_has_a_recorded_sample(type_name: str) -> None:
    _, today = TYPES[type_name]
    wanted = [f"{type_name}.v{version}.json" for version in range(1, today + 1)]

    missing = [sample for sample in wanted if not (RECORDED / sample).is_file()]

    assert missing == [], "a shape that was ever written keeps a sample, for ever"


def test_every_recorded_sample_is_of_a_known_fact() -> None:
    known = {f"{name}.v{version}.json" for name, (_, today) in TYPES.items() for version in range(1, today + 1)}

    strangers = {sample.name for sample in RECORDED.glob("*.json")} - known

    assert strangers == set(), "a type name or version was taken out of the catalogue, or a sample is misnamed"
