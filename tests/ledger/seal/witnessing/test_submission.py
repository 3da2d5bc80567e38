"""What a log sends to a witness has only one spelling, and a limit."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.seal.verifying.merkle import leaf_hash
from ledger.seal.verifying.note import BadNote
from ledger.seal.witnessing.witness import LARGEST_SUBMISSION_BYTES, Submission, origin_hash, parse_submission
from tests.ledger.seal.verifying.test_cosignature import NOTE
from tests.ledger.seal.verifying.test_note import mutate

FIRST = Submission(0, (), NOTE.data)
NEXT = Submission(20_852_014, (leaf_hash(b"a"), leaf_hash(b"b")), NOTE.data)
LONGEST = Submission(1, (leaf_hash(b""),) * 63, NOTE.data)


def test_a_submission_is_parsed_as_it_was_written() -> None:
    for submission in (FIRST, NEXT, LONGEST):
        assert parse_submission(submission.data) == submission
    assert FIRST.data == b"old 0\n\n" + NOTE.data
    assert NEXT.data.startswith(b"old 20852014\n") and NEXT.data.count(b"\n", 0, NEXT.data.index(b"\n\n")) == 2


@pytest.mark.parametrize(
    "data",
    [
        b"",
        NOTE.data,
        FIRST.data.replace(b"old 0", b"old 00"),
        FIRST.data.replace(b"old 0", b"old -1"),
        FIRST.data.replace(b"old 0", b"old  0"),
        FIRST.data.replace(b"old 0", b"old "),
        FIRST.data.replace(b"old 0", b"Old 0"),
        FIRST.data.replace(b"old 0", b"old 0 "),
        FIRST.data.replace(b"old 0", b"old 0\nAAAA"),
        FIRST.data.replace(b"old 0", "old ٠".encode()),
        FIRST.data.replace(b"\n", b"\r\n"),
        Submission(1, (leaf_hash(b""),) * 64, NOTE.data).data,
        FIRST.data + b"x" * LARGEST_SUBMISSION_BYTES,
    ],
    ids=range(13),
)
def test_a_malformed_submission_is_rejected(data: bytes) -> None:
    with pytest.raises(BadNote):
        parse_submission(data)


@given(st.data())
def test_only_canonical_bytes_are_accepted(data: st.DataObject) -> None:
    mutated = mutate(NEXT.data, data)
    with suppress(BadNote):
        assert parse_submission(mutated).data == mutated


@given(st.binary(max_size=200))
def test_arbitrary_bytes_never_crash_it(data: bytes) -> None:
    with suppress(BadNote):
        parse_submission(data)


def test_a_log_is_named_by_the_hash_of_its_origin() -> None:
    assert origin_hash("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
