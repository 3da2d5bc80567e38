"""The witnesses of a log, stored in the folder of its seal: the policy, and the size that each has signed."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from ledger.seal.signing.folder import SealFolder, SealRefused, write_durably
from ledger.seal.verifying.note import COSIGNATURE, BadNote, VerifierKey
from ledger.seal.verifying.policy import MOST_LINES, NOBODY, ListedWitness, Policy, SignerGroup, parse_policy

POLICY, ACKNOWLEDGED = "policy", "acknowledged"
GROUP = "witnesses"
"""The policy's name for the group of all witnesses."""
LONGEST_URL = 500
_NAME = re.compile(r"\w[\w.-]{0,59}")
_RESERVED = {NOBODY, GROUP, "all", "any"}


class Witnesses:
    """The witnesses asked to sign the seals of one log. Without a policy, none are."""

    def __init__(self, folder: SealFolder) -> None:
        self._folder = folder
        self._path = folder.path / POLICY

    @property
    def policy(self) -> Policy:
        """Which signatures this log asks for. Raise SealRefused if the file cannot be read: no witness is dropped silently."""
        try:
            policy = parse_policy(self._path.read_bytes())
            policy.text.encode()
        except FileNotFoundError:
            return Policy((self._folder.key,), (), (), NOBODY)
        except (OSError, BadNote, UnicodeEncodeError) as error:
            raise SealRefused(f"The policy in {self._path} cannot be read: {error}.", "Correct that file.") from error
        return policy

    def add(self, name: str, key: VerifierKey, url: str) -> Policy:
        """Add a witness. An empty `url` means that it is shown bundles instead. The number needed stays the same."""
        if not _NAME.fullmatch(name) or name in _RESERVED:
            raise SealRefused(
                f"A witness cannot be called {name[:60]} here.", "Use letters, digits, dots and hyphens only."
            )
        if key.kind != COSIGNATURE:
            raise SealRefused(
                f"The key of {key.name} is not the key of a witness.", "Ask for the key that `hours witness` prints."
            )
        if url:
            _must_be_an_address(url)
        listed = ListedWitness(name, key, url.rstrip("/"))
        with self._folder.alone():
            policy = self._own_policy()
            if any(name == each.name or key.public == each.key.public for each in policy.witnesses):
                raise SealRefused(
                    f"{name}, or a witness with that key, is already listed.", "See: hours witnesses list"
                )
            if len(policy.witnesses) >= MOST_LINES // 2:
                raise SealRefused(f"A log can have at most {MOST_LINES // 2} witnesses.", "Remove one first.")
            return self._write(policy, (*policy.witnesses, listed), _needed(policy))

    def remove(self, name: str) -> Policy:
        """Remove a witness. The number needed drops to the number that is left, if it was larger."""
        with self._folder.alone():
            policy = self._own_policy()
            left = tuple(each for each in policy.witnesses if each.name != name)
            if left == policy.witnesses:
                raise SealRefused(f"There is no witness called {name[:60]} here.", "See: hours witnesses list")
            return self._write(policy, left, min(_needed(policy), len(left)))

    def need(self, number: int) -> Policy:
        """Set how many of the listed witnesses must sign."""
        with self._folder.alone():
            policy = self._own_policy()
            if not 1 <= number <= len(policy.witnesses):
                raise SealRefused(
                    f"There are {len(policy.witnesses)} witnesses, so {number} cannot be required to sign.",
                    "Enter a number from one up to that.",
                )
            return self._write(policy, policy.witnesses, number)

    def acknowledged(self) -> dict[str, int]:
        """The size that each witness signed last, by its key. A cache: what is missing is found out by asking."""
        try:
            lines = (self._folder.path / ACKNOWLEDGED).read_text().splitlines()
            return {key: int(size) for key, size in (line.split(" ") for line in lines)}
        except (OSError, ValueError):
            return {}

    def acknowledge(self, sizes: Mapping[str, int]) -> None:
        """Store the sizes that witnesses have just signed."""
        lines = [f"{key} {size}\n" for key, size in sorted((self.acknowledged() | dict(sizes)).items())]
        write_durably(self._folder.path / ACKNOWLEDGED, "".join(lines).encode())

    def _own_policy(self) -> Policy:
        """The policy, if these commands wrote it: all witnesses in one group, or none."""
        policy = self.policy
        if policy != _policy(policy.logs, policy.witnesses, _needed(policy)):
            raise SealRefused(f"The policy in {self._path} was written by hand.", "Change it there.")
        return policy

    def _write(self, before: Policy, witnesses: tuple[ListedWitness, ...], needed: int) -> Policy:
        policy = _policy(before.logs, witnesses, needed)
        write_durably(self._path, policy.text.encode())
        return policy


def _policy(logs: tuple[VerifierKey, ...], witnesses: tuple[ListedWitness, ...], needed: int) -> Policy:
    if not witnesses:
        return Policy(logs, (), (), NOBODY)
    group = SignerGroup(GROUP, max(needed, 1), tuple(each.name for each in witnesses))
    return Policy(logs, witnesses, (group,), GROUP)


def _needed(policy: Policy) -> int:
    return policy.groups[0].needed if policy.groups else 1


def _must_be_an_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        good = False
    else:
        good = good and not (parts.query or parts.fragment or parts.username or parts.password)
    if not good or not url.isascii() or not url.isprintable() or " " in url or len(url) > LONGEST_URL:
        raise SealRefused(
            f"{url[:60]} is not the address of a witness.", "Use an address like https://library.example.org/witness"
        )
