"""The seal: checking a whole log beside programs that only add it up, sealing an entry, and receipts at any size."""

import random
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from ledger.seal.signing.bundle_writer import write_bundle
from ledger.seal.signing.published import Published
from ledger.seal.signing.signer import Signer
from ledger.time_bank import TimeBank
from tests.bench import community
from tests.bench.measuring import Line, Ran, in_turn, milliseconds, process, seconds

CHECKING = (
    "import sys; from pathlib import Path; from ledger.seal.verify import verify; "
    "sys.exit(verify('bundle', Path(sys.argv[1]), workers=int(sys.argv[2])).code)"
)
MOST_MEGABYTES = 100
MOST_MICROSECONDS = 60
PEERS = ("ledger", "hledger")


def verifying(folder: Path, *, quick: bool) -> Iterator[Line]:
    """A bundle checked from end to end, by one process and by two, beside `ledger bal` and `hledger bal` on its journal."""
    about, rounds = (20_000, 2) if quick else (200_000, 5)
    bundle = folder / "verified" / "bundle"
    with community.opened(community.sized(folder, about)) as bank:
        entries = write_bundle(Signer(folder / "verified" / "seal", bank.log), bank.log, bundle).checkpoint.size
    commands = {
        words: [sys.executable, "-c", CHECKING, str(bundle), str(number)]
        for number, words in ((1, "one process"), (2, "two processes"))
    }
    for peer in filter(shutil.which, PEERS):
        commands[peer] = [peer, "-f", str(bundle / "journal.ledger"), "bal", "--flat"]
    ran: dict[str, list[Ran]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            taken = process(command)
            if number:
                ran[name].append(taken)
    for words, least in (("one process", 200_000), ("two processes", 350_000)):
        rate = entries / median(each.seconds for each in ran[words])
        worked = median(each.worked for each in ran[words]) / entries * 1e6
        yield Line(
            f"full verification of {entries:,} entries, root and all, {words}",
            f"{rate:,.0f} entries/s",
            f"{worked:.1f} µs of processor for each",
            None,
            f"at least {least:,}/s",
            rate >= least,
        )
    for words in ("one process", "two processes"):
        for peer in PEERS:
            yield _beside_a_peer(f"full verification, {words}, beside `{peer} bal`", ran[words], ran.get(peer))


def _beside_a_peer(what: str, ours: list[Ran], theirs: list[Ran] | None) -> Line:
    """How many times as fast as the peer, turn by turn. The peer only parses postings. It reads no entries, hashes or seals."""
    if theirs is None:
        return Line(what, "", "not installed", None, "", None)
    mine, other = (median(each.seconds for each in runs) for runs in (ours, theirs))
    ratio = median(their.seconds / our.seconds for our, their in zip(ours, theirs, strict=True))
    return Line(what, f"{mine:.2f} s", f"{other:.2f} s", ratio, "", None)


def sealing(folder: Path, *, quick: bool) -> Iterator[Line]:
    """Entries sealed for the first time, each read twice and hashed twice, beside reading them once and doing nothing."""
    about, rounds = (20_000, 2) if quick else (200_000, 5)
    with community.opened(community.sized(folder, about)) as bank:
        places = iter(range(rounds + 1))

        def first_seal() -> float:
            place = folder / f"sealed-{next(places)}"
            return seconds(lambda: Signer(place, bank.log).seal())

        pair = in_turn(first_seal, lambda: seconds(lambda: sum(1 for _ in bank.log.scan())), rounds=rounds)
        entries = sum(1 for _ in bank.log.scan())
    each, floor = (took / entries * 1e6 for took in pair)
    yield Line(
        f"sealing one of {entries:,} entries, beside reading it once",
        f"{each:.1f} µs",
        f"{floor:.1f} µs",
        pair.ratio,
        f"at most {MOST_MICROSECONDS} µs",
        each <= MOST_MICROSECONDS,
    )


def receipts(folder: Path, *, quick: bool) -> Iterator[Line]:
    """A receipt in a long log beside one in a short log: from a page, and from `hours receipt`."""
    small, large = (1_000, 20_000) if quick else (1_000, 1_000_000)
    times, rounds = (30, 5) if quick else (100, 11)
    with (
        community.opened(community.sized(folder, large)) as many,
        community.opened(community.sized(folder, small)) as few,
    ):
        (long_page, long_sealed), (short_page, short_sealed) = (
            _giving(bank, folder / "receipts" / f"{size}", times) for bank, size in ((many, large), (few, small))
        )
        for what, ours, other in (
            ("a receipt on a page", long_page, short_page),
            ("a receipt by `hours receipt`", long_sealed, short_sealed),
        ):
            pair = in_turn(ours, other, rounds=rounds)
            yield Line(
                f"{what}, at {large:,} entries, beside {small:,}",
                milliseconds(pair.ours),
                milliseconds(pair.other),
                pair.ratio,
                "at most 2",
                pair.ratio <= 2,
            )


def _giving(bank: TimeBank, place: Path, times: int) -> tuple[Callable[[], float], Callable[[], float]]:
    """Make receipts of entries all over the log: as readers of what is published, and as the signer."""
    signer = Signer(place, bank.log)
    size = signer.seal().checkpoint.size
    published, chance = Published(signer.folder), random.Random(1)
    return (
        lambda: seconds(lambda: published.receipt(chance.randint(1, size), bank.log), times),
        lambda: seconds(lambda: signer.receipt(chance.randint(1, size)), times),
    )


def memory(folder: Path, *, quick: bool) -> Iterator[Line]:
    """The most memory that the largest process holds while a log is bundled, and while it is checked, on all cores."""
    about = 20_000 if quick else 1_000_000
    url, place = community.sized(folder, about), folder / "remembered"
    place.mkdir()
    bundle = str(place / "bundle")
    hours = [sys.executable, "-m", "web.commands.main", "--database", url]
    for what, command in (
        ("bundling", [*hours, "bundle", bundle, "--seal", str(place / "seal")]),
        ("verifying", [sys.executable, "-m", "ledger.seal.verify", "bundle", bundle]),
    ):
        held = process(command).megabytes
        yield Line(
            f"memory of {what} {about:,} entries, the largest process",
            f"{held:.0f} MB",
            "",
            None,
            f"at most {MOST_MEGABYTES} MB",
            held <= MOST_MEGABYTES,
        )
