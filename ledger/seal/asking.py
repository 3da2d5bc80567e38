"""Asking the witnesses for their word on the last seal: all at once, briefly, and one that is silent stops nothing.

Each is shown the proof from the size that it signed last. One that has seen more than the log has, or another root, or finds that
the proof does not lead on, contradicts the log: that is told apart from silence.
"""

import threading
from collections.abc import Callable, Mapping
from functools import partial
from queue import Empty, SimpleQueue
from time import monotonic
from typing import NamedTuple

from ledger.seal.calling import SECONDS_TO_ANSWER, Reply, Unanswered, call
from ledger.seal.checkpoint import Checkpoint, Sealed, parse_decimal
from ledger.seal.cosignature import only_of, parse_words
from ledger.seal.note import BadNote, Note, Signature, check_note
from ledger.seal.policy import Listed
from ledger.seal.signer import Signer
from ledger.seal.submission import ADD_CHECKPOINT, Submission, origin_hash

SECONDS_FOR_ALL = 2 * SECONDS_TO_ANSWER
"""A witness that drips its answer out is left at this moment of each round."""

Call = Callable[[str, bytes | None], Reply]


class Answer(NamedTuple):
    """What asking a witness came to: its word, or else why not. `contradicts`: it has seen another history of this log."""

    name: str
    word: Signature | None
    why_not: str = ""
    contradicts: bool = False


class _Seen(NamedTuple):
    """The witness signed a checkpoint of this size last, and wants the proof from there."""

    size: int


def ask_witnesses(signer: Signer, sealed: Sealed, *, call: Call = call) -> list[Answer]:
    """Asks every witness that has an address, keeps the words that come, and says what came of each.

    Only the last seal is shown to anybody: no witness signs a smaller one than it saw. It may be shown again at any time; then the
    word is given anew, with the new time, and nothing is added to the log.
    """
    if sealed.checkpoint != signer.folder.latest().checkpoint or sealed.checkpoint.size == 0:
        return []
    size = sealed.checkpoint.size
    known = signer.witnesses.acknowledged()
    open_now = {each: min(known.get(each.key.text, 0), size) for each in signer.witnesses.policy.witnesses if each.url}
    answers: dict[str, Answer] = {}
    for is_last in (False, True):
        again: dict[Listed, int] = {}
        for listed, heard in _ask(signer, sealed, open_now, call).items():
            if isinstance(heard, _Seen) and not is_last:
                again[listed] = heard.size
            elif isinstance(heard, _Seen):
                answers[listed.name] = Answer(listed.name, None, "it is being shown several seals at once")
            else:
                answers[listed.name] = heard
        open_now = again
    _keep(signer, sealed.checkpoint, answers)
    return [
        _with_the_proof(signer, listed, answers[listed.name], call)
        for listed in signer.witnesses.policy.witnesses
        if listed.name in answers
    ]


def _ask(signer: Signer, sealed: Sealed, olds: Mapping[Listed, int], call: Call) -> dict[Listed, Answer | _Seen]:
    size = sealed.checkpoint.size
    proofs = signer.leading_on(set(olds.values()), size) if olds else {}
    bare = only_of(sealed.note, [signer.key]).data
    calls = {
        listed: partial(call, f"{listed.url}/{ADD_CHECKPOINT}", Submission(old, proofs[old], bare).data)
        for listed, old in olds.items()
    }
    return {listed: _heard(listed, reply, sealed, olds[listed]) for listed, reply in _all_at_once(calls).items()}


def _heard(listed: Listed, reply: Reply | Unanswered, sealed: Sealed, old: int) -> Answer | _Seen:
    def no(words: str, *, contradicts: bool = False) -> Answer:
        return Answer(listed.name, None, words, contradicts)

    size = sealed.checkpoint.size
    match reply:
        case Unanswered():
            return no(str(reply))
        case Reply(status=200):
            return _word(listed, reply.body, sealed.note.text) or no("its answer is not signed with its key")
        case Reply(status=409):
            try:
                seen = parse_decimal(reply.body.decode().removesuffix("\n"))
            except (BadNote, UnicodeDecodeError):
                return no("its answer cannot be understood")
            if seen > size:
                return no(f"it has seen {seen:,} entries of this log, which has {size:,}", contradicts=True)
            if seen == old == size:
                return no(f"it has seen another root over {size:,} entries", contradicts=True)
            return _Seen(seen) if seen != old else no("its answer cannot be understood")
        case Reply(status=422):
            return no(f"it has seen another history of this log than these {size:,} entries", contradicts=True)
        case Reply(status=404):
            return no("it does not follow this log yet: give it the public key")
        case Reply(status=403):
            return no("it does not know the key of this seal: give it the public key")
        case Reply(status=status):
            return no(f"it answered with {status}")


def _word(listed: Listed, body: bytes, text: str) -> Answer | None:
    try:
        signatures = parse_words(text, body)
        (word, *_) = [each for each in signatures if (each.name, each.key_id) == (listed.key.name, listed.key.id)]
        check_note(Note(text, (word,)), [listed.key])
    except (BadNote, ValueError):
        return None
    return Answer(listed.name, word)


def _keep(signer: Signer, checkpoint: Checkpoint, answers: Mapping[str, Answer]) -> None:
    words = [answer.word for answer in answers.values() if answer.word is not None]
    if words:
        signer.keep_words(checkpoint, words)
        keys = {each.name: each.key.text for each in signer.witnesses.policy.witnesses}
        signer.witnesses.acknowledge(
            {keys[name]: checkpoint.size for name, answer in answers.items() if answer.word is not None}
        )


def _with_the_proof(signer: Signer, listed: Listed, answer: Answer, call: Call) -> Answer:
    """A witness that contradicts is asked for the seal that it saw: if we signed that, nothing more is sealed here."""
    if not answer.contradicts:
        return answer
    try:
        shown = call(f"{listed.url}/{origin_hash(signer.folder.origin)}/checkpoint", None)
    except Unanswered:
        return answer
    if shown.status == 200 and signer.is_contradicted_by(shown.body):
        return answer._replace(why_not=f"{answer.why_not}, and shows the seal, signed with this log's key")
    return answer


def _all_at_once(calls: Mapping[Listed, Callable[[], Reply]]) -> dict[Listed, Reply | Unanswered]:
    heard: SimpleQueue[tuple[Listed, Reply | Unanswered]] = SimpleQueue()

    def ask(listed: Listed, do: Callable[[], Reply]) -> None:
        try:
            heard.put((listed, do()))
        except Unanswered as unanswered:
            heard.put((listed, unanswered))

    for listed, do in calls.items():
        # Left to itself when it takes too long: it holds nothing, and does not keep the process from ending.
        threading.Thread(target=ask, args=(listed, do), daemon=True).start()
    replies: dict[Listed, Reply | Unanswered] = {}
    until = monotonic() + SECONDS_FOR_ALL
    while len(replies) < len(calls):
        try:
            listed, reply = heard.get(timeout=max(0.0, until - monotonic()))
        except Empty:
            break
        replies[listed] = reply
    late = Unanswered(f"it did not answer within {SECONDS_FOR_ALL} seconds")
    return {listed: replies.get(listed, late) for listed in calls}
