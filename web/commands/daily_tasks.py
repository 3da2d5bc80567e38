"""What a host has done once a day. Each task returns its result as a sentence, or raises."""

from web.commands.opening import Location
from web.commands.printing import count


def check_by_replay(location: Location) -> str:
    """Add up every account from the log alone, and compare the result with the read models."""
    from web.commands.accounts import replay_result, run_replay_check

    return replay_result(location, run_replay_check(location))


def seal(location: Location) -> str:
    """Seal what has been recorded since yesterday, if the host has ever made a seal."""
    from web.commands.sealing import make_daily_seal

    return make_daily_seal(location)


def sweep_texts(location: Location) -> str:
    """Delete names and notes that a killed command left without an entry."""
    from ledger.erasure.commands import sweep

    with location.bank() as bank:
        return f"{count(sweep(bank.log, bank.people), 'name or note', 'names or notes')} deleted that belonged to no entry."
