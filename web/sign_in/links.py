"""One-time sign-in links that somebody hands over: by `hours sign-in-link`, on a slip of paper, or by the demo."""

from datetime import datetime, timedelta

from ledger.identifiers import MemberId
from ledger.log.people import People
from web.sign_in import codes
from web.sign_in.tables import prepare

VALID_FOR = timedelta(days=1)


def make_sign_in_link(
    people: People, member_id: MemberId, base_url: str, now: datetime, valid_for: timedelta = VALID_FOR
) -> str:
    """The address of a page that signs this member in, once, until it expires. Whether they may is asked again then."""
    prepare(people.engine)
    return link_url(base_url, codes.make_link(people.engine, member_id, now, valid_for))


def link_url(base_url: str, token: str) -> str:
    """The address behind a token."""
    return f"{base_url.rstrip('/')}/sign-in/links/{token}"
