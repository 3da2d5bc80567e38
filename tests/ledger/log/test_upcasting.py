"""Facts of older versions are read in the shape of today; their bytes stay as they are."""

import json
from collections.abc import Mapping

import pytest

from ledger.events import TYPES, CommunityFounded
from ledger.log.entry import Types, UnreadableEntry, decode
from ledger.log.upcasting import UPCASTERS, Upcaster

# A made-up past: the first version knew only a name and a zone, the second called the language by another word.
TODAY: Types = {**TYPES, "community-founded": (CommunityFounded, 3)}


def second(data: dict[str, object]) -> dict[str, object]:
    """Communities without a language spoke English."""
    return {**data, "tongue": "en"}


def third(data: dict[str, object]) -> dict[str, object]:
    """The tongue is called a language, and logs have an origin."""
    rest = {key: value for key, value in data.items() if key != "tongue"}
    return {**rest, "language": data["tongue"], "origin": "localhost/elm-street/1"}


STEPS: dict[tuple[str, int], Upcaster] = {("community-founded", 1): second, ("community-founded", 2): third}


def kept(version: int, data: Mapping[str, object]) -> bytes:
    """The founding as a program of that time wrote it."""
    return json.dumps(
        {
            "actor": "host",
            "at": "2020-01-01T00:00:00.000000Z",
            "cmd": "command-000001",
            "data": data,
            "log": "localhost/elm-street/1",
            "nonce": "1" * 32,
            "type": "community-founded",
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
        (
            3,
            {"name": "Elm Street", "time_zone": "UTC", "language": "ar", "origin": "localhost/elm-street/1"},
            "ar",
        ),
    ],
)
def test_every_version_is_read_in_the_shape_of_today(version: int, data: dict[str, object], language: str) -> None:
    entry = decode(kept(version, data), types=TODAY, upcasters=STEPS)

    assert entry.data == CommunityFounded(
        name="Elm Street", time_zone="UTC", language=language, origin="localhost/elm-street/1"
    )
    assert entry.ver == version, "the entry still says which version was written"


def test_days_and_lists_are_read_in_older_versions_too() -> None:
    settled = {"exchange": "x-1", "given_on": "2020-01-01", "legs": [], "was": "hours"}
    data = kept(1, settled).replace(b"community-founded", b"exchange-settled")
    types: Types = {**TYPES, "exchange-settled": (TYPES["exchange-settled"][0], 2)}

    def without_was(data: dict[str, object]) -> dict[str, object]:
        return {key: value for key, value in data.items() if key != "was"}

    entry = decode(data, types=types, upcasters={("exchange-settled", 1): without_was})

    assert str(getattr(entry.data, "given_on", "")) == "2020-01-01"


def test_a_version_without_its_step_is_refused_with_a_sentence() -> None:
    with pytest.raises(UnreadableEntry, match="“community-founded” version 1 cannot be read"):
        decode(
            kept(1, {"name": "Elm Street", "time_zone": "UTC"}),
            types=TODAY,
            upcasters={("community-founded", 1): second},
        )


@pytest.mark.parametrize("data", [{}, {"name": 7, "time_zone": "UTC", "tongue": "en"}, {"tongue": "en"}])
def test_a_damaged_older_fact_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(UnreadableEntry):
        decode(kept(2, data), types=TODAY, upcasters=STEPS)


def test_there_is_a_step_from_every_older_version_to_the_next_and_no_other() -> None:
    wanted = {(name, version) for name, (_, newest) in TYPES.items() for version in range(1, newest)}

    assert set(UPCASTERS) == wanted
