"""The totals of a log, word for word: balances, journal, corrections, and what is wrong with which entry."""

import json
from collections.abc import Sequence
from hashlib import sha256

import msgspec
import rfc8785

from ledger.catalogue import Fact
from ledger.erasure.facts import PersonalDataErased
from ledger.exchanges.facts import ExchangeReported, ExchangeReversed, ExchangeSettled
from ledger.identifiers import CommandId, ExchangeId
from ledger.log.entry import Entry, encode
from ledger.seal.verifying.bundle_files import Tally, balances_table, guide, journal_closing, journal_opening
from ledger.seal.verifying.marks import Mark, Marks, marks_in
from ledger.seal.verifying.merkle import Edge, leaf_hash
from ledger.seal.verifying.note import ED25519, Checkpoint, VerifierKey
from ledger.seal.verifying.policy import Policy, witness_key
from ledger.seal.verifying.segment_reading import Fault, Segment, Task, read_segment
from ledger.seal.verifying.segments import LogTotals
from tests.cast import ANA, BO, CHIDI, TODAY, help_of
from tests.ledger.recorded.samples import entry_of
from tests.ledger.seal.verifying.test_entry_reading import AGAIN, RECORDED_GIFT, REPORT, REVERSE, SETTLE, WITHDRAW
from tests.ledger.seal.verifying.test_receipt import PRIVATE

ORIGIN = "localhost/elm-street/1"
SEALED = Checkpoint(ORIGIN, 6, leaf_hash(b"anything"))


def entry(number: int, fact: Fact, **changed: object) -> Entry:
    """An entry without sealed texts or acting for another, unless given; one on each day."""
    command = CommandId(f"command-{number:06}")
    plain = {"cmd": command, "on_behalf": None, "sealed": {}, "at": f"2026-03-{14 + number % 10}T10:30:00.000000Z"}
    return msgspec.structs.replace(entry_of(fact), **(plain | changed))


def read(lines: Sequence[bytes], *, first: int = 1, sizes: Sequence[int] = ()) -> Segment:
    return read_segment(Task([line + b"\n" for line in lines], first, ORIGIN, sizes, b"secret"))


def lived() -> list[Entry]:
    """Help that was taken back and logged again, and a gift that was a mistake."""
    entries = [
        entry(number, fact) for number, fact in enumerate((REPORT, SETTLE, REVERSE, AGAIN, RECORDED_GIFT, WITHDRAW), 1)
    ]
    entries[1] = msgspec.structs.replace(entries[1], on_behalf=BO)
    entries[2] = msgspec.structs.replace(entries[2], sealed={"reason": "0" * 64, "note": "1" * 64})
    return entries


def test_the_journal_shows_each_movement() -> None:
    segment = read([encode(one) for one in lived()], first=1_000)

    assert segment.journal.decode() == (
        "2026-03-16=2026-03-14 * (1001) exchange-settled\n"
        "    ; exchange: x-0001\n"
        "    ; actor: m-chidi\n"
        "    ; for: m-bo\n"
        "    m-ana  60 min\n"
        "    m-bo  -60 min\n"
        "\n"
        "2026-03-17=2026-03-14 * (1002) exchange-reversed\n"
        "    ; exchange: x-0001\n"
        "    ; actor: m-chidi\n"
        "    m-ana  -60 min\n"
        "    m-bo  60 min\n"
        "\n"
    )
    assert (segment.last_day, segment.faults) == ("2026-03-17", [])


def test_corrections_list_what_they_correct_and_who_asked() -> None:
    totals = LogTotals()
    totals.add(read([encode(one) for one in lived()]))

    assert totals.finish().decode() == (
        "entry,recorded_at,kind,concerns,original_entry,given_on,minutes,asked_by,approved_by,sealed\n"
        f"3,2026-03-17T10:30:00.000000Z,exchange-reversed,x-0001,2,2026-03-14,-60,m-bo,m-ana,"
        f"note:{'1' * 64} reason:{'0' * 64}\n"
        "4,2026-03-18T10:30:00.000000Z,exchange-reported,x-0001,3,2026-03-14,0,m-ana,,\n"
        "6,2026-03-20T10:30:00.000000Z,gift-withdrawn,f-1,5,2026-03-14,0,m-ana,,\n"
    )
    assert totals.faults == []


