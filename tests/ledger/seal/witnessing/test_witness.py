"""A witness signs what extends the last checkpoint, stores it before it answers, and refuses anything else with a status code."""

import shutil
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.seal.signing.folder import SealRefused
from ledger.seal.verifying.merkle import EMPTY_ROOT, Edge, consistency, leaf_hash, node_hash
from ledger.seal.verifying.note import (
    ED25519,
    BadNote,
    Checkpoint,
    Note,
    Signature,
    VerifierKey,
    check_checkpoint,
    check_note,
    parse_key,
    sign_note,
)
from ledger.seal.verifying.policy import witness_key
from ledger.seal.witnessing.witness import LOGS, REFUSED, SEEN, NotCosigned, Submission, Witness, origin_hash

ORIGIN = "elm.example/1"
PRIVATE = Ed25519PrivateKey.from_private_bytes(b"7" * 32)
KEY = VerifierKey(ORIGIN, ED25519, PRIVATE.public_key().public_bytes_raw())
AT = 1_774_692_000
LEAVES = [leaf_hash(bytes([number])) for number in range(40)]
OTHERS = [*LEAVES[:12], *(leaf_hash(b"other" + bytes([number])) for number in range(28))]


def nodes_of(leaves: list[bytes]) -> Callable[[int, int], bytes]:
    """Hashes of perfect subtrees, computed each time."""

    def node(level: int, index: int) -> bytes:
        if level == 0:
            return leaves[index]
        return node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))

    return node


def checkpoint(size: int, leaves: list[bytes] = LEAVES) -> Note:
    """The log's checkpoint over its first entries."""
    edge = Edge()
    for leaf in leaves[:size]:
        edge.append(leaf)
    return sign_note(Checkpoint(ORIGIN, size, edge.root).text, ORIGIN, PRIVATE)


def submission(old: int, size: int, leaves: list[bytes] = LEAVES) -> bytes:
    """The submission that an honest log with these leaves sends."""
    proof = consistency(old, size, nodes_of(leaves)) if 0 < old < size else ()
    return Submission(old, tuple(proof), checkpoint(size, leaves).data).data


@pytest.fixture
def library(tmp_path: Path) -> Witness:
    """The library's witness, which follows Elm Street."""
    witness = Witness(tmp_path / "library", "library.example")
    witness.follow(KEY)
    return witness


def refusal(witness: Witness, data: bytes) -> tuple[int, int | None]:
    """The status code of the refusal, and the size that the witness returns."""
    before = witness.last_signed(ORIGIN)
    with pytest.raises(NotCosigned) as refused:
        witness.add_checkpoint(data, AT)
    assert witness.last_signed(ORIGIN) == before, "what is refused is not remembered as seen"
    return refused.value.status, refused.value.last_size


def test_an_extending_checkpoint_is_signed_with_the_time_and_stored(library: Witness) -> None:
    for old, size in ((0, 5), (5, 5), (5, 12), (12, 13), (13, 40)):
        line = library.add_checkpoint(submission(old, size), AT + size)
        signed = check_checkpoint(checkpoint(size).data + line, [KEY, library.key])

        assert signed.verified[-1] == (library.key, AT + size)
        last = library.last_signed(ORIGIN)
        assert last is not None and last.checkpoint == signed.checkpoint
        assert check_checkpoint(last.note.data, [KEY, library.key]).verified == signed.verified, (
            "shown with both signatures"
        )


def test_each_refusal_has_its_status_code(library: Witness) -> None:
    library.add_checkpoint(submission(0, 12), AT)
    bad = Signature(ORIGIN, KEY.id, b"x" * 64)
    good = checkpoint(13)
    by_a_stranger = sign_note(good.text, "oak.example/1", PRIVATE)
    of_another_log = sign_note(Checkpoint("oak.example/1", 1, LEAVES[0]).text, "oak.example/1", PRIVATE)

    assert refusal(library, b"hello") == (400, None)
    assert refusal(library, Submission(0, (), b"no note").data) == (400, None)
    assert refusal(library, Submission(13, (), checkpoint(12).data).data) == (400, None)
    assert refusal(library, Submission(0, (), of_another_log.data).data) == (404, None)
    assert refusal(library, Submission(12, (), by_a_stranger.data).data) == (403, None)
    assert refusal(library, Submission(12, (), Note(good.text, (bad,)).data).data) == (403, None)
    assert refusal(library, Submission(12, (), Note(good.text, (*good.signatures, bad)).data).data) == (403, None)
    assert refusal(library, submission(0, 13)) == (409, 12)
    assert refusal(library, submission(5, 13)) == (409, 12)
    assert refusal(library, Submission(12, (), good.data).data) == (422, None)
    assert refusal(library, Submission(12, (leaf_hash(b""),), good.data).data) == (422, None)
    assert refusal(library, Submission(12, (leaf_hash(b""),), checkpoint(12).data).data) == (422, None)


