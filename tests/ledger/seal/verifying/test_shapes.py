"""The verifier names every entry that contains what no honest program writes, even in a sealed log."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.catalogue import facts
from ledger.seal.verify import verify
from ledger.seal.verifying.canonical import BadEntry, read_entry
from ledger.seal.verifying.fact_shapes import SHAPES, check_shape
from tests.ledger.recorded.samples import EVER_RECORDED
from tests.ledger.seal.conftest import SealedCommunity
from tests.ledger.seal.verifying.forging import KEY, Entries, entries_of, verdict_on, write_forged
from tests.ledger.seal.verifying.test_tampering import report_of

NAME = "Amina Yusuf"
TWENTY = 20


def at(number: int, **changed: Any) -> Callable[[Entries], int]:
    """Change the envelope of an entry."""

    def change(entries: Entries) -> int:
        entries[number - 1].update(changed)
        return number

    return change


def of(kind: str, **changed: Any) -> Callable[[Entries], int]:
    """Change the fact of the first entry of a kind."""

    def change(entries: Entries) -> int:
        place = next(place for place, entry in enumerate(entries) if entry["type"] == kind)
        entries[place]["data"].update(changed)
        return place + 1

    return change


def without(kind: str, key: str) -> Callable[[Entries], int]:
    """Leave a key out of the fact of the first entry of a kind."""

    def change(entries: Entries) -> int:
        place = next(place for place, entry in enumerate(entries) if entry["type"] == kind)
        del entries[place]["data"][key]
        return place + 1

    return change


def not_founded(entries: Entries) -> int:
    del entries[0]
    return 1


def founded_twice(entries: Entries) -> int:
    entries.append(copy.deepcopy(entries[0]) | {"cmd": "founding-again", "at": entries[-1]["at"]})
    return len(entries)


def founded_late(entries: Entries) -> int:
    entries.insert(0, entries.pop(1))
    return 1


FORGED: dict[str, Callable[[Entries], int]] = {
    "no founding": not_founded,
    "two foundings": founded_twice,
    "a founding that is not the first entry": founded_late,
    "an hour that does not exist": at(TWENTY, at="2026-03-14T29:59:59.000000Z"),
    "a month that does not exist": at(TWENTY, at="2026-19-14T10:30:00.000000Z"),
    "a day that does not exist": at(TWENTY, at="2026-02-30T10:30:00.000000Z"),
    "the year 0": at(TWENTY, at="0000-03-14T10:30:00.000000Z"),
    "twenty years back": at(TWENTY, at="2006-03-14T10:30:00.000000Z"),
    "two days back": at(TWENTY, at="2026-03-12T10:30:00.000000Z"),
    "help on a day that does not exist": of("exchange-reported", given_on="2026-19-39"),
    "help on day 0 of month 0": of("exchange-reported", given_on="9999-00-00"),
    "a gift on 29 February of an ordinary year": of("gift-recorded", given_on="2026-02-29"),
    "an empty nonce": at(TWENTY, nonce=""),
    "a short nonce": at(TWENTY, nonce="00"),
    "a name as a nonce": at(TWENTY, nonce=NAME),
    "a name as a channel": at(TWENTY, via=NAME),
    "a name as an actor": at(TWENTY, actor="Amina.Yusuf"),
    "a name in a request's fingerprint": at(TWENTY, wish="Amina.Yusuf"),
    "a name as a sealed field": at(TWENTY, sealed={"Amina.Yusuf": "0" * 64}),
    "a name in a report": of("exchange-reported", note=NAME),
    "a name in a settlement": of("exchange-settled", note=NAME),
    "a name beside a member": of("member-invited", name=NAME),
    "a name as a member": of("member-invited", member="Amina.Yusuf"),
    "a name in a leg": of(
        "exchange-settled", legs=[{"category": "garden", "giver": "m-ana", "minutes": 1, "receiver": "m-bo", "x": NAME}]
    ),
    "a name as a kind of help": of(
        "exchange-reported", legs=[{"category": NAME, "giver": "m-ana", "minutes": 1, "receiver": "m-bo"}]
    ),
    "a name as a role": of("role-given", role=NAME),
    "a name beside a kind of help": of("categories-agreed", categories=[{"key": "a", "label": "A", "who": NAME}]),
    "no day": without("gift-recorded", "given_on"),
    "no one who agrees": without("exchange-reported", "awaiting"),
    "an exchange and a gift": of("gift-recorded", exchange="x-1"),
}


@pytest.mark.parametrize("change", FORGED.values(), ids=FORGED)
@pytest.mark.parametrize("options", [{}], ids=["always"])
def test_what_no_honest_program_writes_is_named_with_its_entry(
    change: Callable[[Entries], int], options: dict[str, Any], sealed_community: SealedCommunity, tmp_path: Path
) -> None:
    entries = entries_of(sealed_community.bundle)
    number = change(entries)

    verdict = verdict_on(tmp_path / "forged", entries, **options)

    assert verdict.code == 1 and f"entry {number}: " in report_of(verdict), report_of(verdict)


def test_the_entries_of_an_honest_book_are_sound_whoever_seals_them(
    sealed_community: SealedCommunity, tmp_path: Path
) -> None:
    verdict = verdict_on(tmp_path / "same", entries_of(sealed_community.bundle))

    assert verdict.code == 0, report_of(verdict)


def test_clocks_that_differ_a_little_are_noticed_and_no_fault(
    sealed_community: SealedCommunity, tmp_path: Path
) -> None:
    entries = entries_of(sealed_community.bundle)
    entries[TWENTY - 1]["at"] = "2026-03-14T07:25:00.000000Z"
    entries[TWENTY]["at"] = "2026-03-14T10:29:30.000000Z"

    verdict = verdict_on(tmp_path / "forged", entries)

    assert verdict.code == 0, report_of(verdict)
    (noticed,) = verdict.noticed
    assert "3 h 5 min at entry 20" in noticed and "their times: 1;" in noticed, "half a minute is not worth a line"


@pytest.mark.parametrize("data", EVER_RECORDED.values(), ids=EVER_RECORDED)
def test_every_version_of_every_fact_ever_recorded_has_the_right_shape(data: bytes) -> None:
    entry = read_entry(data, "localhost/elm-street/1")
    check_shape(entry)
    for key in [*entry["data"]]:
        with pytest.raises(BadEntry):
            check_shape(entry | {"data": entry["data"] | {key: {"a": 1}}})
    with pytest.raises(BadEntry):
        check_shape(entry | {"data": entry["data"] | {"more": "m-ana"}})


def test_the_verifier_knows_the_shape_of_every_fact() -> None:
    assert SHAPES.keys() == facts().keys()


def test_a_long_list_of_faults_is_cut_short_and_counted(sealed_community: SealedCommunity, tmp_path: Path) -> None:
    founding, *_ = entries_of(sealed_community.bundle)
    wrong = [founding | {"cmd": f"command-{number:06}", "nonce": ""} for number in range(300)]

    verdict = verify("bundle", write_forged(tmp_path / "forged", [founding, *wrong]), keys=[KEY], workers=1)

    named = [line for line in report_of(verdict).splitlines() if "entry " in line]
    assert verdict.code == 1 and len(named) <= 100 + 1
    assert sum(finding.startswith("entry ") for _, finding in verdict.findings) <= 100
    assert any("280 more" in finding for _, finding in verdict.findings)