def test_a_correction_without_sealed_text_has_an_empty_column() -> None:
    entry_without = json.loads(encode(lived()[2]))
    del entry_without["sealed"]

    (correction,) = read([rfc8785.dumps(entry_without)]).corrections

    assert (correction.kind, correction.sealed) == ("exchange-reversed", "")


def test_a_mark_is_what_an_entry_does_to_its_subject() -> None:
    legs = '[{"category":"garden","giver":"m-ana","minutes":60,"receiver":"m-bo"}]'
    marks = {one.type: marks_in(json.loads(encode(one))) for one in lived()[3:]}

    assert marks == {
        "exchange-reported": (Mark(b"r", "x-0002", f'["2026-03-14",{legs}]'.encode()), Mark(b"c", "x-0001", b"")),
        "gift-recorded": (Mark(b"g", "f-1", b'["garden","2026-03-14","m-ana","m-bo"]'),),
        "gift-withdrawn": (Mark(b"w", "f-1", b'["garden","2026-03-14","m-ana","m-bo"]'),),
    }


def test_the_journal_opens_and_closes_around_the_movements() -> None:
    balances = {"m-bo": Tally(0, 60), "m-ana": Tally(60, 0)}

    assert journal_opening(SEALED, ["m-ana", "m-bo"]).decode() == (
        f"; The journal of {ORIGIN}, entries 1 to 6.\n"
        f"; Sealed by the root {SEALED.grouped_root}\n"
        "; Dates: recorded=happened. Numbers are minutes: given is above zero, received below.\n"
        "; Balances: hledger -f journal.ledger balance, or ledger -f journal.ledger balance\n"
        "\ncommodity min\ntag exchange\ntag actor\ntag for\naccount m-ana\naccount m-bo\n\n"
    )
    assert journal_closing(SEALED, "2026-03-17", balances).decode() == (
        "2026-03-17 * balances as of entry 6\n    m-ana  0 min = 60 min\n    m-bo  0 min = -60 min\n"
    )
    assert journal_closing(SEALED, "", {}) == b""
    assert balances_table(balances) == b"account,given,received,balance\nm-ana,60,0,60\nm-bo,0,60,-60\n"


def test_the_guide_names_the_root_and_each_key() -> None:
    own = VerifierKey(ORIGIN, ED25519, PRIVATE.public_key().public_bytes_raw())
    keys = [own, witness_key("library.example", PRIVATE)]

    text = guide(SEALED, keys, Policy((own,), (), (), "none")).decode()

    assert f"\n  {SEALED.grouped_root}\n" in text and "\n  nobody's\n" in text
    assert "\n\n" + "".join(f"  {key.text}\n" for key in keys) + "\n" in text


def test_balances_add_up_over_entries_and_segments() -> None:
    def settled(place: int, minutes: int) -> list[bytes]:
        exchange, legs = ExchangeId(f"x-{place}"), (help_of(minutes=minutes), help_of(BO, CHIDI, minutes=2 * minutes))
        report = ExchangeReported(exchange=exchange, legs=legs, given_on=TODAY, reported_by=ANA, awaiting=())
        settlement = ExchangeSettled(exchange=exchange, legs=legs, given_on=TODAY)
        return [encode(entry(place, fact, cmd=f"settle-{place:03}-{n}")) for n, fact in enumerate((report, settlement))]

    first, second = [*settled(1, 10), *settled(2, 15)], settled(3, 20)
    totals = LogTotals()
    totals.add(read(first))
    assert totals.balances == {"m-ana": (25, 0), "m-bo": (50, 25), "m-chidi": (0, 50)}
    totals.add(read(second, first=5))

    assert totals.balances == {"m-ana": (45, 0), "m-bo": (90, 45), "m-chidi": (0, 90)}
    assert (totals.size, totals.last_day, totals.finish().count(b"\n"), totals.faults) == (6, "2026-03-17", 1, [])


