"""The list of witnesses is a policy that other programs can read."""

import pytest

from ledger.seal.signing.folder import SealRefused
from ledger.seal.signing.signer import Signer
from ledger.seal.verifying.note import ED25519, VerifierKey
from ledger.seal.verifying.policy import parse_policy
from ledger.seal.witnessing.witnesses import ACKNOWLEDGED, POLICY, Witnesses
from ledger.time_bank import TimeBank
from tests.ledger.seal.conftest import SealedCommunity
from tests.ledger.seal.verifying.test_cosignature import key_of


@pytest.fixture
def witnesses(sealed_bank: TimeBank, community: SealedCommunity) -> Witnesses:
    return Signer(community.place, sealed_bank.log).witnesses


def test_no_one_is_asked_until_a_witness_is_listed(witnesses: Witnesses, community: SealedCommunity) -> None:
    assert witnesses.policy.text == f"log {community.folder.key.text}\nquorum none\n"

    witnesses.add("library", key_of(1), "https://library.example/witness/")
    policy = witnesses.add("elm-street", key_of(2), "")

    assert policy.in_words == "at least 1 of library, elm-street"
    assert [(each.name, each.url) for each in policy.witnesses] == [
        ("library", "https://library.example/witness"),
        ("elm-street", ""),
    ]
    assert parse_policy((community.folder.path / POLICY).read_bytes()) == policy == witnesses.policy


def test_the_number_of_required_signatures_is_limited_by_the_witnesses(witnesses: Witnesses) -> None:
    for number, name in enumerate(("library", "elm-street", "hall"), start=1):
        witnesses.add(name, key_of(number), "")

    assert witnesses.need(2).in_words == "at least 2 of library, elm-street, hall"
    assert witnesses.add("school", key_of(4), "").groups[0].needed == 2
    for number in (0, 5):
        with pytest.raises(SealRefused, match="There are 4 witnesses"):
            witnesses.need(number)
    for name in ("school", "hall", "elm-street"):
        witnesses.remove(name)
    assert witnesses.policy.in_words == "at least 1 of library"
    assert witnesses.remove("library").quorum == "none"
    with pytest.raises(SealRefused, match="There are 0"):
        witnesses.need(1)


@pytest.mark.parametrize("name", ["", "two words", "none", "witnesses", "all", "#", "a+b", "x" * 61, "a\n", "-"])
def test_a_witness_needs_a_name_that_is_valid_in_a_policy(witnesses: Witnesses, name: str) -> None:
    with pytest.raises(SealRefused, match="cannot be called"):
        witnesses.add(name, key_of(1), "")


@pytest.mark.parametrize(
    "url",
    [
        "library.example",
        "ftp://library.example",
        "file:///etc/hostname",
        "http://",
        "http://:80",
        "http://a b",
        "http://a:port",
        "http://ana:secret@library.example",
        "http://library.example?a=b",
        "http://library.example#a",
        "http://bücherei.example",
        "http://library.example/\n",
        "http://" + "a" * 500,
    ],
)
def test_a_witness_needs_a_web_address(witnesses: Witnesses, url: str) -> None:
    with pytest.raises(SealRefused, match="not the address of a witness"):
        witnesses.add("library", key_of(1), url)
    assert not witnesses.policy.witnesses


def test_a_witness_is_listed_once_with_the_right_kind_of_key(witnesses: Witnesses) -> None:
    witnesses.add("library", key_of(1), "")

    for name, key in (("library", key_of(2)), ("again", key_of(1))):
        with pytest.raises(SealRefused, match="already listed"):
            witnesses.add(name, key, "")
    with pytest.raises(SealRefused, match="not the key of a witness"):
        witnesses.add("log", VerifierKey("log.example", ED25519, key_of(3).public), "")
    with pytest.raises(SealRefused, match="no witness called hall"):
        witnesses.remove("hall")
    for number in range(2, 33):
        witnesses.add(f"w{number}", key_of(number), "")
    with pytest.raises(SealRefused, match="at most 32"):
        witnesses.add("w33", key_of(33), "")


def test_a_policy_written_by_hand_is_used_and_left_alone(witnesses: Witnesses, community: SealedCommunity) -> None:
    by_hand = f"# ours\nwitness a {key_of(1).text}\nwitness b {key_of(2).text}\ngroup g all a b\nquorum g\n"
    (community.folder.path / POLICY).write_text(by_hand)

    assert witnesses.policy.in_words == "at least 2 of a, b"
    for change in (lambda: witnesses.add("c", key_of(3), ""), lambda: witnesses.remove("a"), lambda: witnesses.need(1)):
        with pytest.raises(SealRefused, match="written by hand"):
            change()
    assert (community.folder.path / POLICY).read_text() == by_hand


@pytest.mark.parametrize(
    "spoiled", [b"", b"quorum a\n", f"witness \xff {key_of(1).text}\nquorum none\n".encode("latin-1")], ids=range(3)
)
def test_an_unreadable_policy_is_an_error(witnesses: Witnesses, community: SealedCommunity, spoiled: bytes) -> None:
    (community.folder.path / POLICY).write_bytes(spoiled)

    with pytest.raises(SealRefused, match="cannot be read"):
        _ = witnesses.policy


def test_the_sizes_that_witnesses_signed_are_only_a_cache(witnesses: Witnesses, community: SealedCommunity) -> None:
    witnesses.acknowledge({key_of(1).text: 12})
    witnesses.acknowledge({key_of(2).text: 26})
    assert witnesses.acknowledged() == {key_of(1).text: 12, key_of(2).text: 26}

    (community.folder.path / ACKNOWLEDGED).write_bytes(b"spoiled")
    assert witnesses.acknowledged() == {}
