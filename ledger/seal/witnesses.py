"""The witnesses that a log is shown to, in the folder of its seal: the policy, and how much each has seen."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from ledger.seal.durable import write_durably
from ledger.seal.folder import SealFolder
from ledger.seal.note import COSIGNATURE, BadNote, VerifierKey
from ledger.seal.policy import MOST_LINES, NOBODY, Group, Listed, Policy, parse_policy
from ledger.seal.refused import SealRefused

POLICY, ACKNOWLEDGED = "policy", "acknowledged"
GROUP = "witnesses"
"""What the group of all witnesses is called in the policy."""
LONGEST_URL = 500
_NAME = re.compile(r"\w[\w.-]{0,59}")
_TAKEN = {NOBODY, GROUP, "all", "any"}


class Witnesses:
    """Who is asked for a word on the seals of one log. Without a policy nobody is."""

    def __init__(self, folder: SealFolder) -> None:
        self._folder = folder
        self._path = folder.path / POLICY

    @property
    def policy(self) -> Policy:
        """Whose word this log asks for. Raises SealRefused when the file cannot be read: nobody is left out in silence."""
        try:
            policy = parse_policy(self._path.read_bytes())
            policy.text.encode()
        except FileNotFoundError:
            return Policy((self._folder.key,), (), (), NOBODY)
        except (OSError, BadNote, UnicodeEncodeError) as error:
            raise SealRefused(f"The policy in {self._path} cannot be read: {error}.", "Put that file right.") from error
        return policy

    def add(self, name: str, key: VerifierKey, url: str) -> Policy:
        """One more witness to ask. An empty `url` is for one that is shown bundles instead. The number needed stays."""
        if not _NAME.fullmatch(name) or name in _TAKEN:
            raise SealRefused(
                f"A witness cannot be called {name[:60]} here.", "Choose a word of letters, digits, dots and hyphens."
            )
        if key.kind != COSIGNATURE:
            raise SealRefused(
                f"The key of {key.name} is no witness's key.", "Ask for the key that `hours witness` prints."
            )
        if url:
            _must_be_an_address(url)
        with self._folder.alone():
            return self._add(Listed(name, key, url.rstrip("/")))

    def _add(self, listed: Listed) -> Policy:
        policy = self._ours()
        if any(listed.name == each.name or listed.key.public == each.key.public for each in policy.witnesses):
            raise SealRefused(
                f"{listed.name}, or a witness with that key, is listed already.", "See: hours witnesses list"
            )
        if len(policy.witnesses) >= MOST_LINES // 2:
            raise SealRefused(f"No more than {MOST_LINES // 2} witnesses are asked.", "Remove one first.")
        return self._write(policy, (*policy.witnesses, listed), _needed(policy))

    def remove(self, name: str) -> Policy:
        """One witness fewer. The number needed becomes no larger than the number that is left."""
        with self._folder.alone():
            policy = self._ours()
            left = tuple(each for each in policy.witnesses if each.name != name)
            if left == policy.witnesses:
                raise SealRefused(f"No witness is called {name[:60]} here.", "See: hours witnesses list")
            return self._write(policy, left, min(_needed(policy), len(left)))

    def need(self, number: int) -> Policy:
        """How many witnesses' words the policy asks for, of all that are listed."""
        with self._folder.alone():
            policy = self._ours()
            if not 1 <= number <= len(policy.witnesses):
                raise SealRefused(
                    f"There are {len(policy.witnesses)} witnesses; the word of {number} cannot be asked for.",
                    "Name a number from one up to that.",
                )
            return self._write(policy, policy.witnesses, number)

    def acknowledged(self) -> dict[str, int]:
        """The size that each witness signed last, by its key. A cache: what is not known is found out by asking."""
        try:
            lines = (self._folder.path / ACKNOWLEDGED).read_text().splitlines()
            return {key: int(size) for key, size in (line.split(" ") for line in lines)}
        except (OSError, ValueError):
            return {}

    def acknowledge(self, sizes: Mapping[str, int]) -> None:
        """Remembers what witnesses signed just now."""
        lines = [f"{key} {size}\n" for key, size in sorted((self.acknowledged() | dict(sizes)).items())]
        write_durably(self._folder.path / ACKNOWLEDGED, "".join(lines).encode())

    def _ours(self) -> Policy:
        """The policy, if it is one that these commands wrote: all witnesses in one group, or none."""
        policy = self.policy
        if policy != _policy(policy.logs, policy.witnesses, _needed(policy)):
            raise SealRefused(f"The policy in {self._path} was written by hand.", "Change it there.")
        return policy

    def _write(self, before: Policy, witnesses: tuple[Listed, ...], needed: int) -> Policy:
        policy = _policy(before.logs, witnesses, needed)
        write_durably(self._path, policy.text.encode())
        return policy


def _policy(logs: tuple[VerifierKey, ...], witnesses: tuple[Listed, ...], needed: int) -> Policy:
    if not witnesses:
        return Policy(logs, (), (), NOBODY)
    group = Group(GROUP, max(needed, 1), tuple(each.name for each in witnesses))
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
        raise SealRefused(f"{url[:60]} is no address to ask at.", "Write it like https://library.example.org/witness")
