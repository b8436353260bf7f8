"""A span of time in whole hours and the minutes at its ends, as rollups hold it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from fer_wire.message import iso_utc

from fer_controller.store.rollups.records import HOUR, MINUTE

WEEK = timedelta(weeks=1)
AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Rollups of one length, from since up to but not including until; ISO 8601 in UTC."""

    per: str
    since: str
    until: str


def spans(since: datetime, until: datetime) -> list[Span]:
    """What covers the time between two whole minutes, each moment once."""
    return list(_spans(since, until))


def _spans(since: datetime, until: datetime) -> Iterator[Span]:
    first = _hour(since + AN_HOUR - timedelta.resolution)
    last = _hour(until)
    if first >= last:
        yield from _span(MINUTE, since, until)
        return
    yield from _span(MINUTE, since, first)
    yield from _span(HOUR, first, last)
    yield from _span(MINUTE, last, until)


def _span(per: str, since: datetime, until: datetime) -> Iterator[Span]:
    if since < until:
        yield Span(per, iso_utc(since), iso_utc(until))


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
