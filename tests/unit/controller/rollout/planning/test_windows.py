"""Windows of the week in any zone, also in the nights in which its clocks are changed."""

import zoneinfo
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from fer_controller.errors import RequestError
from fer_controller.rollout.planning.windows import Window, opens_at, parse_start, parse_window, spelled
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis_profiles import examples

ZONES = (
    "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu",
    "Africa/Casablanca", "Pacific/Apia",
)  # fmt: skip
CHANGES = ("2026-03-29T01:00Z", "2026-10-25T01:00Z", "2026-03-08T07:00Z", "2026-04-05T15:00Z", "2011-12-30T10:00Z",
           "2026-09-06T04:00Z")  # fmt: skip
"""When clocks are, or were, changed somewhere: also over half an hour, at midnight, and over a whole day."""
MINUTE = timedelta(minutes=1)
MONDAY_NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
NIGHTS = parse_window("Mon-Fri 22:00-05:00 Europe/Berlin")

minutes_of_day = st.integers(0, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))
moments = st.builds(
    lambda change, ahead: datetime.fromisoformat(change) + ahead * MINUTE,
    st.sampled_from(CHANGES), st.integers(-3 * 24 * 60, 3 * 24 * 60),
)  # fmt: skip
windows = st.builds(
    Window, st.frozensets(st.integers(0, 6), min_size=1), minutes_of_day, minutes_of_day,
    st.sampled_from(ZONES).map(ZoneInfo),
).filter(lambda window: window.opens != window.closes)  # fmt: skip


@given(windows, moments)
@settings(max_examples=examples(100), deadline=None)
def test_it_opens_at_the_first_minute_at_which_the_clock_on_the_wall_shows_a_time_within_it(
    window: Window, now: datetime
) -> None:
    moment = now
    while not window.is_open(moment):
        moment += MINUTE
    assert window.opens_at(now) == moment


@given(windows, moments)
@settings(max_examples=examples(300), deadline=None)
def test_it_is_open_when_that_clock_shows_a_time_of_one_of_its_days_or_of_the_night_after(
    window: Window, now: datetime
) -> None:
    wall = now.astimezone(window.zone)
    minute, opens, closes = (each.hour * 60 + each.minute for each in (wall, window.opens, window.closes))
    lasts = (closes - opens) % (24 * 60)
    since_opening = (minute - opens) % (24 * 60)
    opened_on = wall.weekday() if minute >= opens else (wall.weekday() - 1) % 7
    assert window.is_open(now) == (since_opening < lasts and opened_on in window.days)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-30T20:59Z", "2026-11-30T21:00Z"),
        ("2026-12-01T03:59Z", "2026-12-01T03:59Z"),
        ("2026-12-01T04:00Z", "2026-12-01T21:00Z"),
        ("2026-12-05T03:00Z", "2026-12-05T03:00Z"),
        ("2026-12-05T04:00Z", "2026-12-07T21:00Z"),
        ("2026-07-01T12:00Z", "2026-07-01T20:00Z"),
    ],
)
def test_a_window_over_midnight_belongs_to_the_day_on_which_it_opens(now: str, opens: str) -> None:
    assert NIGHTS.opens_at(datetime.fromisoformat(now)) == datetime.fromisoformat(opens)


def test_a_time_that_is_skipped_is_in_no_window_and_one_that_comes_twice_is_twice() -> None:
    early = parse_window("02:15-02:45 Europe/Berlin")
    skipped, twice = datetime(2026, 3, 29, 0, tzinfo=UTC), datetime(2026, 10, 25, 0, 50, tzinfo=UTC)
    assert early.opens_at(skipped) == datetime(2026, 3, 30, 0, 15, tzinfo=UTC)
    assert early.opens_at(twice) == datetime(2026, 10, 25, 1, 15, tzinfo=UTC)


def test_of_several_windows_the_first_that_opens_counts_and_never_one_before_the_start() -> None:
    weekend = parse_window("Sat,Sun 00:00-24:00 UTC")
    start = parse_start("2026-12-04T23:30Z")
    assert opens_at(None, (weekend, NIGHTS), MONDAY_NOON) == datetime(2026, 11, 30, 21, tzinfo=UTC)
    assert opens_at(start, (weekend,), MONDAY_NOON) == datetime(2026, 12, 5, tzinfo=UTC)
    assert opens_at(start, (), MONDAY_NOON) == start
    assert opens_at(None, (), MONDAY_NOON) == MONDAY_NOON


def test_a_zone_is_known_where_the_system_has_none() -> None:
    ZoneInfo.clear_cache()
    zoneinfo.reset_tzpath(to=[])
    try:
        nights = parse_window("Mon-Fri 22:00-05:00 Europe/Berlin")
    finally:
        zoneinfo.reset_tzpath()
    assert nights.opens_at(MONDAY_NOON) == datetime(2026, 11, 30, 21, tzinfo=UTC)


def test_days_may_go_over_the_end_of_the_week_and_be_left_out() -> None:
    assert parse_window("Sat-Mon 01:00-02:00 UTC").days == {5, 6, 0}
    assert parse_window("01:00-02:00 UTC").days == set(range(7))
    assert parse_window("mon,Wed-thu 01:00-02:00 UTC").days == {0, 2, 3}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("22:00-05:00", "is not a window; write, for example, 'Mon-Fri 22:00-05:00 Europe/Berlin'"),
        ("Mo 22:00-05:00 UTC", "'Mo' is no day; use Mon, Tue"),
        ("25:00-05:00 UTC", "there is no time 25:00"),
        ("05:00-05:00 UTC", "ends when it begins; a whole day is 00:00-24:00"),
        ("22:00-05:00 Europe/Berlim", "There is no time zone 'Europe/Berlim'"),
        ("22:00-05:00 Europe", "There is no time zone 'Europe'"),
    ],
)
def test_what_is_no_window_is_told_in_a_sentence(written: str, said: str) -> None:
    with pytest.raises(RequestError) as error:
        parse_window(written)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-12-01T22:00+01:00", "2026-12-01T21:00Z"),
        ("2026-12-01 22:00 Europe/Berlin", "2026-12-01T21:00Z"),
        ("2026-07-01T22:00 Europe/Berlin", "2026-07-01T20:00Z"),
    ],
)
def test_a_start_has_an_offset_or_a_named_zone(written: str, moment: str) -> None:
    assert parse_start(written) == datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2026-12-01T22:00", "needs one zone"),
        ("2026-12-01T22:00Z Europe/Berlin", "needs one zone"),
        ("2026-03-29 02:30 Europe/Berlin", "is skipped in Europe/Berlin, where the clocks change"),
        ("2026-10-25 02:30 Europe/Berlin", "comes twice in Europe/Berlin, where the clocks change"),
        ("tonight", "is not a time"),
        ("", "is not a time"),
    ],
)
def test_a_start_that_leaves_open_which_moment_is_meant_is_refused(written: str, said: str) -> None:
    with pytest.raises(RequestError) as error:
        parse_start(written)
    assert said in str(error.value)


def test_a_moment_is_spelled_in_a_zone_and_with_its_date_where_it_is_days_away() -> None:
    tonight, later = NIGHTS.opens_at(MONDAY_NOON), parse_start("2026-12-08T22:00+01:00")
    assert spelled(tonight, MONDAY_NOON, NIGHTS.zone) == "Mon 22:00 Europe/Berlin"
    assert later.tzinfo is not None
    assert spelled(later, MONDAY_NOON, later.tzinfo) == "Tue 2026-12-08 22:00 UTC+01:00"
