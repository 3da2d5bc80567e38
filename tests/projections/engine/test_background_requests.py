"""Requests from pages wait for another process: at most one of each kind, and not too often."""

from datetime import timedelta

from projections.engine.background import ABANDONED_AFTER, MIN_INTERVAL
from tests.cast import NOW
from tests.projections.elm_street import ElmStreet


def test_a_request_waits_until_it_is_finished(street: ElmStreet) -> None:
    requests = street.views.requests
    assert requests.submit("replay", 0, "", NOW) == "accepted"
    assert requests.submit("statistics", 7, "", NOW + timedelta(seconds=1)) == "accepted"

    first, second = requests.waiting()
    requests.finish(first)
    requests.finish(second, "the log is locked")

    assert [(request.kind, request.number) for request in (first, second)] == [("replay", 0), ("statistics", 7)]
    assert requests.waiting() == []
    assert [requests.latest("replay").state, requests.latest("statistics").state] == ["done", "the log is locked"]  # pyright: ignore[reportOptionalMemberAccess]


def test_a_waiting_request_is_not_replaced_by_another_of_its_kind(street: ElmStreet) -> None:
    requests = street.views.requests
    requests.submit("replay", 0, "", NOW)

    assert requests.submit("replay", 0, "", NOW + MIN_INTERVAL) == "accepted"
    assert requests.submit("replay", 9, "", NOW + MIN_INTERVAL) == "busy"
    assert [request.at for request in requests.waiting()] == ["2026-03-14T10:30:00.000000Z"]


def test_requests_of_a_kind_are_limited_to_one_each_interval(street: ElmStreet) -> None:
    requests = street.views.requests
    requests.submit("replay", 0, "", NOW)
    requests.finish(requests.waiting()[0])

    assert requests.submit("replay", 0, "", NOW + MIN_INTERVAL / 2) == "too soon"
    assert requests.submit("replay", 0, "", NOW + MIN_INTERVAL) == "accepted"


def test_an_abandoned_request_does_not_block_others(street: ElmStreet) -> None:
    requests = street.views.requests
    requests.submit("replay", 9, "", NOW)

    assert requests.submit("replay", 0, "", NOW + ABANDONED_AFTER) == "accepted"
    assert [request.number for request in requests.waiting()] == [0]


def test_only_one_process_carries_out_requests(street: ElmStreet) -> None:
    with street.views.requests.alone() as first, street.views.requests.alone() as second:
        assert (first, second) == (True, False)
