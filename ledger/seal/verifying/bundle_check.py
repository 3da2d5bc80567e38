"""Checks a whole bundle: the seals, every sealed entry, and every file that is derived from the entries."""

import secrets
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from ledger.seal.verifying.bundle_files import (
    JournalLines,
    LeafLines,
    balances_table,
    guide,
    has_more,
    is_same,
    journal_closing,
    journal_opening,
)
from ledger.seal.verifying.bundle_folder import named, other_files, read_file
from ledger.seal.verifying.canonical import LARGEST_ENTRY_BYTES
from ledger.seal.verifying.marks import LARGEST_NUMBER
from ledger.seal.verifying.note import BadNote, Sealed, VerifierKey, check_checkpoint, parse_keys
from ledger.seal.verifying.policy import Policy, check_order, parse_policy
from ledger.seal.verifying.rules.loggable_days import LoggableDays
from ledger.seal.verifying.rules.replay import Replay, time_zone_of
from ledger.seal.verifying.segments import LogTotals, Progress, read_segments, tasks
from ledger.seal.verifying.verdict import (
    FORKED,
    INCOMPLETE,
    TAMPERED,
    Verdict,
    check_quorum,
    check_signed,
    describe_signatures,
)

SEALS, CONTRADICTION = "checkpoints", "contradiction"
FILES = (
    "README.txt",
    "balances.csv",
    "checkpoint",
    "corrections.csv",
    "entries.jsonl",
    "journal.ledger",
    "leaves.txt",
    "policy",
    "vkeys.txt",
)
_TOO_LONG = 200


