"""Being the server's other process: it gives way to everything else, and ends when the server does."""

import logging
import os
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple, TypeVar

import click
from sqlalchemy.exc import SQLAlchemyError

from ledger.log.entry import UnreadableEntry
from ledger.log.store import LogUnavailable
from ledger.refusals import Refusal
from ledger.time_bank import TimeBank
from projections.engine.background import BackgroundRequest
from projections.figures.reports.refreshing import everything_at
from projections.views import Views
from web.commands.accounts import checked
from web.commands.opening import Where
from web.commands.printing import CommandProblem, count, problem_of, progress, say

NICENESS = 10

Command = TypeVar("Command", bound=Callable[..., Any])


def aside_options(command: Command) -> Command:
    """The hidden options of every command that is also a chore; their values come in as `quiet` and `aside`."""
    command = click.option("--aside", is_flag=True, hidden=True, help="Give way, and end when standard input does.")(
        command
    )
    return click.option("--quiet", is_flag=True, hidden=True, help="Say nothing at the end.")(command)


def give_way() -> None:
    """Lets everything else on the machine go first, and ends with the process that started this one, however that ends."""
    os.nice(NICENESS)
    threading.Thread(target=_end_with_standard_input, daemon=True).start()


def _end_with_standard_input() -> None:
    while os.read(0, 1):  # not by a buffered reader, which a process that ends may not leave locked
        pass
    os._exit(0)  # what is half made is not written, and made again the next time


@click.command("asked")
@aside_options
@click.pass_obj
def asked_command(where: Where, quiet: bool, aside: bool) -> None:
    """Run the calculations requested on the website, such as adding up the record or working out all figures.

    `hours serve` does this automatically.
    """
    if aside:
        give_way()
    done: list[BackgroundRequest] = []
    failed: list[str] = []
    with where.bank() as bank, where.views(bank) as views, views.wishes.alone() as is_alone:
        while is_alone and (waiting := views.wishes.waiting()):
            wish = waiting[0]
            if wish.state == "begun":
                trouble = "It was interrupted."
            else:
                views.wishes.begin(wish)
                trouble = _carried_out(where, bank, views, wish)
            views.wishes.finish(wish, trouble)
            done.append(wish)
            failed += [f"{wish.what}: {trouble}"] if trouble else []
    if failed:
        raise CommandProblem(" ".join(failed), "The person who asked sees this on the page, and can ask again.")
    if not quiet and not aside:
        say(f"{count(len(done), 'wish', 'wishes')} done.")


def _carried_out(where: Where, bank: TimeBank, views: Views, wish: BackgroundRequest) -> str:
    """Does what is wanted, and keeps it where the page looks; returns why it could not be done."""
    try:
        if wish.what == "replay":
            checked(where, wish.number or None)
        else:
            with progress("Reading the log") as tell:
                day = date.fromisoformat(wish.day) if wish.day else None
                found = everything_at(bank.log, wish.number, day, progress=lambda done: tell(done, wish.number))
            views.statistics.store(found, wish.day, datetime.now(UTC))
    except (Refusal, LogUnavailable, UnreadableEntry, OSError, SQLAlchemyError) as error:
        return problem_of(error).message
    return ""


logger = logging.getLogger("hours.daily")


class DailyStep(NamedTuple):
    """Something that is done once a day. `take` says what came out of it; a Problem, or any error, is its failure."""

    name: str
    take: Callable[[Where], str]


def check_by_replay(where: Where) -> str:
    """Every account added up from the log alone, and compared with what people read."""
    from web.commands.accounts import checked, told

    return told(where, checked(where))


def seal(where: Where) -> str:
    """What has come since yesterday is sealed, if the host has ever given a seal."""
    from web.commands.sealing import sealed_for_the_day

    return sealed_for_the_day(where)


STEPS: Sequence[DailyStep] = (DailyStep("replay", check_by_replay), DailyStep("seal", seal))
"""In this order. A new step is a function and its line here; `hours serve` and cron take it from the next day on."""

NAMES = tuple(step.name for step in STEPS)


@click.command("daily")
@aside_options
@click.pass_obj
def daily_command(where: Where, quiet: bool, aside: bool) -> None:
    """Run the daily tasks: add up the record again and compare. `hours serve` does this automatically, once a day.

    A task that fails does not stop the others. The exit code is then 1. Use this with cron where nothing serves pages.
    """
    if aside:
        give_way()
    with where.bank() as bank, where.views(bank) as views, views.daily.alone() as is_alone:
        if not is_alone:
            say("Another process is doing this at the moment.")
            return
        time_zone = bank.agreements.time_zone
        due = views.daily.due(NAMES, datetime.now(UTC), time_zone) if aside else NAMES
        failed: list[str] = []
        for step in (step for step in STEPS if step.name in due):
            trouble = _taken(step, where, quiet=quiet or aside)
            views.daily.keep(step.name, datetime.now(UTC), time_zone, trouble)
            failed += [step.name] if trouble else []
    if failed:
        raise CommandProblem(
            f"{count(len(failed), 'step')} of {len(due)} failed: {', '.join(failed)}.",
            "Fix the problem, then run: hours daily. While the server runs, it tries again after an hour.",
        )


def _taken(step: DailyStep, where: Where, *, quiet: bool) -> str:
    """Takes one step, and tells; returns what went wrong. None of it must cost the community the steps after this one."""
    try:
        came_out = step.take(where)
    except click.ClickException as problem:
        return _told(step, problem)
    except (Refusal, LogUnavailable, UnreadableEntry, OSError, SQLAlchemyError) as error:
        return _told(step, problem_of(error))
    except Exception as error:
        logger.exception("The daily task “%s” was interrupted", step.name)
        return _told(step, CommandProblem(f"{type(error).__name__}: {error}"))
    if not quiet:
        say(f"{step.name}: {came_out}")
    return ""


def _told(step: DailyStep, problem: click.ClickException) -> str:
    to_do = problem.to_do if isinstance(problem, CommandProblem) else ""
    say(f"{step.name}: {problem.message} {to_do}".rstrip())
    return problem.message
