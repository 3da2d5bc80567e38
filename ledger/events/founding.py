"""The first entry of every log."""

from ledger import subjects
from ledger.catalogue import Fact, Tags, recorded


@recorded("community-founded", version=1)
class CommunityFounded(Fact, frozen=True, kw_only=True):
    """A community begins its book. `origin` names the log in every entry: host/community/epoch."""

    name: str
    time_zone: str
    language: str
    origin: str

    @property
    def tags(self) -> Tags:
        return (subjects.AGREEMENTS,)
