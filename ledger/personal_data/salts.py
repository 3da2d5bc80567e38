"""The salts of someone's own words. With its salt, a text can be proved to be the one that an entry is about."""

from collections.abc import Iterable

import sqlalchemy as sa

from ledger.log.places import among, listed
from ledger.personal_data.store import PERSONAL_TEXTS, PersonalData


def own_salts(people: PersonalData, subject: str, commitments: Iterable[str]) -> dict[str, str]:
    """Return the salts, in hexadecimal, of those texts under these commitments that are the subject's own.

    Nobody gets the salt of someone else's words.
    """
    query = sa.select(PERSONAL_TEXTS.c.commitment, PERSONAL_TEXTS.c.salt).where(
        PERSONAL_TEXTS.c.subject == subject, among(PERSONAL_TEXTS.c.commitment, "commitments")
    )
    with people.engine.connect() as connection:
        rows = connection.execute(query, {"commitments": listed(sorted(set(commitments)))})
        return {commitment: salt.hex() for commitment, salt in rows}