def test_a_second_history_is_refused_and_kept_as_proof(library: Witness) -> None:
    library.add_checkpoint(submission(0, 20), AT)

    assert refusal(library, submission(20, 20, OTHERS)) == (422, None)
    assert refusal(library, submission(20, 25, OTHERS)) == (422, None)

    kept = check_checkpoint((library.folder / REFUSED / origin_hash(ORIGIN)).read_bytes(), [KEY])
    assert kept.checkpoint == check_checkpoint(checkpoint(25, OTHERS).data, [KEY]).checkpoint
    assert library.add_checkpoint(submission(20, 25), AT), "the history that was seen goes on"


def test_a_restored_log_gets_the_size_that_was_signed_last(library: Witness) -> None:
    library.add_checkpoint(submission(0, 20), AT)

    assert refusal(library, submission(0, 12)) == (409, 20)
    assert refusal(library, Submission(20, (), checkpoint(12).data).data) == (400, None)


def test_an_empty_log_can_be_signed_and_has_one_root(library: Witness) -> None:
    wrong = sign_note(Checkpoint(ORIGIN, 0, LEAVES[0]).text, ORIGIN, PRIVATE)
    right = sign_note(Checkpoint(ORIGIN, 0, EMPTY_ROOT).text, ORIGIN, PRIVATE)

    assert refusal(library, Submission(0, (), wrong.data).data) == (422, None)
    library.add_checkpoint(Submission(0, (), right.data).data, AT)
    assert refusal(library, Submission(0, (), wrong.data).data) == (422, None)
    assert refusal(library, Submission(0, (leaf_hash(b""),), checkpoint(3).data).data) == (422, None)
    library.add_checkpoint(submission(0, 3), AT)
    assert refusal(library, submission(0, 3)) == (409, 3)


# A log and a proof of another program's tests (transparency-dev/witness); its old tree has five leaves.
MONKEYS = "monkeys+db4d9f7e+AULaJMvTtDLHPUcUrjdDad9vDlh/PTfC2VV60JUtCfWT"
FIVE = (
    "monkeys\n5\n41smjBUiAU70EtKlT6lIOIYtRTYxYXsDB+XHfcvu/BE=\n\n"
    "— monkeys 202fftzGl3LVoqjXfwCFZZXs8I+5G22+Ek2K0AOyBuSJ/8/CZawNF+6fNlTKOCd622pbzJNkkJFWuw9DbicZCkEx9AY=\n"
).encode()
EIGHT = (
    "monkeys\n8\nV8K9aklZ4EPB+RMOk1/8VsJUdFZR77GDtZUQq84vSbo=\n\n"
    "— monkeys 202ffoUEboiQYpHzICeaFmoy3RNviHTpAxYrq/eO4QQVQMvu9UebKBMX2MJC76NLthZaKsnKbCA8GxrjePZhvDCH7Ag=\n"
).encode()
FROM_FIVE_TO_EIGHT = (
    "b9e1d62618f7fee8034e4c5010f727ab24d8e4705cb296c374bf2025a87a10d2",
    "aac66cd7a79ce4012d80762fe8eec3a77f22d1ca4145c3f4cee022e7efcd599d",
    "89d0f753f66a290c483b39cd5e9eafb12021293395fad3d4a2ad053cfbcfdc9e",
    "29e40bb79c966f4c6fe96aff6f30acfce5f3e8d84c02215175d6e018a5dee833",
)


def test_logs_of_other_programs_can_be_witnessed(library: Witness) -> None:
    library.follow(parse_key(MONKEYS))
    proof = tuple(map(bytes.fromhex, FROM_FIVE_TO_EIGHT))

    library.add_checkpoint(Submission(0, (), FIVE).data, AT)
    with pytest.raises(NotCosigned):
        library.add_checkpoint(Submission(5, proof[:-1], EIGHT).data, AT)
    line = library.add_checkpoint(Submission(5, proof, EIGHT).data, AT)

    assert len(check_checkpoint(EIGHT + line, [parse_key(MONKEYS), library.key]).verified) == 2


def test_simultaneous_requests_never_go_back_to_a_smaller_size(tmp_path: Path) -> None:
    """The race that the specification warns of: both are checked against the same size, and the smaller is stored last."""
    first = Witness(tmp_path / "library", "library.example")
    first.follow(KEY)
    first.add_checkpoint(submission(0, 5), AT)
    eyes = [Witness(tmp_path / "library") for _ in range(4)]  # as several processes would open it
    old = 5
    for round_number in range(8):
        sizes = [old + 4, old + 1, old + 3, old + 2]
        asked = zip(eyes, sizes, strict=True)
        answers = at_once([partial(eye.add_checkpoint, submission(old, size), AT) for eye, size in asked])

        won = [size for size, answer in zip(sizes, answers, strict=True) if isinstance(answer, bytes)]
        lost = [answer for answer in answers if isinstance(answer, NotCosigned)]
        assert len(won) == 1 and [(each.status, each.last_size) for each in lost] == [(409, won[0])] * 3, round_number
        last = first.last_signed(ORIGIN)
        assert last is not None and last.checkpoint.size == won[0]
        old = won[0]
        if old > 34:
            break


