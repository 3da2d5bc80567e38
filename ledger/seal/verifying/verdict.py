"""The result of a check: what was checked, what was not, and what was found. Skipping a check never counts as passing it.

It also checks who signed a seal: the log itself, and the witnesses that a policy requires.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from ledger.seal.verifying.bundle_files import read_at_most
from ledger.seal.verifying.note import Checkpoint, Sealed, VerifierKey, check_checkpoint
from ledger.seal.verifying.policy import NOBODY, Policy, time_in_words

SOUND: Final = 0
TAMPERED: Final = 1
FORKED: Final = 2
INCOMPLETE: Final = 3

NO_POLICY = "whether any witness has signed this seal: give --policy FILE, since no signature is required without one"

_CONCLUSIONS = {
    SOUND: "SOUND: everything that was checked is correct.",
    TAMPERED: "TAMPERED: something was changed, or a required signature is missing or wrong.",
    FORKED: "FORKED: this is a different history from the one that was sealed before.",
    INCOMPLETE: "INCOMPLETE: something is missing, so this cannot be called sound.",
}
_MOST_SHOWN = 20
_MOST_KEPT = 200
_LONGEST_LINE = 500


class VerifiedSeal(NamedTuple):
    """The seal of a sound bundle, in the bytes that were verified, and the other seals that its entries were found to begin with."""

    sealed: Sealed
    extends: tuple[Checkpoint, ...]


class Verdict:
    """Collects findings. The exit code is that of the most serious one: tampered before forked before incomplete."""

    def __init__(self) -> None:
        self.checked: list[str] = []
        self.noticed: list[str] = []
        self.unchecked: list[str] = []
        self.findings: list[tuple[int, str]] = []
        self._more = 0
        self.sealed: Sealed | None = None
        self.extends: list[Checkpoint] = []

    def find(self, code: int, finding: str) -> None:
        """Add a finding. After many, the others are only counted, except one that is more serious than all before."""
        if len(self.findings) < _MOST_KEPT or code < self.code:
            self.findings.append((code, finding))
        else:
            self._more += 1

    def read(self, path: Path, limit: int) -> bytes | None:
        """The bytes of a file, at most `limit` and one more. None, with a finding, if it cannot be read."""
        try:
            return read_at_most(path, limit)
        except OSError as error:
            self.find(INCOMPLETE, f"{path} cannot be read: {error.strerror}")
            return None

    @property
    def code(self) -> int:
        """The exit code."""
        return min((code for code, _ in self.findings), default=SOUND)

    @property
    def verified(self) -> VerifiedSeal | None:
        """What may be signed or restored: the seal of the bundle as it was read, if the whole bundle is sound. Otherwise None.

        A file that is read again after the check may be another one.
        """
        if self.sealed is None or self.code != SOUND:
            return None
        return VerifiedSeal(self.sealed, tuple(self.extends))

    @property
    def lines(self) -> list[str]:
        """The verdict as lines of text."""
        shown = [finding for _, finding in sorted(self.findings, key=lambda each: each[0])]
        if len(shown) + self._more > _MOST_SHOWN:
            shown[_MOST_SHOWN:] = [f"and {len(shown) + self._more - _MOST_SHOWN:,} more"]
        return [
            *_listed("Checked", "+", self.checked),
            *_listed("Noticed", "~", self.noticed),
            *_listed("Not checked", "-", self.unchecked),
            *_listed("Found", "!", shown),
            _CONCLUSIONS[self.code],
        ]


def _listed(title: str, sign: str, lines: list[str]) -> list[str]:
    return [f"{title}:", *(f"  {sign} {_harmless(line)}" for line in lines), ""] if lines else []


def _harmless(line: str) -> str:
    """The line without control characters and cut to length: text from a file must not steer a terminal, nor fill it."""
    shown = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in line[:_LONGEST_LINE])
    return shown if len(line) <= _LONGEST_LINE else f"{shown}..."


def check_signed(data: bytes, keys: Sequence[VerifierKey], policy: Policy | None) -> Sealed:
    """The seal in a note, signed by one of these keys, and by one of the policy's logs if it names any.

    Raise BadNote if it is not, or if a signature by one of the policy's witnesses is bad.
    """
    sealed = check_checkpoint(data, [*keys, *(policy.keys if policy else ())])
    if policy and policy.logs:
        check_checkpoint(data, policy.logs)
    return sealed


def check_quorum(verdict: Verdict, policy: Policy | None, sealed: Sealed) -> None:
    """Check that a seal has the signatures that the policy requires. A missing signature is never a pass."""
    if policy is None:
        verdict.unchecked.append(NO_POLICY)
    elif policy.quorum == NOBODY:
        verdict.checked.append("the policy requires no signature of a witness")
    elif policy.is_met_by(sealed.verified):
        verdict.checked.append(f"the policy requires the signatures of {policy.in_words}: they are there")
    else:
        missing = ", ".join(policy.missing(sealed.verified))
        verdict.find(
            INCOMPLETE, f"the policy requires the signatures of {policy.in_words}: no signature from {missing}"
        )


def describe_signatures(sealed: Sealed) -> list[str]:
    """Who signed a seal, a line each."""
    lines = [f"the seal of {sealed.checkpoint.size:,} entries has the root {sealed.checkpoint.grouped_root}"]
    for key, at_seconds in sealed.verified:
        if at_seconds is None:
            lines.append(f"it is signed by {key.name} with the key {key.id.hex()}")
        else:
            when = time_in_words(at_seconds)
            lines.append(f"it was signed by the witness {key.name} on {when}, with the key {key.id.hex()}")
    return lines
