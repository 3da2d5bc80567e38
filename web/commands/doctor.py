"""`hours doctor`: checks what a host can have wrong, and prints a line for each with what to do about it."""

import os
import platform
from collections.abc import Callable, Iterator
from pathlib import Path

import click
from sqlalchemy.exc import DBAPIError

from ledger.deciding.snapshots import wrong_snapshots
from ledger.erasure.commands import is_clean
from ledger.identifiers import MemberId
from ledger.log.entry import UnreadableEntry, decode
from ledger.log.store import Log, LogUnavailable
from ledger.personal_data.store import WordsDoNotMatch
from ledger.refusals import NotFounded, Refusal
from ledger.seal.signing.folder import SealFolder, SealRefused, default_place
from ledger.seal.signing.published import Published
from ledger.seal.signing.signer import Signer
from ledger.time_bank import TimeBank
from projections.views import Views
from web.commands.clock_checks import StepsBack, check_clock
from web.commands.machine_checks import Finding, check_folder, check_permissions, check_settings, check_sign_in
from web.commands.main import installed_version
from web.commands.opening import Location
from web.commands.printing import (
    CommandProblem,
    Format,
    count,
    echo_err,
    format_option,
    print_rows,
    problem_of,
    progress_bar,
)
from web.settings import InvalidSetting, read_settings

SAMPLE = 500
FAULTS = (CommandProblem, Refusal, LogUnavailable, UnreadableEntry, WordsDoNotMatch, DBAPIError, OSError)


@click.command("doctor")
@click.option("--all", "whole", is_flag=True, help="Check every entry and all text, not only a sample.")
@format_option
@click.pass_obj
def doctor_command(location: Location, whole: bool, output: Format) -> None:
    """Check everything on the host's side for problems. Prints one line for each check. The exit code is 1 if there is
    a problem.
    """
    columns = ("state", "looked_at", "found", "to_do")
    rows = [("problem" if each.to_do else "ok", *each) for each in _findings(location, whole=whole)]
    if output == "text":
        for state, subject, result, to_do in rows:
            click.echo(f"{state:7}  {subject}: {result}" + (f"\n         {to_do}" if to_do else ""))
    else:
        print_rows(rows, columns, output)
    if problems := sum(1 for state, *_ in rows if state == "problem"):
        echo_err(f"{count(problems, 'problem')}.")
        raise click.exceptions.Exit(1)


def _findings(location: Location, *, whole: bool) -> Iterator[Finding]:
    yield Finding("version", f"Common Hours {installed_version()} on Python {platform.python_version()}")
    try:
        settings = read_settings(os.environ)
    except InvalidSetting as error:
        yield Finding(
            "settings", str(error), "Correct the variable. The settings reference lists the values it can have."
        )
    else:
        yield from check_settings(settings)
    place = location.place()
    if place.is_sqlite:
        yield from check_folder(place.path)
    yield check_permissions(place)
    try:
        with location.bank() as bank:
            origin = bank.agreements.origin
            yield from _checked(lambda: _log(bank.log, origin, whole=whole))
            if whole:
                yield from _checked(lambda: _snapshots(location, bank.log))
            yield from _checked(lambda: check_clock(bank))
            yield from _checked(lambda: check_sign_in(bank.people, bank.handler.now()))
            yield from _checked(lambda: _seal(bank.log, origin, whole=whole))
            with location.views(bank) as views:
                yield from _checked(lambda: _read_models(location, bank, views))
                yield from _checked(lambda: _people(location, bank, views, whole=whole))
    except NotFounded as error:
        yield _failed(error)
        yield from _unfounded(location, whole=whole)
    except FAULTS as error:
        yield _failed(error)


def _unfounded(location: Location, *, whole: bool) -> Iterator[Finding]:
    """Check a log without a founding entry, which was changed by hand: its tags and seal show where."""
    with location.log() as log:
        if first := log.from_position(0, limit=1):
            origin = decode(first[0].data).log
            yield from _checked(lambda: _log(log, origin, whole=whole))
            yield from _checked(lambda: _seal(log, origin, whole=whole))


def _checked(check: Callable[[], Finding]) -> Iterator[Finding]:
    """Run one check. If it cannot be run, that is its result, and the next check runs all the same."""
    try:
        yield check()
    except FAULTS as error:
        yield _failed(error)


def _failed(error: Exception) -> Finding:
    """The result of a check that could not be run."""
    problem = problem_of(error) or CommandProblem(str(error))
    return Finding("community", problem.message, problem.to_do or "Fix the problem, then check again.")


