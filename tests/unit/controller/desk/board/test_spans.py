"""A span of time is taken from hours where they are whole, and from minutes at its ends."""

from datetime import UTC, datetime, timedelta

from fer_controller.desk.board.spans import Span, spans
from fer_wire.message import iso_utc
from hypothesis import given
from hypothesis import strategies as st

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
MINUTES = st.integers(0, 400).map(lambda minutes: NOON + timedelta(minutes=minutes))


def starts_of(span: Span) -> "list[datetime]":
    """Each minute that it covers."""
    since, until = datetime.fromisoformat(span.since), datetime.fromisoformat(span.until)
    return [since + timedelta(minutes=each) for each in range(round((until - since) / timedelta(minutes=1)))]


@given(MINUTES, MINUTES)
def test_every_minute_is_counted_once(since: datetime, until: datetime) -> None:
    found = [start for span in spans(since, until) for start in starts_of(span)]
    minutes = range(max(0, round((until - since) / timedelta(minutes=1))))
    assert found == [since + timedelta(minutes=each) for each in minutes]


@given(MINUTES, MINUTES)
def test_an_hour_that_is_whole_is_read_as_one(since: datetime, until: datetime) -> None:
    of_minutes = [span for span in spans(since, until) if span.per == "minute"]
    assert sum(len(starts_of(span)) for span in of_minutes) < 120
    for span in spans(since, until):
        assert span.per == "minute" or (span.since.endswith(":00:00.000Z") and span.until.endswith(":00:00.000Z"))


def test_a_day_that_begins_at_half_past_has_minutes_at_both_ends() -> None:
    begun = NOON + timedelta(minutes=30)
    assert spans(begun, begun + timedelta(hours=3)) == [
        Span("minute", iso_utc(begun), "2026-01-31T13:00:00.000Z"),
        Span("hour", "2026-01-31T13:00:00.000Z", "2026-01-31T15:00:00.000Z"),
        Span("minute", "2026-01-31T15:00:00.000Z", "2026-01-31T15:30:00.000Z"),
    ]