class BundleCheck:
    """Checks one bundle and reports to a verdict. `known` are seals from outside the bundle, as name and bytes."""

    def __init__(
        self,
        verdict: Verdict,
        folder: Path,
        keys: Sequence[VerifierKey],
        policy: Policy | None,
        known: Sequence[tuple[str, bytes]],
        *,
        rules: bool = True,
    ) -> None:
        self._verdict = verdict
        self._folder = folder
        self._keys = list(keys) or list(policy.logs if policy else ())
        self._policy = policy
        self._known = known
        self._secret = secrets.token_bytes()
        self._checks_rules = rules
        self._totals = LogTotals(Replay(self._secret) if rules else None)

    def run(self, workers: int | None, progress: Progress) -> None:
        """Check everything. Without a valid seal there is nothing to check against, and the verdict says so."""
        if not self._has_all_files():
            return
        seal = self._seal()
        if seal is None:
            return
        seals = self._seals_inside(seal) + self._seals_known(seal)
        corrections = self._read_entries(seal, [other.checkpoint.size for _, other in seals], workers, progress)
        self._compare_roots(seal, seals)
        self._compare_derived_files(seal, corrections)
        self._report_rules()
        self._verdict.sealed = seal

    def _has_all_files(self) -> bool:
        missing = [name for name in FILES if not (self._folder / name).is_file()]
        for name in missing:
            self._verdict.find(INCOMPLETE, f"{name} is missing")
        if not missing:
            self._verdict.unchecked.extend(other_files(self._folder, {*FILES, SEALS, CONTRADICTION}))
        return not missing

    def _seal(self) -> Sealed | None:
        """The seal over the whole bundle. It must be signed by the trusted keys, if any were given, and by a key in the bundle."""
        try:
            self._read_keys_and_policy()
            data = self._small_file("checkpoint")
            with named("checkpoint"):
                self._must_be_signed_by_bundled_keys(check_checkpoint(data, self._bundled_keys))
                self._keys = self._keys or self._bundled_keys
                seal = check_signed(data, self._keys, self._policy)
                check_order(seal.note)
        except BadNote as error:
            self._verdict.find(TAMPERED, str(error))
            return None
        if seal.checkpoint.size > LARGEST_NUMBER:
            self._verdict.find(INCOMPLETE, f"a bundle of {seal.checkpoint.size:,} entries is too large to read")
            return None
        self._verdict.checked.extend(describe_signatures(seal))
        check_quorum(self._verdict, self._policy, seal)
        return seal

    def _read_keys_and_policy(self) -> None:
        """Read the bundle's own keys and policy. They must name the same keys, and the policy must be in canonical form."""
        with named("vkeys.txt"):
            self._bundled_keys = parse_keys(self._small_file("vkeys.txt"))
        data = self._small_file("policy")
        with named("policy"):
            policy = self._bundled_policy = parse_policy(data)
            if policy.without_addresses.text.encode(errors="surrogatepass") != data:
                raise BadNote("it is not in its canonical form")
        if [*policy.logs, *policy.keys] != self._bundled_keys:
            raise BadNote("vkeys.txt and policy hold different keys")

    def _must_be_signed_by_bundled_keys(self, seal: Sealed) -> None:
        known = {(key.name, key.id) for key in self._bundled_keys}
        if any((each.name, each.key_id) not in known for each in seal.note.signatures):
            raise BadNote("it has a signature by a key that is not in vkeys.txt")

    def _seals_inside(self, seal: Sealed) -> list[tuple[str, Sealed]]:
        """The earlier seals in the bundle, with their names."""
        seals: list[tuple[str, Sealed]] = []
        folder = self._folder / SEALS
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            name = f"{SEALS}/{path.name[:_TOO_LONG]}"
            try:
                with named(name):
                    other = check_checkpoint(self._small_file(f"{SEALS}/{path.name}"), self._keys)
                    self._must_be_signed_by_bundled_keys(other)
                    check_order(other.note)
            except (BadNote, OSError) as error:
                self._verdict.find(TAMPERED, str(error))
                continue
            if other.checkpoint.origin != seal.checkpoint.origin or path.name != str(other.checkpoint.size):
                self._verdict.find(TAMPERED, f"{name} seals something else")
            elif other.checkpoint.size >= seal.checkpoint.size:
                self._verdict.find(TAMPERED, f"{name} is not an earlier seal")
            else:
                seals.append((name, other))
        return seals

    def _seals_known(self, seal: Sealed) -> list[tuple[str, Sealed]]:
        """The seals from outside the bundle. One that a witness showed to the log itself is among them: a bundle says so."""
        shown = [(CONTRADICTION, self._small_file(CONTRADICTION))] if (self._folder / CONTRADICTION).is_file() else []
        seals: list[tuple[str, Sealed]] = []
        for name, data in [*self._known, *shown]:
            try:
                with named(name):
                    other = check_checkpoint(data, self._keys)
            except BadNote as error:
                self._verdict.find(TAMPERED, str(error))
                continue
            size, sealed = seal.checkpoint.size, other.checkpoint.size
            if other.checkpoint.origin != seal.checkpoint.origin:
                self._verdict.find(INCOMPLETE, f"{name} is a seal of another log, {other.checkpoint.origin}")
            elif sealed > size:
                self._verdict.find(
                    INCOMPLETE, f"{name}: entries {size + 1:,} to {sealed:,} were sealed and are missing here"
                )
            else:
                seals.append((name, other))
        return seals

    def _read_entries(self, seal: Sealed, sizes: Sequence[int], workers: int | None, progress: Progress) -> bytes:
        size, totals = seal.checkpoint.size, self._totals
        with ExitStack() as stack:
            entries, leaves, journal = (
                stack.enter_context((self._folder / name).open("rb"))
                for name in ("entries.jsonl", "leaves.txt", "journal.ledger")
            )
            self._leaves, self._journal = LeafLines(leaves), JournalLines(journal)
            zone = self._time_zone(entries, seal.checkpoint.origin)
            work = tasks(entries, size, seal.checkpoint.origin, [*sizes, size], self._secret, zone)
            for segment in read_segments(entries, work, workers):
                totals.add(segment)
                self._leaves.compare(segment.first, segment.leaves)
                self._journal.compare(segment.journal)
                progress(totals.size, size)
            corrections = totals.finish()
            self._journal.end(journal_closing(seal.checkpoint, totals.last_day, totals.balances))
            self._leaves.end(size, seal.checkpoint.root)
            if has_more(entries):
                self._verdict.find(
                    TAMPERED, f"entries.jsonl continues after entry {size:,}, the last one that is sealed"
                )
        self._report_faults()
        if totals.size < size:
            self._verdict.find(INCOMPLETE, f"entries {totals.size + 1:,} to {size:,} are missing")
        return corrections

    def _time_zone(self, entries: BinaryIO, origin: str) -> str | None:
        zone = time_zone_of(entries.readline(LARGEST_ENTRY_BYTES), origin) if self._checks_rules else None
        entries.seek(0)
        if zone is not None and not LoggableDays(zone).is_known:
            self._verdict.unchecked.append("days to the hour, because the community's time zone is not known here")
        return zone

    def _report_faults(self) -> None:
        totals, verdict = self._totals, self._verdict
        if totals.size and not totals.is_founded:
            verdict.find(TAMPERED, "entry 1: it does not found a community")
        for number, message, is_unknown in totals.faults:
            verdict.find(INCOMPLETE if is_unknown else TAMPERED, f"entry {number:,}: {message}")
        if totals.more_faults:
            verdict.find(
                TAMPERED, f"{totals.more_faults:,} more entries or more faults of entries, which are not listed"
            )
        if totals.steps_back:
            largest = max(totals.steps_back, key=lambda step: step.by)
            verdict.noticed.append(
                f"entries recorded before an earlier one, going by their times: {len(totals.steps_back):,}; the largest step "
                f"back is {largest.in_words} at entry {largest.number:,}. A clock was set back, or two clocks differ"
            )

    def _report_rules(self) -> None:
        if not self._checks_rules:
            self._verdict.find(
                INCOMPLETE, "the rules were not checked: who was allowed to record what, and who had to agree"
            )
        elif not self._totals.faults:
            self._verdict.checked.append(
                "the rules, replayed, each entry by those of its time: who was a member or a coordinator, who had to agree and "
                "did, limits, days, groups, corrections, gifts, thanks, and two people where it takes two"
            )

    def _compare_roots(self, seal: Sealed, seals: Sequence[tuple[str, Sealed]]) -> None:
        size, roots = seal.checkpoint.size, self._totals.roots | {0: LogTotals().edge.root}
        fits = roots.get(size) == seal.checkpoint.root
        leaves = self._leaves
        if leaves.differing is not None and not fits and leaves.are_sealed:
            self._verdict.find(TAMPERED, f"entry {leaves.differing:,} does not match what was sealed{leaves.hint}")
        elif leaves.differing is not None:
            self._verdict.find(TAMPERED, f"leaves.txt, line {leaves.differing:,}, is not the hash of that entry")
        if size in roots and not fits:
            self._verdict.find(TAMPERED, "the entries do not lead to the sealed root")
        if fits:
            self._verdict.checked.append(f"{size:,} entries: bytes, hashes, and the root over them")
        for name, other in seals:
            sealed = other.checkpoint.size
            if sealed not in roots:
                continue  # earlier entries are missing, which is a finding already
            if roots[sealed] != other.checkpoint.root:
                self._verdict.find(
                    FORKED if fits else TAMPERED, f"{name}: the first {sealed:,} entries are not the ones it seals"
                )
            else:
                self._verdict.checked.append(f"{name}: the first {sealed:,} entries are the ones it seals")
                self._verdict.extends.append(other.checkpoint)

    def _compare_derived_files(self, seal: Sealed, corrections: bytes) -> None:
        totals, checkpoint, verdict = self._totals, seal.checkpoint, self._verdict
        if not is_same(self._folder / "README.txt", guide(checkpoint, self._bundled_keys, self._bundled_policy)):
            verdict.find(TAMPERED, "README.txt is not the guide to this bundle")
        if totals.faults or totals.size < checkpoint.size:
            verdict.unchecked.append("balances.csv, corrections.csv and journal.ledger, because of what was found")
            return
        if sum(tally.balance for tally in totals.balances.values()) != 0:
            verdict.find(TAMPERED, "the balances do not add up to zero")
        if not is_same(self._folder / "balances.csv", balances_table(totals.balances)):
            verdict.find(TAMPERED, "balances.csv does not match the entries")
        if not is_same(self._folder / "corrections.csv", corrections):
            verdict.find(TAMPERED, "corrections.csv does not match the corrections in the entries")
        opening = journal_opening(checkpoint, sorted(totals.balances))
        if self._journal.differing is not None or self._journal.opening != opening:
            line = self._journal.differing or 1
            verdict.find(TAMPERED, f"journal.ledger does not match the entries, from about line {line:,}")
        verdict.checked.append("each command was answered once; each correction refers to an entry that it can correct")
        verdict.checked.append(f"{len(totals.balances):,} balances replayed: their sum is zero after every entry")
        if totals.erasures:
            fields, last = sum(each.fields for each in totals.erasures), totals.erasures[-1]
            verdict.checked.append(
                f"erasures of personal data: {len(totals.erasures):,}, of {fields:,} kinds in all, the last on "
                f"{last.day} (entry {last.number:,}). They changed no entry"
            )
        verdict.checked.append("balances.csv, corrections.csv, journal.ledger and README.txt match the entries")

    def _small_file(self, name: str) -> bytes:
        return read_file(self._folder / name)
