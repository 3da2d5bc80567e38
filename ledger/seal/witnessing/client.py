"""Asks the witnesses to sign the last seal: all at once, briefly, and without depending on any one of them.

Each is shown the proof from the size that it signed last. A witness that has seen more entries than the log has, or another
root, or a proof that fails, contradicts the log. That is reported separately from a witness that does not answer.
"""

import ssl
import threading
from collections.abc import Callable, Mapping
from functools import partial
from http.client import HTTPException
from queue import Empty, SimpleQueue
from time import monotonic
from typing import NamedTuple
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request

from ledger.seal.signing.signer import Signer
from ledger.seal.verifying.note import BadNote, Note, Sealed, Signature, check_note, parse_decimal
from ledger.seal.verifying.policy import ListedWitness, parse_cosignatures, with_only
from ledger.seal.witnessing.witness import ADD_CHECKPOINT, Submission, origin_hash

SECONDS_TO_ANSWER = 5
SECONDS_FOR_ALL = 2 * SECONDS_TO_ANSWER
"""How long a round of requests may take. A witness that sends its answer in drips is given up on then."""
LARGEST_REPLY_BYTES = 64 * 1024


class NoReply(Exception):
    """No usable answer came. The message says why, and follows "no signature yet from library:"."""


class HttpReply(NamedTuple):
    """The status and body of an HTTP response."""

    status: int
    body: bytes


Send = Callable[[str, bytes | None], HttpReply]


def send(url: str, data: bytes | None = None) -> HttpReply:
    """Post the data, or get the address when there is none. Follow no redirect; raise NoReply if no usable answer comes."""
    if not url.startswith(("http://", "https://")):
        raise NoReply("its address does not start with http")
    # Built by hand, so that it has no handlers for redirects, files, or passwords in the address.
    opener = OpenerDirector()
    for handler in (ProxyHandler(), HTTPHandler(), HTTPSHandler(context=ssl.create_default_context())):
        opener.add_handler(handler)
    headers = {"Content-Type": "text/plain; charset=utf-8", "User-Agent": "common-hours", "Connection": "close"}
    request = Request(url, data, headers)  # noqa: S310 - the scheme was checked above
    try:
        with opener.open(request, timeout=SECONDS_TO_ANSWER) as response:
            body = response.read(LARGEST_REPLY_BYTES + 1)
            status = int(response.status)
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        if isinstance(reason, TimeoutError):
            raise NoReply(f"it did not answer within {SECONDS_TO_ANSWER} seconds") from None
        message = reason.strerror if isinstance(reason, OSError) and reason.strerror else str(reason) or "no answer"
        raise NoReply(f"it cannot be reached ({message})") from error
    if len(body) > LARGEST_REPLY_BYTES:
        raise NoReply("its answer is too long")
    return HttpReply(status, body)


class WitnessAnswer(NamedTuple):
    """A witness's signature, or the reason why there is none. `contradicts`: it has seen another history of this log."""

    name: str
    signature: Signature | None
    reason: str = ""
    contradicts: bool = False


class _AnotherSize(NamedTuple):
    """The last checkpoint that the witness signed has this size, and it needs the proof from there."""

    size: int


def ask_witnesses(signer: Signer, sealed: Sealed, *, send: Send = send) -> list[WitnessAnswer]:
    """Ask every witness that has an address, save the signatures that come, and return what each one answered.

    Only the last seal is ever shown: a witness signs nothing smaller than it has seen. Showing the same seal again is harmless
    at any time; the witness signs it with the new time, and nothing is added to the log.
    """
    checkpoint = sealed.checkpoint
    if checkpoint != signer.folder.latest().checkpoint or checkpoint.size == 0:
        return []
    witnesses = [each for each in signer.witnesses.policy.witnesses if each.url]
    known = signer.witnesses.acknowledged()
    sizes = {each: min(known.get(each.key.text, 0), checkpoint.size) for each in witnesses}
    answers: dict[ListedWitness, WitnessAnswer] = {}
    for is_last in (False, True):
        again: dict[ListedWitness, int] = {}
        for witness, outcome in _ask(signer, sealed, sizes, send).items():
            if isinstance(outcome, WitnessAnswer):
                answers[witness] = outcome
            elif is_last:
                answers[witness] = WitnessAnswer(witness.name, None, "it is being shown several seals at the same time")
            else:
                again[witness] = outcome.size
        sizes = again
    signed = {witness: answer.signature for witness, answer in answers.items() if answer.signature is not None}
    if signed:
        signer.add_cosignatures(checkpoint, list(signed.values()))
        signer.witnesses.acknowledge({witness.key.text: checkpoint.size for witness in signed})
    return [_with_proof(signer, witness, answers[witness], send) for witness in witnesses]


