"""Read models come up to the log by themselves after a command, once for many, and whatever goes wrong meanwhile."""

import logging
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy.exc import OperationalError

from projections.engine.projector import Follower
from tests.projections.elm_street import ElmStreet

LONG = 60
"""Seconds that nothing here takes."""


class Steps:
    """Catching up, as far as its follower is concerned: each step waits until it may end."""

    def __init__(self, *, may_end: bool = True) -> None:
        self.begun = threading.Semaphore(0)
        self.may_end = threading.Event()
        self.taken = 0
        self.fault: Exception | None = None
        if may_end:
            self.may_end.set()

    def take(self) -> None:
        self.taken += 1
        self.begun.release()
        assert self.may_end.wait(LONG)
        if self.fault:
            raise self.fault


@pytest.fixture
def steps() -> Steps:
    return Steps()


@pytest.fixture
def follower(steps: Steps) -> Iterator[Follower]:
    follower = Follower(steps.take)
    yield follower
    steps.may_end.set()
    follower.end()


def test_one_step_takes_in_all_that_came_during_the_one_before(follower: Follower, steps: Steps) -> None:
    steps.may_end.clear()
    follower.call()
    assert steps.begun.acquire(timeout=LONG)

    for _ in range(20):
        follower.call()
    steps.may_end.set()
    assert steps.begun.acquire(timeout=LONG)
    follower.end()

    assert steps.taken == 2


@pytest.mark.parametrize("fault", [OperationalError("INSERT", None, Exception("locked")), ValueError("a mistake")])
def test_after_trouble_the_next_command_is_followed_again(
    follower: Follower, steps: Steps, fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    steps.fault = fault
    with caplog.at_level(logging.WARNING, logger="hours.views"):
        follower.call()
        assert steps.begun.acquire(timeout=LONG)
        steps.fault = None
        follower.call()
        assert steps.begun.acquire(timeout=LONG)

    assert "stay behind" in caplog.text


def test_whoever_was_never_called_ends_at_once(steps: Steps) -> None:
    Follower(steps.take).end()

    assert steps.taken == 0


def test_a_command_is_followed_though_no_page_asks(street: ElmStreet) -> None:
    wanted = street.reported()

    street.views.follow()

    reached = threading.Event()
    while any(state.position < wanted for state in street.views.state()):
        reached.wait(0.01)
    assert street.given_by_ana == 60


def test_an_end_that_comes_while_a_call_is_taken_up_is_not_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    follower = Follower(lambda: None)
    called, clear = follower._was_called, follower._was_called.clear

    def at_the_last_moment() -> None:
        follower._is_over.set()
        called.set()
        clear()

    monkeypatch.setattr(called, "clear", at_the_last_moment)
    follower.call()

    assert follower._thread is not None
    follower._thread.join(5)
    assert not follower._thread.is_alive()