def test_a_day_without_movements_leaves_the_last_day_as_it_was() -> None:
    totals = LogTotals()
    assert totals.last_day == ""
    totals.add(read([encode(one) for one in lived()[:2]]))
    totals.add(read([encode(one) for one in lived()[3:4]], first=3))

    assert totals.last_day == "2026-03-16"
    assert read([encode(one) for one in lived()[:1]]).last_day == ""


def test_roots_are_known_at_the_requested_sizes_and_at_the_end() -> None:
    lines = [encode(one) for one in lived()]
    edge = Edge()
    roots: dict[int, bytes] = {}
    for number, line in enumerate(lines, start=1):
        edge.append(leaf_hash(line))
        roots[number] = edge.root
    totals = LogTotals()
    totals.add(read(lines[:4], sizes=[1, 3]))
    totals.add(read(lines[4:], first=5, sizes=[5]))

    assert totals.roots == {number: roots[number] for number in (1, 3, 4, 5, 6)}


def test_an_erasure_is_remembered_with_its_day() -> None:
    gone = PersonalDataErased(member=ANA, fields=("name", "words"), ground="asked", asked_by=ANA, confirmed_by=CHIDI)
    totals = LogTotals()
    totals.add(read([encode(entry(number, gone)) for number in (1, 2)]))
    totals.add(read([encode(entry(number, gone)) for number in (3,)], first=3))

    assert totals.erasures == [(1, "2026-03-15", 2), (2, "2026-03-16", 2), (3, "2026-03-17", 2)]


def test_faults_have_entry_numbers_and_unknown_kinds_are_marked() -> None:
    newer = encode(entry(2, SETTLE)).replace(b'"ver":1', b'"ver":2')
    segment = read_segment(
        Task([b"{}\n", newer + b"\n", encode(entry(3, REPORT))], 7, ORIGIN, (), b"secret")  # the last line is not ended
    )

    assert segment.faults == [
        Fault(7, "its envelope is incomplete", is_unknown=False),
        Fault(8, "it is “exchange-settled” version 2 in format 1, which is unknown here", is_unknown=True),
        Fault(9, "its line does not end where an entry ends", is_unknown=False),
    ]
    assert (segment.opens, segment.closes, segment.commands, segment.subjects) == ((), (), b"", b"")


def test_the_number_of_faults_is_limited() -> None:
    totals = LogTotals()
    for place in range(7):
        totals.add(read([b"{}"] * 32, first=1 + 32 * place))

    assert len(read([b"{}"] * 32).faults) == 20
    assert [fault.number for fault in totals.faults[-2:]] == [32 * 4 + 19, 32 * 4 + 20] and len(totals.faults) == 100


def test_command_digests_are_salted() -> None:
    def marked(secret: bytes) -> Marks:
        marks = Marks(secret)
        marks.command(7, "command-000001")
        marks.entry(8, [Mark(b"r", "x-0001", b"said")])
        return marks

    marks = marked(b"secret")
    assert marks.commands == sha256(b"secretcommand-000001").digest()[:8] + (7).to_bytes(4)
    assert marks.subjects == (
        sha256(b"secretx-0001").digest()[:8] + (8).to_bytes(4) + b"r" + sha256(b"secretsaid").digest()[:8]
    )
    assert marks.commands != marked(b"another").commands and marks.subjects != marked(b"another").subjects


def test_a_reversal_of_other_minutes_is_a_fault() -> None:
    less = ExchangeReversed(
        exchange=ExchangeId("x-0001"), legs=(help_of(minutes=59),), given_on=TODAY, asked_by=BO, approved_by=ANA
    )
    totals = LogTotals()
    totals.add(read([encode(entry(number, fact)) for number, fact in enumerate((REPORT, SETTLE, less), 1)]))
    totals.finish()

    assert totals.faults == [Fault(3, "it does not match entry 2", is_unknown=False)]


def test_a_correction_of_a_missing_entry_has_no_original() -> None:
    totals = LogTotals()
    totals.add(read([encode(entry(1, WITHDRAW))]))

    assert totals.finish().splitlines()[1].startswith(b"1,2026-03-15T10:30:00.000000Z,gift-withdrawn,f-1,0,")
    assert [fault.number for fault in totals.faults] == [1]
