"""Times as people say them."""

from datetime import datetime, timedelta, timezone

import pytest
from fer_terminal.times import relative
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("away", "told"),
    [
        (timedelta(seconds=3), "now"),
        (timedelta(seconds=-3), "now"),
        (timedelta(seconds=42), "42 s ago"),
        (timedelta(minutes=3), "3 min ago"),
        (timedelta(hours=5, minutes=59), "5 h ago"),
        (timedelta(days=12), "12 d ago"),
        (timedelta(days=-90), "in 90 d"),
        (timedelta(days=300), "2025-04-06"),
    ],
)
def test_a_time_is_told_by_how_far_it_lies_from_now(away: timedelta, told: str) -> None:
    assert relative((NOW - away).isoformat(), NOW) == told


def test_what_stands_beside_a_time_stays() -> None:
    assert relative("2026-01-31T11:57:00.000Z (arrived)", NOW) == "3 min ago (arrived)"
    assert relative("revoked 2026-01-30T00:00:00Z", NOW) == "revoked 1 d ago"


def test_what_is_no_time_is_told_as_it_is() -> None:
    assert relative("never", NOW) == "never"
    assert relative("2026-99-99T99:99:99Z", NOW) == "2026-99-99T99:99:99Z"


@given(st.timedeltas(timedelta(days=-9000), timedelta(days=9000)))
def test_every_time_is_told_in_ten_characters(away: timedelta) -> None:
    assert len(relative((NOW - away).isoformat(), NOW)) <= len("2026-01-31")
