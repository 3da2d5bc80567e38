"""Records a sample of each kind of entry that has none yet: `python -m tests.ledger.recorded.record`.

Samples are for ever: they are what logs out there hold. A fact whose shape changes gets a new version and one more
sample; the old ones stay as they are, and so this program never writes over one.
"""

from pathlib import Path

from ledger.catalogue import Fact
from ledger.identifiers import CommandId
from ledger.log.entry import FORMAT, Entry, encode
from tests.ledger.facts import BO, CHIDI, one_of_each

FOLDER = Path(__file__).parent


def entry_of(fact: Fact) -> Entry:
    """The entry of a sample: Chidi typed it for Bo, and a note is sealed."""
    name, version = fact.stored
    return Entry(
        v=FORMAT,
        log="localhost/elm-street/1",
        type=name,
        ver=version,
        at="2026-03-14T10:30:00.000000Z",
        actor=CHIDI,
        on_behalf=BO,
        via="web",
        cmd=CommandId("command-000001"),
        wish="0123456789abcdef0123456789abcdef",
        nonce="00112233445566778899aabbccddeeff",
        data=fact,
        sealed={"note": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
    )


def sample(name: str, version: int) -> Path:
    """Return the path of the sample for one version of a kind of fact."""
    return FOLDER / f"{name}.v{version}.json"


def main() -> None:
    """Write the missing samples."""
    for fact in one_of_each():
        path = sample(*fact.stored)
        if not path.exists():
            path.write_bytes(encode(entry_of(fact)))


if __name__ == "__main__":
    main()
