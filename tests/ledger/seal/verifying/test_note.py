"""Signed notes have the format of other programs, and only one spelling."""

from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ledger.seal.verifying.note import (
    COSIGNATURE,
    ED25519,
    LARGEST_NOTE_BYTES,
    LONGEST_NAME,
    MOST_KEYS,
    MOST_SIGNATURES,
    BadNote,
    Note,
    Signature,
    VerifierKey,
    check_note,
    cosigned_text,
    from_base64,
    parse_key,
    parse_keys,
    parse_note,
    sign_note,
    to_base64,
)

# Go's own example of a signed note (golang.org/x/mod/sumdb/note).
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
BY_PETER = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
BY_ENOCH = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
EXAMPLE = f"{TEXT}\n{BY_PETER}".encode()

PRIVATE = Ed25519PrivateKey.from_private_bytes(b"7" * 32)
OUR_KEY = VerifierKey("elm.example/1", ED25519, PRIVATE.public_key().public_bytes_raw())
WITNESS = VerifierKey("library.example", COSIGNATURE, PRIVATE.public_key().public_bytes_raw())


def test_an_example_of_other_programs_is_good() -> None:
    note = parse_note(EXAMPLE)

    (signature,) = check_note(note, [parse_key(PETER)])

    assert (signature.key.name, signature.at_seconds, note.text) == ("PeterNeumann", None, TEXT)
    assert note.data == EXAMPLE and parse_key(PETER).text == PETER


def test_a_signature_by_an_unknown_key_is_ignored() -> None:
    note = parse_note(f"{TEXT}\n{BY_ENOCH}{BY_PETER}".encode())

    assert [signature.key.name for signature in check_note(note, [parse_key(PETER)])] == ["PeterNeumann"]
    with pytest.raises(BadNote, match="not signed with any of the known keys"):
        check_note(note, [OUR_KEY])


def test_a_bad_signature_by_a_known_key_invalidates_the_note() -> None:
    bad = Signature(OUR_KEY.name, OUR_KEY.id, b"\x00" * 64)
    signed = sign_note(TEXT, OUR_KEY.name, PRIVATE)

    with pytest.raises(BadNote, match="is wrong"):
        check_note(Note(TEXT, (*signed.signatures, bad)), [OUR_KEY])
    with pytest.raises(BadNote, match="length"):
        check_note(Note(TEXT, (bad._replace(payload=b"\x00" * 63),)), [OUR_KEY])


def test_a_changed_text_fails_verification() -> None:
    signed = sign_note(TEXT, OUR_KEY.name, PRIVATE)

    assert check_note(signed, [OUR_KEY])
    with pytest.raises(BadNote):
        check_note(signed._replace(text="Something else.\n"), [OUR_KEY])


def cosigned(at_seconds: int, signed_at_seconds: int) -> Note:
    payload = at_seconds.to_bytes(8) + PRIVATE.sign(cosigned_text(TEXT, signed_at_seconds))
    return Note(TEXT, (Signature(WITNESS.name, WITNESS.id, payload),))


def test_a_witness_signature_has_a_time() -> None:
    assert cosigned_text("a\n", 1679315147) == b"cosignature/v1\ntime 1679315147\na\n"
    assert [signature.at_seconds for signature in check_note(cosigned(1679315147, 1679315147), [WITNESS])] == [
        1679315147
    ]
    with pytest.raises(BadNote, match="is wrong"):
        check_note(cosigned(1679315147, 1679315148), [WITNESS])
    with pytest.raises(BadNote, match="impossible time"):
        check_note(cosigned(2**63, 2**63), [WITNESS])


