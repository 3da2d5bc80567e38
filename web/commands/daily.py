"""`hours daily`: what a community does by itself every day, step by step; by cron, or as the server's other process."""

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import click
from sqlalchemy.exc import SQLAlchemyError

from ledger.log.entry import UnreadableEntry
from ledger.log.faults import LogUnavailable
from ledger.refusals import Refusal
from web.commands.aside import aside_options, give_way
from web.commands.printing import count, say
from web.commands.problems import Problem, problem_of
from web.commands.where import Where

logger = logging.getLogger("hours.daily")


class Step(NamedTuple):
    """Something that is done once a day. `take` says what came out of it; a Problem, or any error, is its failure."""

    name: str
    take: Callable[[Where], str]


def check_by_replay(where: Where) -> str:
    """Every account added up from the log alone, and compared with what people read."""
    from web.commands.replaying import checked, told

    return told(where, checked(where))


def seal(where: Where) -> str:
    """What has come since yesterday is sealed, if the host has ever given a seal."""
    from web.commands.sealing import sealed_for_the_day

    return sealed_for_the_day(where)


STEPS: Sequence[Step] = (Step("replay", check_by_replay), Step("seal", seal))
"""In this order. A new step is a function and its line here; `hours serve` and cron take it from the next day on."""

NAMES = tuple(step.name for step in STEPS)


@click.command("daily")
@aside_options
@click.pass_obj
def daily_command(where: Where, quiet: bool, aside: bool) -> None:
    """Do what is done every day: add the book up again and compare. `hours serve` does it by itself, once a day.

    A step that fails does not keep the others from being taken; the exit code is then 1. For cron, where nothing serves.
    """
    if aside:
        give_way()
    with where.bank() as bank, where.views(bank) as views, views.daily.alone() as is_alone:
        if not is_alone:
            say("Another process is doing it just now.")
            return
        time_zone = bank.agreements.time_zone
        due = views.daily.due(NAMES, datetime.now(UTC), time_zone) if aside else NAMES
        failed: list[str] = []
        for step in (step for step in STEPS if step.name in due):
            trouble = _taken(step, where, quiet=quiet or aside)
            views.daily.keep(step.name, datetime.now(UTC), time_zone, trouble)
            failed += [step.name] if trouble else []
    if failed:
        raise Problem(
            f"{count(len(failed), 'step')} of {len(due)} failed: {', '.join(failed)}.",
            "Put it right, then: hours daily. While pages are served, it is tried again after an hour.",
        )


def _taken(step: Step, where: Where, *, quiet: bool) -> str:
    """Takes one step, and tells; returns what went wrong. None of it must cost the community the steps after this one."""
    try:
        came_out = step.take(where)
    except click.ClickException as problem:
        return _told(step, problem)
    except (Refusal, LogUnavailable, UnreadableEntry, OSError, SQLAlchemyError) as error:
        return _told(step, problem_of(error))
    except Exception as error:
        logger.exception("The daily step “%s” broke off", step.name)
        return _told(step, Problem(f"{type(error).__name__}: {error}"))
    if not quiet:
        say(f"{step.name}: {came_out}")
    return ""


def _told(step: Step, problem: click.ClickException) -> str:
    to_do = problem.to_do if isinstance(problem, Problem) else ""
    say(f"{step.name}: {problem.message} {to_do}".rstrip())
    return problem.message
