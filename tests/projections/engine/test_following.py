"""The follower brings read models up to date after commands, once for many of them, and survives errors."""

import logging
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy.exc import OperationalError

from projections.engine.projector import Follower
from tests.projections.elm_street import ElmStreet

LONG = 60
"""Seconds; nothing here takes that long."""


class Steps:
    """A stand-in for catching up: each step waits until it may end."""

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
    follower.stop()


def test_one_step_applies_everything_that_arrived_during_the_step_before(follower: Follower, steps: Steps) -> None:
    steps.may_end.clear()
    follower.notify()
    assert steps.begun.acquire(timeout=LONG)

    for _ in range(20):
        follower.notify()
    steps.may_end.set()
    assert steps.begun.acquire(timeout=LONG)
    follower.stop()

    assert steps.taken == 2


@pytest.mark.parametrize("fault", [OperationalError("INSERT", None, Exception("locked")), ValueError("a mistake")])
def test_after_an_error_the_next_command_is_followed_again(
    follower: Follower, steps: Steps, fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    steps.fault = fault
    with caplog.at_level(logging.WARNING, logger="hours.views"):
        follower.notify()
        assert steps.begun.acquire(timeout=LONG)
        steps.fault = None
        follower.notify()
        assert steps.begun.acquire(timeout=LONG)

    assert "stay behind" in caplog.text


def test_a_follower_that_was_never_notified_stops_at_once(steps: Steps) -> None:
    Follower(steps.take).stop()

    assert steps.taken == 0


def test_a_command_is_followed_even_if_no_page_is_opened(street: ElmStreet) -> None:
    wanted = street.reported()

    street.views.follow()

    reached = threading.Event()
    while any(state.position < wanted for state in street.views.state()):
        reached.wait(0.01)
    assert street.given_by_ana == 60


def test_stopping_while_a_notification_is_being_cleared_is_not_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    follower = Follower(lambda: None)
    called, clear = follower._notified, follower._notified.clear

    def stop_then_clear() -> None:
        follower._stopping.set()
        called.set()
        clear()

    monkeypatch.setattr(called, "clear", stop_then_clear)
    follower.notify()

    assert follower._thread is not None
    follower._thread.join(5)
    assert not follower._thread.is_alive()
