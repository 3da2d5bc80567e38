"""Prepared queries return the same rows on both databases, and raise the same errors."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from ledger.log.places import Place, PreparedQuery, among, listed
from ledger.personal_data.store import PERSONAL_TEXTS, PersonalData, PersonalText

NAMES = PreparedQuery(
    sa.select(PERSONAL_TEXTS.c.value)
    .where(among(PERSONAL_TEXTS.c.subject, "subjects"), PERSONAL_TEXTS.c.field == "name")
    .order_by(PERSONAL_TEXTS.c.value)
    .limit(sa.bindparam("most"))
)


@pytest.fixture
def people(database_url: str) -> Iterator[PersonalData]:
    """Three people with names, on SQLite and on PostgreSQL."""
    engine = Place(database_url).people_engine()
    people = PersonalData(engine)
    people.seal([PersonalText(f"m-{name.lower()}", "name", name) for name in ("Ana", "Bo", "Chidi")])
    yield people
    engine.dispose()


def test_a_query_can_compare_with_any_number_of_texts(people: PersonalData) -> None:
    subjects = ["m-ana", "m-chidi", "m-'); DROP TABLE words; --", *(f"m-{number}" for number in range(2_000))]

    found = NAMES.ask(people.engine, subjects=listed(subjects), most=10)

    assert [value for (value,) in found] == ["Ana", "Chidi"]
    assert list(NAMES.ask(people.engine, subjects=listed([]), most=10)) == []


def test_a_query_returns_no_more_rows_than_its_limit(people: PersonalData) -> None:
    subjects = listed(["m-ana", "m-bo", "m-chidi"])

    assert [value for (value,) in NAMES.ask(people.engine, subjects=subjects, most=2)] == ["Ana", "Bo"]


def test_an_error_is_raised_as_by_sqlalchemy_and_the_next_query_works(people: PersonalData) -> None:
    missing = PreparedQuery(sa.select(sa.column("value")).select_from(sa.table("nowhere")))

    with pytest.raises((exc.OperationalError, exc.ProgrammingError)) as error:
        missing.ask(people.engine)

    assert isinstance(error.value, exc.DBAPIError)
    assert len(NAMES.ask(people.engine, subjects=listed(["m-bo"]), most=1)) == 1
