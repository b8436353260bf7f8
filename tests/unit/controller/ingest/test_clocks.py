from datetime import UTC, datetime, timedelta

import pytest
from fer_controller.ingest.clocks import Clocks
from fer_controller.settings import ClockSettings
from fer_wire.message import iso_utc
from hypothesis import given
from hypothesis import strategies as st

DEVICE = "nano-01"
NOW = datetime(2026, 1, 31, 13, 0, 0, tzinfo=UTC)
OFFSETS_S = st.floats(-3e8, 3e8).filter(lambda offset_s: abs(offset_s) > 400)


def told(clocks: Clocks, offset_s: float, after_s: float = 0, late_s: float = 0) -> float | None:
    arrived = NOW + timedelta(seconds=after_s)
    return clocks.told(DEVICE, arrived + timedelta(seconds=offset_s - late_s), iso_utc(arrived))


@given(offset_s=OFFSETS_S, gap_s=st.floats(1, 600))
def test_a_clock_that_goes_on_at_the_right_pace_is_as_far_off_as_it_says(offset_s: float, gap_s: float) -> None:
    clocks = Clocks(ClockSettings())
    first = told(clocks, offset_s)
    assert first == (round(offset_s) if offset_s > 0 else None)
    assert told(clocks, offset_s, gap_s) == pytest.approx(offset_s, abs=1)


@given(lateness_s=st.lists(st.floats(400, 1e6), min_size=2, max_size=20))
def test_messages_that_waited_at_the_broker_are_late_and_no_clock_is_behind(lateness_s: list[float]) -> None:
    clocks = Clocks(ClockSettings())
    for number, late_s in enumerate(sorted(lateness_s, reverse=True)):
        assert told(clocks, 0, after_s=number / 100, late_s=late_s) is None
    assert told(clocks, 0, after_s=5) == 0


@given(offset_s=st.floats(-300, 299.9))
def test_a_clock_within_the_tolerance_is_right(offset_s: float) -> None:
    assert told(Clocks(ClockSettings()), round(offset_s, 3)) == 0


def test_a_clock_that_ntp_puts_right_is_right_at_once() -> None:
    clocks = Clocks(ClockSettings())
    assert [told(clocks, -7200), told(clocks, -7200, 10), told(clocks, 0.2, 20)] == [None, -7200, 0]


def test_the_controllers_clock_may_go_back_while_a_device_is_measured() -> None:
    clocks = Clocks(ClockSettings())
    assert [told(clocks, -7200), told(clocks, -3600, -3600), told(clocks, -3600, -3590)] == [None, None, -3600]


@pytest.mark.parametrize(
    ("age", "offset_s", "believed"),
    [
        (timedelta(seconds=1), 0, True),
        (timedelta(days=14), 0, True),  # it waited on the device's disk
        (timedelta(days=400), 0, False),
        (timedelta(seconds=-20), 0, True),
        (timedelta(seconds=-301), 0, False),
        (timedelta(days=3, seconds=5), -3 * 86_400.0, False),  # seen by the clock that is behind
        (
            timedelta(days=1),
            -3 * 86_400.0,
            True,
        ),  # the device's own present is before it: seen while the clock was right
        (timedelta(seconds=-3600), 3600.0, False),
        (timedelta(seconds=30), 3600.0, True),
    ],
)
def test_what_can_have_happened_when_a_device_says_is_believed(age: timedelta, offset_s: float, believed: bool) -> None:
    earliest, latest = Clocks(ClockSettings()).believable(iso_utc(NOW), offset_s)
    assert (earliest <= iso_utc(NOW - age) <= latest) == believed
