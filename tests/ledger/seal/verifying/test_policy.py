"""A policy says which signatures are required, in the format of other programs."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.seal.verifying.note import BadNote, VerifiedSignature, VerifierKey
from ledger.seal.verifying.policy import MOST_LINES, Policy, parse_policy
from tests.ledger.seal.verifying.test_cosignature import LOG, key_of
from tests.ledger.seal.verifying.test_note import mutate

W = [key_of(number).text for number in range(1, 7)]
# The shape of the example in the specification: two of three here, and one of three there.
TWO_SIDES = f"""# whom\twe trust
log {LOG.text}

witness X1 {W[0]}
witness X2 {W[1]} https://x2.example/witness
\twitness  X3\t{W[2]}
group X-witnesses 2 X1 X2 X3

witness Y1 {W[3]}
witness Y2 {W[4]}
witness Y3 {W[5]}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def policy(text: str) -> Policy:
    return parse_policy(text.encode())


def signatures(*numbers: int) -> list[VerifiedSignature]:
    """The signatures of some of the six witnesses."""
    return [VerifiedSignature(key_of(number), 1) for number in numbers]


def test_nested_groups_need_enough_signatures_in_each_group() -> None:
    two_sides = policy(TWO_SIDES)

    assert two_sides.is_met_by(signatures(1, 3, 5)) and two_sides.is_met_by(signatures(1, 2, 3, 4, 5, 6))
    for too_few in ((1, 2, 3), (1, 4), (4, 5, 6), ()):
        assert not two_sides.is_met_by(signatures(*too_few))
    assert two_sides.in_words == "at least 2 of (at least 2 of X1, X2, X3), (at least 1 of Y1, Y2, Y3)"
    assert two_sides.missing(signatures(1, 3, 5)) == ["X2", "Y1", "Y3"]
    assert [listed.url for listed in two_sides.witnesses][:2] == ["", "https://x2.example/witness"]


def test_a_witness_that_signs_twice_counts_once() -> None:
    assert not policy(TWO_SIDES).is_met_by([*signatures(1, 4), VerifiedSignature(key_of(1), 2)])


def test_the_log_is_not_its_own_witness() -> None:
    alone = policy(f"log {LOG.text}\nwitness a {W[0]}\nquorum a\n")

    assert (
        not alone.is_met_by([VerifiedSignature(LOG, None)]) and alone.is_met_by(signatures(1)) and alone.in_words == "a"
    )


def test_a_policy_can_require_no_signature() -> None:
    none_needed = policy("quorum none\n")

    assert none_needed.is_met_by([]) and none_needed.in_words == "nobody's" and none_needed.logs == ()


def test_a_policy_is_parsed_as_it_was_written() -> None:
    for text in (TWO_SIDES, "quorum none\n"):
        ours = policy(text).text
        assert policy(ours) == policy(text) and policy(ours).text == ours
    bare = policy(TWO_SIDES).without_addresses
    assert "http" not in bare.text and bare.keys == policy(TWO_SIDES).keys


def many(kind: str, count: int) -> str:
    """A policy with this many witnesses, or groups."""
    lines = [f"witness w{number} {key_of(number).text}\n" for number in range(1, count + 1)]
    if kind == "group":
        lines += [f"group g{number} any w{number}\n" for number in range(1, count + 1)]
    return "".join(lines) + "quorum w1\n"


def test_the_required_number_of_lines_fits_and_there_is_a_limit() -> None:
    assert len(policy(many("group", 32)).groups) == 32
    with pytest.raises(BadNote, match="at most"):
        policy(many("witness", MOST_LINES + 1))
    with pytest.raises(BadNote, match="that large"):
        parse_policy(b"#" * 200_000)


def test_the_maximum_number_of_lines_is_accepted() -> None:
    assert len(policy(many("witness", MOST_LINES)).witnesses) == MOST_LINES


def test_a_log_line_can_have_an_address() -> None:
    assert policy(f"log {LOG.text} https://elm.example\nquorum none\n").logs == (LOG,)