def at_once(calls: list[Callable[[], bytes]]) -> list[bytes | NotCosigned | None]:
    """The results of these calls when all start together."""
    answers: list[bytes | NotCosigned | None] = [None] * len(calls)
    barrier = threading.Barrier(len(calls))

    def run(place: int) -> None:
        barrier.wait()
        try:
            answers[place] = calls[place]()
        except NotCosigned as refused:
            answers[place] = refused

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_nothing_is_returned_before_it_is_stored(library: Witness, monkeypatch: pytest.MonkeyPatch) -> None:
    library.add_checkpoint(submission(0, 5), AT)
    monkeypatch.setattr("ledger.seal.signing.folder.os.fsync", _full_disk)
    with pytest.raises(OSError, match="full"):
        library.add_checkpoint(submission(5, 12), AT)
    monkeypatch.undo()

    last = library.last_signed(ORIGIN)
    assert last is not None and last.checkpoint.size == 5, "nothing was sent, and nothing is stored"
    assert library.add_checkpoint(submission(5, 12), AT)


def _full_disk(_handle: int) -> None:
    raise OSError(28, "the disk is full")


def test_a_witness_with_damaged_files_signs_nothing(library: Witness) -> None:
    library.add_checkpoint(submission(0, 5), AT)
    path = library.folder / SEEN / origin_hash(ORIGIN)
    good = path.read_bytes()
    for spoiled in (b"", good[:-3], good.replace(b"\n5\n", b"\n4\n"), checkpoint(5).data):
        path.write_bytes(spoiled)
        with pytest.raises(SealRefused, match="cannot be read"):
            library.add_checkpoint(submission(5, 12), AT)
    path.write_bytes(good)
    shutil.copy(path, library.folder / SEEN / origin_hash("oak.example/1"))
    with pytest.raises(SealRefused, match=r"it belongs to elm\.example"):
        library.last_signed("oak.example/1")


def test_a_witness_keeps_its_name_and_key_and_the_logs_it_follows(library: Witness) -> None:
    again = Witness(library.folder)

    assert (again.is_new, again.key, again.logs) == (False, library.key, [KEY])
    again.follow(KEY)
    assert again.logs == [KEY], "once is enough"
    with pytest.raises(SealRefused, match="is called library"):
        Witness(library.folder, "somebody.example")
    (library.folder / "key.pem").unlink()
    with pytest.raises(SealRefused, match=r"key\.pem cannot be read"):
        Witness(library.folder)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "x" * 256])
def test_a_new_witness_needs_a_valid_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(SealRefused, match="needs a name"):
        Witness(tmp_path / "new", name)
    assert not (tmp_path / "new").exists()


def test_a_witness_follows_logs_only(library: Witness) -> None:
    with pytest.raises(SealRefused, match="not the key of a log"):
        library.follow(witness_key("oak.example", PRIVATE))
    (library.folder / LOGS).write_bytes(b"spoiled")
    with pytest.raises(SealRefused, match="cannot be read"):
        library.add_checkpoint(submission(0, 5), AT)


def test_a_log_can_have_two_keys(library: Witness) -> None:
    newer = Ed25519PrivateKey.from_private_bytes(b"8" * 32)
    library.add_checkpoint(submission(0, 5), AT)
    by_the_newer = sign_note(checkpoint(12).text, ORIGIN, newer)
    proof = consistency(5, 12, nodes_of(LEAVES))
    assert refusal(library, Submission(5, tuple(proof), by_the_newer.data).data) == (403, None)

    library.follow(VerifierKey(ORIGIN, ED25519, newer.public_key().public_bytes_raw()))

    assert library.add_checkpoint(Submission(5, tuple(proof), by_the_newer.data).data, AT)


def test_the_last_checkpoint_is_shown_by_the_hash_of_the_origin(library: Witness) -> None:
    assert library.shown(origin_hash(ORIGIN)) is None
    library.add_checkpoint(submission(0, 5), AT)

    shown = library.shown(origin_hash(ORIGIN))
    assert shown is not None and len(check_note(check_checkpoint(shown, [KEY]).note, [KEY, library.key])) == 2
    for name in ("../key.pem", "", "x" * 64, origin_hash("oak"), origin_hash(ORIGIN).upper()):
        assert library.shown(name) is None


def test_a_checkpoint_with_extra_lines_is_rejected(library: Witness) -> None:
    longer = sign_note(checkpoint(5).text + "an extension\n", ORIGIN, PRIVATE)

    assert refusal(library, Submission(0, (), longer.data).data) == (400, None)
    with pytest.raises(BadNote):
        check_checkpoint(longer.data, [KEY])