def _log(log: Log, origin: str, *, whole: bool) -> Finding:
    """Check that the newest entries, or all, are readable, belong to this community and are indexed under their tags."""
    head = log.head()
    number, position = 0, 0 if whole else max(0, head - SAMPLE)
    misfiled = log.misfiled(after=position)
    steps_back = StepsBack("entry" if whole else "position")
    with progress_bar("Reading the log") as progress:
        while stored := log.from_position(position, limit=SAMPLE):
            for position, kind, data, tags in stored:
                try:
                    entry = decode(data)
                except UnreadableEntry as error:
                    raise UnreadableEntry(f"at position {position}, {error}") from error
                if entry.log != origin:
                    return Finding(
                        "log",
                        f"the entry at position {position} belongs to {entry.log}, not to {origin}.",
                        "Someone combined two logs. Go back to a backup.",
                    )
                if kind != entry.type or {*tags} != {*entry.tags}:
                    misfiled = min(position, misfiled or position)
                number += 1
                steps_back.look(number if whole else position, data)
            progress(position, head)
    if misfiled is not None:
        return Finding(
            "log",
            f"the entry at position {misfiled} is indexed under different tags from its own.",
            "Someone changed the database by hand, and decisions depend on it. Go back to a backup, or move "
            "the log to a new place with hours backup and hours restore.",
        )
    read = f"{count(number, 'entry', 'entries')} read{'' if whole else ' as a sample'}, each of {origin}"
    if steps_back.found:
        return Finding("log", f"{read}; {steps_back.in_words}", steps_back.to_do)
    return Finding("log", read)


def _snapshots(location: Location, log: Log) -> Finding:
    """Check that the stored totals of busy accounts match their entries."""
    if wrong := wrong_snapshots(log):
        return Finding(
            "snapshots",
            f"the remembered totals of {wrong[0]} do not match the entries ({count(len(wrong), 'account')} in all).",
            f"Someone changed the database by hand. Stop the server, then run: hours{location.options} rebuild",
        )
    return Finding("snapshots", f"remembered totals of {count(len(log.snapshots()), 'busy account')} match the entries")


def _seal(log: Log, origin: str, *, whole: bool) -> Finding:
    """Check that the log still contains what was sealed. If it was rolled back or cut, say which entries are missing."""
    place = Path(os.environ.get("HOURS_SEAL") or default_place(os.environ))
    folder = SealFolder(place, origin)
    if not folder.is_begun:
        return Finding("seal", f"nothing has been sealed here yet, in {place}")
    try:
        Signer(place, log).check(whole=whole)
        sealed = folder.latest().checkpoint.size
    except SealRefused as refused:
        return Finding("seal", refused.wrong, refused.to_do)
    since = sum(1 for _ in log.scan(after=Published(folder).position_of(sealed) if sealed else 0))
    scope = "every one read again" if whole else "checked from its end only; use --all to read every one again"
    return Finding(
        "seal", f"the log contains all {count(sealed, 'sealed entry', 'sealed entries')}, and {since:,} since, {scope}"
    )


def _read_models(location: Location, bank: TimeBank, views: Views) -> Finding:
    for state in views.state():
        if state.stopped_by:
            return Finding(
                "read models",
                f"{state.name} stopped: {state.stopped_by}.",
                f"Then run: hours{location.options} rebuild",
            )
        if state.position < bank.log.head():
            return Finding(
                "read models", f"{state.name} is behind the log.", f"Then run: hours{location.options} rebuild"
            )
    return Finding("read models", f"up to entry {views.as_of().number:,}")


def _people(location: Location, bank: TimeBank, views: Views, *, whole: bool) -> Finding:
    """Check that names match the log, that erased bytes are gone, and that there is a coordinator."""
    coordinators = views.members.with_role("coordinator")
    if not coordinators:
        return Finding(
            "people",
            "there is no coordinator.",
            f"Make someone a coordinator: hours{location.options} role give MEMBER coordinator",
        )
    if not is_clean(bank.people):
        return Finding(
            "people",
            "someone was erased, and deleted bytes may remain in the files.",
            f"Then run: hours{location.options} sweep",
        )
    checked = 0
    after = ("", "")
    while named := bank.people.named(after=after, limit=SAMPLE):
        members = views.members.many([MemberId(person.subject) for person in named])
        commitments = {person.subject: person.commitment for person in named}
        if any(member.name and commitments[member.id] != member.name for member in members.values()):
            return _changed_by_hand("a name does not match the one that was sealed")
        try:
            bank.people.words(member.name for member in members.values())
        except WordsDoNotMatch as error:
            return _changed_by_hand(str(error))
        checked += len(named)
        after = (named[-1].folded, named[-1].subject)
        if not whole:
            break
    return Finding("people", f"{count(checked, 'name')} match the log; {count(len(coordinators), 'coordinator')}")


def _changed_by_hand(what: str) -> Finding:
    return Finding("people", f"{what}.", "Someone changed the people store by hand. Restore it from a backup.")
