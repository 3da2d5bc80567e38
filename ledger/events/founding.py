"""The first entry of every log."""

from ledger.events.fact import Fact


class CommunityFounded(Fact, frozen=True, kw_only=True):
    """A community begins its book. `origin` names the log in every entry: host/community/epoch."""

    name: str
    time_zone: str
    language: str
    origin: str
