"""Who has seen a seal, in words: asks the witnesses, and says whose word is there and whose is missing."""

from collections.abc import Sequence
from typing import NamedTuple

from ledger.seal.signing.signer import LOOK, Signer
from ledger.seal.verifying.note import Sealed, check_checkpoint
from ledger.seal.verifying.policy import time_in_words
from ledger.seal.witnessing.client import WitnessAnswer, ask_witnesses
from web.commands.printing import say
from web.commands.problems import Problem


class Seen(NamedTuple):
    """A seal with the words under it: its size, the note as it is kept now, lines to print, and who contradicts it."""

    size: int
    note: bytes
    lines: list[str]
    contradictions: list[WitnessAnswer]

    def must_not_contradict(self) -> None:
        """Refuses to call a seal good that a witness has contradicted."""
        if self.contradictions:
            told = "; ".join(f"{answer.name}: {answer.reason}" for answer in self.contradictions)
            raise Problem(
                f"A witness has seen another history of this log. {told}.", LOOK.replace("Nothing was signed. ", "")
            )


def ask_and_look(signer: Signer, sealed: Sealed) -> Seen:
    """Asks every witness that can be asked, and looks what is there then."""
    return look(signer, sealed, ask_witnesses(signer, sealed))


def look(signer: Signer, sealed: Sealed, answers: Sequence[WitnessAnswer] = ()) -> Seen:
    """What stands under a seal now, beside what witnesses answered."""
    latest = signer.folder.latest()
    if latest.checkpoint == sealed.checkpoint:
        sealed = latest
    policy = signer.witnesses.policy
    words = check_checkpoint(sealed.note.data, [signer.key, *policy.keys]).verified
    when = {word.key: word.at_seconds for word in words if word.at_seconds is not None}
    reason = {answer.name: answer.reason for answer in answers if answer.signature is None}
    present = [(each.name, when[each.key]) for each in policy.witnesses if each.key in when]
    lines = [f"seen by  {name}, {time_in_words(at_seconds)}" for name, at_seconds in present]
    lines += [
        f"no word yet from  {name}" + (f": {reason[name]}" if name in reason else "") for name in policy.missing(words)
    ]
    if not policy.witnesses:
        lines = ["seen by  nobody else: no witness is asked (hours witnesses)"]
    elif not policy.is_met_by(words):
        say(
            f"The policy asks for the word of {policy.in_words}. Until it is given, a check with the policy is incomplete."
        )
    return Seen(sealed.checkpoint.size, sealed.note.data, lines, [each for each in answers if each.contradicts])
