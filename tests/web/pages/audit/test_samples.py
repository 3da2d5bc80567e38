"""Random samples: drawn from a seed, at an address that can be quoted."""

import io
import re
import zipfile

import pytest

from ledger.seal.verifying.receipt import parse_receipt, sample
from tests.web.pages.conftest import Street
from tests.web.pages.reader import words_on
from tests.web.routes import KEEPERS, Found

FOUND: Found = {"show_sample": KEEPERS, "sample_receipts": KEEPERS}


def numbers_on(text: str) -> list[int]:
    return [int(number) for number in re.findall(r'<tr id="e(\d+)">', text)]


def test_opening_the_form_draws_no_sample(street: Street) -> None:
    page = street.ruth.get("/audit/sample")

    assert page.status_code == 200 and numbers_on(page.text) == []


def test_the_address_of_a_sample_names_its_seed_and_last_entry(street: Street) -> None:
    newest = street.views.catch_up().number

    there = street.ruth.get("/audit/sample", params={"size": "5"})
    address = there.headers["location"]
    page = street.ruth.get(address)

    assert there.status_code == 303
    seed = re.findall(r"seed=([0-9a-f]{12})", address)[0]
    assert f"upto={newest}" in address
    assert numbers_on(page.text) == sample(seed, 5, 1, newest)
    assert "5 entries were drawn" in words_on(page)
    assert f"Drawn with the seed {seed} from entries 1 to {newest}" in words_on(page)


def test_the_same_address_draws_the_same_entries_after_more_are_recorded(street: Street) -> None:
    newest = street.views.catch_up().number
    asked = {"size": "6", "seed": "two dice: 4 and 2", "upto": str(newest)}
    before = street.ruth.get("/audit/sample", params=asked)

    street.helped()

    after = street.ruth.get("/audit/sample", params=asked)
    assert numbers_on(after.text) == numbers_on(before.text) == sample("two dice: 4 and 2", 6, 1, newest)
    assert "hours sample --size 6 --seed 'two dice: 4 and 2' --at-entry" in words_on(after)


@pytest.mark.parametrize(
    ("days", "found"), [({"to": "2026-11-21"}, 0), ({"from": "2026-11-22", "to": "2026-11-22"}, 3)]
)
def test_a_sample_can_be_limited_to_a_period(street: Street, days: dict[str, str], found: int) -> None:
    page = street.ruth.get("/audit/sample", params={"size": "3", "seed": "elm", "upto": "9"} | days)

    assert len(numbers_on(page.text)) == found
    assert ("Nothing was recorded between these dates." in words_on(page)) is (found == 0)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"size": "0"}, "Enter 1 or more"),
        ({"size": "201"}, "Enter 200 or less"),
        ({"size": ""}, "Fill this in"),
        ({"size": "5", "seed": "x" * 65}, "Use no more than 64 characters"),
        ({"size": "5", "upto": "99999"}, "or less"),
        ({"size": "5", "from": "soon"}, "Enter the date like this"),
    ],
)
def test_an_impossible_sample_is_refused_beside_its_field(street: Street, asked: dict[str, str], sentence: str) -> None:
    answer = street.ruth.get("/audit/sample", params=asked)

    assert (answer.status_code, sentence in words_on(answer)) == (422, True)


def test_members_cannot_draw_samples(street: Street) -> None:
    assert street.ana.get("/audit/sample").status_code == 403


def test_the_receipts_of_a_sample_are_one_file(street: Street) -> None:
    newest = street.views.catch_up().number
    asked = {"size": "3", "seed": "elm", "upto": str(newest)}
    street.neighbourhood.sealed()

    page = street.ruth.get("/audit/sample", params=asked)
    first, second = (street.ruth.get("/audit/sample/receipts", params=asked) for _ in range(2))

    assert "Download their receipts in one file" in words_on(page)
    assert first.content == second.content, "the same sample under the same seal is the same file"
    with zipfile.ZipFile(io.BytesIO(first.content)) as archive:
        names = archive.namelist()
        places = [parse_receipt(archive.read(name)).place for name in names[:-1]]
    assert names == [*(f"{number}.tlog-proof" for number in sample("elm", 3, 1, newest)), "vkeys.txt"]
    assert [place + 1 for place in places] == sample("elm", 3, 1, newest)


def test_before_the_first_seal_there_are_no_receipts(street: Street) -> None:
    asked = {"size": "3", "seed": "elm", "upto": "5"}

    assert "Download their receipts in one file" not in words_on(street.ruth.get("/audit/sample", params=asked))
    assert street.ruth.get("/audit/sample/receipts", params=asked).status_code == 404
    assert street.ana.get("/audit/sample/receipts", params=asked).status_code == 403


@pytest.mark.parametrize("asked", [{}, {"size": "3"}, {"size": "3", "seed": "elm", "upto": "99999"}])
def test_receipts_without_a_sample_lead_to_the_form(street: Street, asked: dict[str, str]) -> None:
    answer = street.ruth.get("/audit/sample/receipts", params=asked)

    assert (answer.status_code, answer.headers["location"]) == (303, "/audit/sample")
