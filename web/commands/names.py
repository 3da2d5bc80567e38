"""What members are called, for printing; proven against the log's commitments."""

from collections.abc import Iterable

from ledger.application.time_bank import TimeBank
from ledger.identifiers import AccountId, MemberId, is_member
from projections.views import Views


def names_of(bank: TimeBank, views: Views, accounts: Iterable[AccountId]) -> dict[AccountId, str]:
    """Account -> name; whoever's words were forgotten is a former member."""
    wanted = list(accounts)
    rows = views.members.many([MemberId(account) for account in wanted if is_member(account)])
    words = bank.people.words(row.name for row in rows.values())
    return {
        account: words.get(rows[MemberId(account)].name, "a former member")
        if MemberId(account) in rows
        else "a former member"
        for account in wanted
    }