def test_errors_name_their_line() -> None:
    with pytest.raises(BadNote, match=r"^line 1: "):
        policy("what\nquorum none\n")
    with pytest.raises(BadNote, match=r"^line 3: "):
        policy(f"# whose word\nlog {LOG.text}\nquorum nobody\n")


A = f"witness a {W[0]}\n"
BAD = {
    "empty": "",
    "no quorum": A,
    "two quorums": f"{A}quorum a\nquorum a\n",
    "no line break at the end": f"{A}quorum a",
    "undefined quorum": f"{A}quorum b\n",
    "defined later": f"quorum a\n{A}",
    "unknown word": f"{A}quorum a\nallow b\n",
    "quorum of two": f"{A}quorum a a\n",
    "witness without a key": "witness a\nquorum a\n",
    "witness with too much": f"witness a {W[0]} http://x y\nquorum a\n",
    "a log's key for a witness": f"witness a {LOG.text}\nquorum a\n",
    "a witness's key for a log": f"log {W[0]}\nquorum none\n",
    "key that does not fit its id": f"witness a {W[0].replace('+', '+0', 1)}\nquorum a\n",
    "one key twice": f"{A}witness b {W[0]}\nquorum a\n",
    "one key under two names": f"{A}witness b {VerifierKey('other.example', 4, key_of(1).public).text}\nquorum a\n",
    "one log twice": f"log {LOG.text}\nlog {LOG.text}\nquorum none\n",
    "one name twice": f"{A}witness a {W[1]}\nquorum a\n",
    "a group called as a witness": f"{A}group a any a\nquorum a\n",
    "a witness called none": f"witness none {W[0]}\nquorum none\n",
    "a group of nobody": f"{A}group g any\nquorum g\n",
    "none in a group": f"{A}group g any none\nquorum g\n",
    "a group in itself": f"{A}group g any g\nquorum g\n",
    "a member of two groups": f"{A}group g any a\ngroup h any a\nquorum g\n",
    "a member twice": f"{A}group g 2 a a\nquorum g\n",
    "none needed": f"{A}group g 0 a\nquorum g\n",
    "more needed than there are": f"{A}group g 2 a\nquorum g\n",
    "a number written otherwise": f"{A}group g 01 a\nquorum g\n",
    "a carriage return": f"{A}quorum a\r\n",
    "a carriage return in a comment": f"{A}# hello\r\nquorum a\n",
    "another control character in a comment": f"{A}# hello\x7f\nquorum a\n",
    "a blank that is none": f"{A}quorum\N{NO-BREAK SPACE}a\n",
    "a key that is no text": f"witness a {W[0]}\nquorum a\n".replace("w1.", "\N{NO-BREAK SPACE}."),
}


@pytest.mark.parametrize("why", BAD)
def test_a_malformed_policy_is_rejected(why: str) -> None:
    with pytest.raises(BadNote):
        policy(BAD[why])


def test_names_are_arbitrary_bytes() -> None:
    """A Kelvin sign is not a K, and bytes that are not text can still be a name."""
    kelvin = f"witness K {W[0]}\nwitness \N{KELVIN SIGN} {W[1]}\ngroup g all K \N{KELVIN SIGN}\nquorum g\n"
    assert policy(kelvin).groups[0].needed == 2
    strange = f"witness \xff {W[0]}\nquorum \xff\n".encode("latin-1")
    assert parse_policy(strange).is_met_by(signatures(1))
    with pytest.raises(BadNote, match="UTF-8"):
        parse_policy(f"witness a \xff{W[0]}\nquorum a\n".encode("latin-1"))


@given(st.data())
def test_arbitrary_bytes_never_crash_it(data: st.DataObject) -> None:
    mutated = mutate(TWO_SIDES.encode(), data)
    with suppress(BadNote):
        read = parse_policy(mutated)
        assert parse_policy(read.text.encode("utf-8", "surrogateescape")) == read