def test_a_witness_key_cannot_sign_as_the_log_nor_the_other_way_round() -> None:
    as_log = Note(TEXT, (Signature(OUR_KEY.name, OUR_KEY.id, cosigned(1, 1).signatures[0].payload),))

    assert OUR_KEY.id != WITNESS._replace(name=OUR_KEY.name).id
    with pytest.raises(BadNote):
        check_note(as_log, [OUR_KEY])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        TEXT.encode(),
        EXAMPLE[:-1],
        EXAMPLE + b"\n",
        EXAMPLE + b"\n\n",
        EXAMPLE.replace(b"\n", b"\r\n"),
        EXAMPLE.replace(b"If", b"\x00f"),
        EXAMPLE.replace(b"If", b"\xff"),
        EXAMPLE.replace("— ".encode(), b"- "),
        EXAMPLE.replace("— ".encode(), "—  ".encode()),
        EXAMPLE.replace(b"PeterNeumann", b"Peter+Neumann"),
        EXAMPLE.replace(b"PeterNeumann", "Peter\N{NO-BREAK SPACE}Neumann".encode()),
        EXAMPLE.replace(b"nAM=", b"nAN="),
        EXAMPLE.replace(b"nAM=", b"nAM"),
        EXAMPLE.replace(b"nAM=", b"nAM= "),
        EXAMPLE.replace(b"x08go/", b"x08go_"),
        f"{TEXT}\n— PeterNeumann x08g\n".encode(),
        f"{TEXT}\n".encode() + BY_PETER.encode() * 65,
        b"x" * 200_000 + EXAMPLE,
    ],
)
def test_a_malformed_note_is_rejected(data: bytes) -> None:
    with pytest.raises(BadNote):
        parse_note(data)


def test_sixteen_signatures_are_accepted() -> None:
    assert len(parse_note(f"{TEXT}\n".encode() + BY_PETER.encode() * 16).signatures) == 16


@pytest.mark.parametrize(
    "line",
    [
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a3",
        PETER.replace("c74f20a3", "c74f20a4"),
        PETER.replace("c74f20a3", "C74F20A3"),
        PETER.replace("PeterNeumann", "EnochRoot"),
        PETER.replace("ARpc", "Arpc"),
        PETER + "=",
        f"a+{'0' * 8}+{to_base64(bytes([6]) + b'k' * 32)}",
        f"+{'0' * 8}+{to_base64(bytes([1]) + b'k' * 32)}",
    ],
)
def test_a_malformed_key_is_rejected(line: str) -> None:
    with pytest.raises(BadNote):
        parse_key(line)


def test_a_file_of_keys_has_each_key_once() -> None:
    lines = f"{PETER}\n{ENOCH}\n"

    assert [key.name for key in parse_keys(lines.encode())] == ["PeterNeumann", "EnochRoot"]
    for spoiled in ("", "\n", PETER, f"{lines}\n", f"{PETER}\n{PETER}\n", f"{PETER}\n" * 65, " " * 200_000):
        with pytest.raises(BadNote):
            parse_keys(spoiled.encode())


def describe_signatures(*signatures: Signature, text: str = TEXT) -> bytes:
    return Note(text, signatures).data


def test_the_largest_note_is_accepted_and_one_byte_more_is_not() -> None:
    signature = Signature("a", b"1234", b"5")
    largest = describe_signatures(
        signature, text="x" * (LARGEST_NOTE_BYTES - len(describe_signatures(signature, text="\n"))) + "\n"
    )

    assert len(largest) == LARGEST_NOTE_BYTES and parse_note(largest).data == largest
    with pytest.raises(BadNote, match="cannot have more"):
        parse_note(b"x" + largest)


def test_the_smallest_note_has_one_letter_and_a_five_byte_signature() -> None:
    smallest = describe_signatures(Signature("a", b"1234", b"5"), text="x\n")

    assert parse_note(smallest) == Note("x\n", (Signature("a", b"1234", b"5"),))
    for data, message in (
        (smallest.removeprefix(b"x"), "a text, an empty line"),
        (smallest.removeprefix(b"x\n"), "a text, an empty line"),
        (describe_signatures(Signature("a", b"1234", b"")), "more than four bytes"),
    ):
        with pytest.raises(BadNote, match=message):
            parse_note(data)


