"""Checks a bundle or a receipt offline, completely or not at all: `python -m ledger.seal.verify bundle FOLDER`.

It needs Python, the library `cryptography` and `ledger.seal.verifying`, which imports nothing else of the ledger.
Exit codes: 0 sound, 1 tampered, 2 forked from a seal you kept, 3 incomplete; 64 when the command itself is not understood.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NoReturn

from ledger.seal.verifying.bundle_check import BundleCheck
from ledger.seal.verifying.bundle_files import read_at_most
from ledger.seal.verifying.note import LARGEST_NOTE_BYTES, BadNote, VerifierKey, parse_keys
from ledger.seal.verifying.policy import LARGEST_POLICY_BYTES, Policy, parse_policy
from ledger.seal.verifying.receipt import NO_KEY, check_receipt
from ledger.seal.verifying.segments import Progress
from ledger.seal.verifying.verdict import INCOMPLETE, Verdict

Kind = Literal["bundle", "receipt"]
WRONG_CALL = 64
NOTHING_INDEPENDENT = "nothing was given that is not part of it: no key, policy or seal that you have from elsewhere"


def verify(
    kind: Kind,
    path: Path,
    *,
    known: Sequence[Path] = (),
    keys: Sequence[VerifierKey] = (),
    policy: Policy | None = None,
    words: Path | None = None,
    rules: bool = True,
    trusted: Sequence[Path] = (),
    strict: bool = False,
    workers: int | None = None,
    progress: Progress = lambda done, of: None,
) -> Verdict:
    """Check everything that can be checked. `known` are files with seals that were kept from before, and `words` is a file with
    a member's own data, whose words are compared with the entry of a receipt.

    Trusts `keys`, if any are given, and the logs and witnesses that `policy` names. Without a policy, no signature of a witness
    is required, and the verdict says so. Without `rules`, the verdict is never that the bundle is sound. `trusted` are the
    files that the keys and the policy come from: one that is part of the bundle says nothing about whose key it is. With
    `strict`, something has to be given that is not. Never raises for a file that is missing or for what a file holds: the
    verdict reports that.
    """
    verdict = Verdict()
    own = [file for file in (*trusted, *known) if _is_part_of(path, file)]
    verdict.unchecked.extend(
        f"{file} proves nothing about where the bundle came from: it is part of it" for file in own
    )
    if strict and len(own) == len(trusted) + len(known) and (trusted or not keys):
        verdict.find(INCOMPLETE, NOTHING_INDEPENDENT)
    if kind == "receipt":
        check_receipt(verdict, path, known, keys, policy, words)
        return verdict
    kept = [(str(file), data) for file in known if (data := verdict.read(file, LARGEST_NOTE_BYTES)) is not None]
    try:
        BundleCheck(verdict, path, keys, policy, kept, rules=rules).run(workers, progress)
    except OSError as error:
        verdict.find(INCOMPLETE, f"{error.filename or path} cannot be read: {error.strerror}")
    if not (keys or (policy and policy.logs)) or any(file in own for file in trusted):
        verdict.unchecked.append(NO_KEY)
    if not known:
        verdict.unchecked.append(
            "whether this is the history that others were shown: give --known with a seal you kept"
        )
    verdict.unchecked.append(
        "whether what was recorded really happened, and whether it was those people who recorded it"
    )
    return verdict


def _is_part_of(bundle: Path, file: Path) -> bool:
    """Whether a file is in the folder of the bundle, also by another name or through a link."""
    return file.resolve().is_relative_to(bundle.resolve())


def read_policy(path: Path) -> Policy:
    """The policy in a file. Raise BadNote, naming the line, or OSError."""
    return parse_policy(read_at_most(path, LARGEST_POLICY_BYTES))


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(WRONG_CALL, f"{message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    parser = _Parser(prog="python -m ledger.seal.verify", description="Check a bundle or a receipt, offline.")
    parser.add_argument("kind", choices=["bundle", "receipt"])
    parser.add_argument("path", type=Path, help="the folder of the bundle, or the file of the receipt")
    parser.add_argument("--known", type=Path, action="append", default=[], help="a seal that you kept; can be repeated")
    parser.add_argument(
        "--key", type=Path, help="a file of public keys that you trust, such as a vkeys.txt you kept from before"
    )
    parser.add_argument(
        "--policy", type=Path, help="a file that says which signatures the seal must have, as it was given to you"
    )
    parser.add_argument(
        "--words", type=Path, help="a member's own data (JSON): shows which of their words the receipt is about"
    )
    parser.add_argument(
        "--without-rules", action="store_true", help="do not check who was allowed to record what; ends with 3 at best"
    )
    parser.add_argument(
        "--strict", action="store_true", help="end with 3 unless a key, policy or seal from elsewhere is given"
    )
    options = parser.parse_args(arguments)
    keys: list[VerifierKey] = []
    if options.key is not None:
        try:
            keys = parse_keys(options.key.read_bytes())
        except (OSError, BadNote) as error:
            parser.error(f"{options.key} is not a file of keys: {error}")
    policy = None
    if options.policy is not None:
        try:
            policy = read_policy(options.policy)
        except (OSError, BadNote) as error:
            parser.error(f"{options.policy} is not a policy: {error}")
    verdict = verify(
        options.kind,
        options.path,
        known=options.known,
        keys=keys,
        policy=policy,
        words=options.words,
        rules=not options.without_rules,
        trusted=[file for file in (options.key, options.policy) if file is not None],
        strict=options.strict,
    )
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")  # so that a terminal without some letter does not stop the output
    sys.stdout.write("".join(f"{line}\n" for line in verdict.lines))
    return verdict.code


__all__ = ["main", "read_policy", "verify"]

if __name__ == "__main__":
    sys.exit(main())