def _ask(
    signer: Signer, sealed: Sealed, sizes: Mapping[ListedWitness, int], send: Send
) -> dict[ListedWitness, WitnessAnswer | _AnotherSize]:
    proofs = signer.consistency_proofs(set(sizes.values()), sealed.checkpoint.size) if sizes else {}
    checkpoint = with_only(sealed.note, [signer.key]).data
    requests = {
        witness: partial(send, f"{witness.url}/{ADD_CHECKPOINT}", Submission(old, proofs[old], checkpoint).data)
        for witness, old in sizes.items()
    }
    return {
        witness: _interpret(witness, reply, sealed, sizes[witness]) for witness, reply in _all_at_once(requests).items()
    }


def _interpret(
    witness: ListedWitness, reply: HttpReply | NoReply, sealed: Sealed, old: int
) -> WitnessAnswer | _AnotherSize:
    def no(reason: str, *, contradicts: bool = False) -> WitnessAnswer:
        return WitnessAnswer(witness.name, None, reason, contradicts)

    size = sealed.checkpoint.size
    match reply:
        case NoReply():
            return no(str(reply))
        case HttpReply(status=200):
            signature = _signature(witness, reply.body, sealed.note.text)
            return WitnessAnswer(witness.name, signature) if signature else no("its answer is not signed with its key")
        case HttpReply(status=409):
            try:
                seen = parse_decimal(reply.body.decode().removesuffix("\n"))
            except (BadNote, UnicodeDecodeError):
                return no("its answer makes no sense")
            if seen > size:
                return no(f"it has seen {seen:,} entries of this log, which has only {size:,}", contradicts=True)
            if seen == old == size:
                return no(f"it has seen a different root for {size:,} entries", contradicts=True)
            return _AnotherSize(seen) if seen != old else no("its answer makes no sense")
        case HttpReply(status=422):
            return no(f"it has seen a different history of this log from these {size:,} entries", contradicts=True)
        case HttpReply(status=404):
            return no("it does not follow this log yet: give it the public key")
        case HttpReply(status=403):
            return no("it does not know the key of this seal: give it the public key")
        case HttpReply(status=status):
            return no(f"it answered with {status}")


def _signature(witness: ListedWitness, body: bytes, text: str) -> Signature | None:
    """The witness's good signature in a reply, if there is exactly such a one."""
    key = witness.key
    try:
        found = [each for each in parse_cosignatures(text, body) if (each.name, each.key_id) == (key.name, key.id)]
        check_note(Note(text, tuple(found[:1])), [key])
    except BadNote:
        return None
    return found[0]


def _with_proof(signer: Signer, witness: ListedWitness, answer: WitnessAnswer, send: Send) -> WitnessAnswer:
    """Ask a witness that contradicts for the seal that it saw. If this log's key signed it, nothing more is sealed here."""
    if not answer.contradicts:
        return answer
    try:
        shown = send(f"{witness.url}/{origin_hash(signer.folder.origin)}/checkpoint", None)
    except NoReply:
        return answer
    if shown.status == 200 and signer.is_contradicted_by(shown.body):
        return answer._replace(reason=f"{answer.reason}, and shows that seal, signed with this log's key")
    return answer


def _all_at_once(requests: Mapping[ListedWitness, Callable[[], HttpReply]]) -> dict[ListedWitness, HttpReply | NoReply]:
    done: SimpleQueue[tuple[ListedWitness, HttpReply | NoReply]] = SimpleQueue()

    def run(witness: ListedWitness, request: Callable[[], HttpReply]) -> None:
        try:
            done.put((witness, request()))
        except NoReply as no_reply:
            done.put((witness, no_reply))

    for witness, request in requests.items():
        # A thread that takes too long is abandoned: it holds nothing, and does not keep the process from ending.
        threading.Thread(target=run, args=(witness, request), daemon=True).start()
    late = NoReply(f"it did not answer within {SECONDS_FOR_ALL} seconds")
    replies: dict[ListedWitness, HttpReply | NoReply] = dict.fromkeys(requests, late)
    until = monotonic() + SECONDS_FOR_ALL
    for _ in requests:
        try:
            witness, reply = done.get(timeout=max(0.0, until - monotonic()))
        except Empty:
            break
        replies[witness] = reply
    return replies
