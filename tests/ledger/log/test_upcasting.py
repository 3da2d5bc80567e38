"""Facts of older versions are converted to the current one; their bytes stay as they are."""

import json
from collections.abc import Iterator, Mapping
from datetime import date

import pytest

from ledger import tags
from ledger.catalogue import Fact, Tags, recorded
from ledger.log.entry import UnreadableEntry, decode
from tests.ledger.facts import made_up_facts

# A made-up past: the first version knew only a name and a zone, the second called the language by another word.


class TownFounded(Fact):
    """A fact with a past."""

    name: str
    time_zone: str
    language: str
    origin: str
    on: date = date(2020, 1, 1)
    days: tuple[date, ...] = ()

    @property
    def tags(self) -> Tags:
        return (tags.AGREEMENTS,)


def second(data: dict[str, object]) -> dict[str, object]:
    """Add the language: communities without one spoke English."""
    return {**data, "tongue": "en"}


def third(data: dict[str, object]) -> dict[str, object]:
    """Rename the tongue to language, and add the origin."""
    rest = {key: value for key, value in data.items() if key != "tongue"}
    return {**rest, "language": data["tongue"], "origin": "localhost/elm-street/1"}


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    """The catalogue, with the made-up fact in its third version."""
    with made_up_facts():
        recorded("town-founded", version=3, upcasters={1: second, 2: third})(TownFounded)
        yield


def kept(version: int, data: Mapping[str, object]) -> bytes:
    """Return the founding as a program of that time wrote it."""
    return json.dumps(
        {
            "actor": "host",
            "at": "2020-01-01T00:00:00.000000Z",
            "cmd": "command-000001",
            "data": data,
            "log": "localhost/elm-street/1",
            "nonce": "1" * 32,
            "type": "town-founded",
            "v": 1,
            "ver": version,
            "via": "cli",
            "wish": "0" * 32,
        }
    ).encode()


@pytest.mark.parametrize(
    ("version", "data", "language"),
    [
        (1, {"name": "Elm Street", "time_zone": "UTC"}, "en"),
        (2, {"name": "Elm Street", "time_zone": "UTC", "tongue": "pt"}, "pt"),
        (3, {"name": "Elm Street", "time_zone": "UTC", "language": "ar", "origin": "localhost/elm-street/1"}, "ar"),
    ],
)
def test_every_version_is_converted_to_the_current_one(version: int, data: dict[str, object], language: str) -> None:
    entry = decode(kept(version, data))

    assert entry.data == TownFounded(
        name="Elm Street", time_zone="UTC", language=language, origin="localhost/elm-street/1"
    )
    assert entry.ver == version, "the entry still says which version was written"


def test_days_and_lists_of_older_versions_are_read() -> None:
    old = {"name": "Elm Street", "time_zone": "UTC", "on": "2019-12-31", "days": ["2020-01-02"]}

    fact = decode(kept(1, old)).data

    assert isinstance(fact, TownFounded)
    assert (fact.on, fact.days) == (date(2019, 12, 31), (date(2020, 1, 2),))


def test_a_version_without_an_upcaster_is_rejected_with_a_reason() -> None:
    TownFounded.upcasters = {1: second}

    with pytest.raises(UnreadableEntry, match="“town-founded” version 1 cannot be read"):
        decode(kept(1, {"name": "Elm Street", "time_zone": "UTC"}))


@pytest.mark.parametrize("data", [{}, {"name": 7, "time_zone": "UTC", "tongue": "en"}, {"tongue": "en"}])
def test_a_damaged_older_fact_is_rejected(data: dict[str, object]) -> None:
    with pytest.raises(UnreadableEntry):
        decode(kept(2, data))
