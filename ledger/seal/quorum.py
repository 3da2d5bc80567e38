"""Whether a seal is signed by whom it should be: the log itself, and the witnesses whose word a policy asks for."""

from collections.abc import Sequence

from ledger.seal.checkpoint import Sealed, check_checkpoint
from ledger.seal.cosignature import time_in_words
from ledger.seal.note import VerifierKey
from ledger.seal.policy import NOBODY, Policy
from ledger.seal.verdict import INCOMPLETE, Verdict

NO_POLICY = "whether any witness has seen this seal: give --policy FILE; without one, nobody's word was asked for"


def check_signed(data: bytes, keys: Sequence[VerifierKey], policy: Policy | None) -> Sealed:
    """The seal in a note, signed by one of these keys, and by a log that the policy names if it names any.

    Raises BadNote when it is not, and when a witness of the policy stands under it with a bad signature.
    """
    sealed = check_checkpoint(data, [*keys, *(policy.keys if policy else ())])
    if policy and policy.logs:
        check_checkpoint(data, policy.logs)
    return sealed


def check_quorum(verdict: Verdict, policy: Policy | None, sealed: Sealed) -> None:
    """Whether the words under a seal are those that the policy asks for. A word that is missing is no pass."""
    if policy is None:
        verdict.unchecked.append(NO_POLICY)
    elif policy.quorum == NOBODY:
        verdict.checked.append("the policy asks for no witness's word")
    elif policy.is_met_by(sealed.words):
        verdict.checked.append(f"the policy asks for the word of {policy.in_words}: it is given")
    else:
        missing = ", ".join(policy.missing(sealed.words))
        verdict.find(INCOMPLETE, f"the policy asks for the word of {policy.in_words}: no word from {missing}")


def signed_by(sealed: Sealed) -> list[str]:
    """Who signed a seal and who has seen it, in words."""
    lines = [f"the seal over {sealed.checkpoint.size:,} entries has the root {sealed.checkpoint.grouped_root}"]
    for word in sealed.words:
        if word.at_seconds is None:
            lines.append(f"it is signed by {word.key.name} with the key {word.key.id.hex()}")
        else:
            when = time_in_words(word.at_seconds)
            lines.append(f"it was seen by the witness {word.key.name} on {when}, with the key {word.key.id.hex()}")
    return lines