def test_the_last_empty_line_ends_the_text() -> None:
    note = Note("one\n\ntwo\n", sign_note("one\n", OUR_KEY.name, PRIVATE).signatures)

    assert parse_note(note.data) == note


def test_the_maximum_number_of_signatures_is_accepted_and_no_more() -> None:
    signatures = [Signature(f"w{number}", b"1234", b"5") for number in range(MOST_SIGNATURES + 1)]

    assert len(parse_note(describe_signatures(*signatures[:-1])).signatures) == MOST_SIGNATURES
    with pytest.raises(BadNote, match="cannot have more"):
        parse_note(describe_signatures(*signatures))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("Peter Neumann x08go/ZJ", "a long dash"),
        ("— PeterNeumann", "a long dash"),
        ("— Peter Neumann x08go/ZJ", "not base64"),
        ("—  x08go/ZJ", "a name"),
    ],
)
def test_a_signature_is_a_dash_a_name_and_base64(line: str, message: str) -> None:
    with pytest.raises(BadNote, match=message):
        parse_note(f"{TEXT}\n{line}\n".encode())


@pytest.mark.parametrize("name", ["a", "é" * LONGEST_NAME])
def test_names_have_a_minimum_and_maximum_length(name: str) -> None:
    key = OUR_KEY._replace(name=name)

    assert parse_key(key.text) == key
    with pytest.raises(BadNote, match="name"):
        parse_key(key._replace(name=f"{name}{'é' * LONGEST_NAME}").text)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (OUR_KEY._replace(name="").text, "a name"),
        (OUR_KEY._replace(public=b"k" * 33).text, "of an unknown kind"),
        (OUR_KEY._replace(public=b"k" * 31).text, "of an unknown kind"),
        (OUR_KEY._replace(kind=2).text, "of an unknown kind"),
        ("name", "as name"),
        ("name+c74f20a3", "as name"),
    ],
)
def test_a_key_has_a_known_kind_and_length(line: str, message: str) -> None:
    with pytest.raises(BadNote, match=message):
        parse_key(line)


def test_a_file_of_keys_has_its_limits() -> None:
    lines = [OUR_KEY._replace(name=f"log{number}").text for number in range(MOST_KEYS + 1)]

    assert len(parse_keys("".join(f"{line}\n" for line in lines[:-1]).encode())) == MOST_KEYS
    for data, message in (
        ("".join(f"{line}\n" for line in lines).encode(), "has 1 to"),
        (b"x" * LARGEST_NOTE_BYTES, "has 1 to"),
        (b"x" * (LARGEST_NOTE_BYTES + 1), "cannot be that large"),
    ):
        with pytest.raises(BadNote, match=message):
            parse_keys(data)


@given(st.text(), st.binary())
def test_base64_has_one_spelling(text: str, data: bytes) -> None:
    assert from_base64(to_base64(data)) == data
    with suppress(BadNote):
        assert to_base64(from_base64(text)) == text


@given(st.data())
def test_only_canonical_bytes_are_accepted(data: st.DataObject) -> None:
    mutated = mutate(EXAMPLE, data)
    with suppress(BadNote):
        assert parse_note(mutated).data == mutated


@given(st.data())
def test_every_change_to_a_signed_note_is_detected(data: st.DataObject) -> None:
    mutated = mutate(EXAMPLE, data)
    try:
        note = parse_note(mutated)
        check_note(note, [parse_key(PETER)])
    except BadNote:
        return
    assert note.text == TEXT


def mutate(original: bytes, data: st.DataObject) -> bytes:
    """Change, remove or insert a few bytes."""
    begin = data.draw(st.integers(0, len(original)))
    end = data.draw(st.integers(begin, min(len(original), begin + 4)))
    return original[:begin] + data.draw(st.binary(max_size=4)) + original[end:]
