"""Which daily steps are due: each once a day where the community lives, and a failed one again after an hour."""

from datetime import UTC, datetime, timedelta

from tests.projections.elm_street import ElmStreet

EVENING = datetime(2026, 3, 14, 20, 0, tzinfo=UTC)


def test_a_step_is_due_until_it_has_run_that_day(street: ElmStreet) -> None:
    daily = street.views.daily
    assert daily.due(["replay", "seal"], EVENING, "UTC") == ["replay", "seal"]

    daily.record("replay", EVENING, "UTC")

    assert daily.due(["replay", "seal"], EVENING + timedelta(hours=3), "UTC") == ["seal"]
    assert daily.due(["replay"], EVENING + timedelta(hours=4), "UTC") == ["replay"]


def test_the_day_is_that_of_the_community_and_not_of_the_server(street: ElmStreet) -> None:
    daily = street.views.daily
    daily.record("replay", EVENING, "Asia/Tokyo")

    assert daily.due(["replay"], EVENING + timedelta(hours=5), "Asia/Tokyo") == []
    assert daily.due(["replay"], EVENING + timedelta(hours=20), "Asia/Tokyo") == ["replay"]


def test_a_failed_step_is_due_again_after_an_hour(street: ElmStreet) -> None:
    daily = street.views.daily
    daily.record("replay", EVENING, "UTC", "1 difference")

    assert daily.due(["replay"], EVENING + timedelta(minutes=59), "UTC") == []
    assert daily.due(["replay"], EVENING + timedelta(minutes=60), "UTC") == ["replay"]


def test_a_rebuild_keeps_the_last_runs(street: ElmStreet) -> None:
    street.views.daily.record("replay", EVENING, "UTC")

    street.views.rebuild()

    assert street.views.daily.due(["replay"], EVENING, "UTC") == []
