"""When a rollout may tell devices: windows of the week, by the clock on a wall in a zone; and the moment it begins.

A window is open while that clock shows a time within it. So what daylight saving does to the clock, it does to the
window: a time that is skipped is in none, and one that comes twice opens a window twice (PEP 495).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fer_controller.errors import RequestError

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
EXAMPLE_WINDOW = "Mon-Fri 22:00-05:00 Europe/Berlin"
EXAMPLE_START = "2026-12-01T22:00+01:00"
WINDOW = re.compile(
    r"(?:(?P<days>[A-Za-z,-]+)\s+)?(?P<opens>\d\d:\d\d)\s*-\s*(?P<closes>\d\d:\d\d)\s+(?P<zone>[A-Za-z][\w/+-]*)"
)
MIDNIGHT, NEXT_MIDNIGHT = time(), "24:00"
SEARCHED_DAYS = 16
"""A window of one day may be skipped once: where clocks are set forward over it."""
SECOND, ONE_DAY = timedelta(seconds=1), timedelta(days=1)
NAMED_BY_DAY = timedelta(days=6)
"""A moment that is nearer needs no date."""


@dataclass(frozen=True, slots=True)
class Window:
    """A time of day on some days of the week; one that does not close later than it opens ends on the next day."""

    days: frozenset[int]
    """Those on which it opens; 0 is Monday."""
    opens: time
    closes: time
    zone: ZoneInfo

    def is_open(self, now: datetime) -> bool:
        """Whether the clock on the wall shows a time within it."""
        wall = now.astimezone(self.zone)
        today, shown = wall.weekday(), wall.time()
        if self.closes > self.opens:
            return today in self.days and self.opens <= shown < self.closes
        yesterday = (today - 1) % len(DAYS)
        return (today in self.days and shown >= self.opens) or (yesterday in self.days and shown < self.closes)

    def opens_at(self, now: datetime) -> datetime:
        """The first moment, now or later, at which it is open, in UTC."""
        if self.is_open(now):
            return now.astimezone(UTC)
        today = now.astimezone(self.zone).date()
        days = (today + ahead * ONE_DAY for ahead in range(SEARCHED_DAYS))
        opening = ([each for each in self._openings(day) if each > now and self.is_open(each)] for day in days)
        return min(next(filter(None, opening)))

    def _openings(self, day: date) -> Iterator[datetime]:
        """The moments of a day at which it may open: its time, midnight, and whenever the clock is changed."""
        begins, ends = (_moments(datetime.combine(each, MIDNIGHT), self.zone)[0] for each in (day, day + ONE_DAY))
        yield from (begins, *_moments(datetime.combine(day, self.opens), self.zone))
        if _offset(begins, self.zone) != _offset(ends, self.zone):
            yield _changed(begins, ends, self.zone)


def parse_window(text: str) -> Window:
    """The window of 'Mon-Fri 22:00-05:00 Europe/Berlin'; without days, each day. Raises RequestError."""
    found = WINDOW.fullmatch(text.strip())
    if not found:
        raise RequestError(f"--window {text.strip()!r} is not a window; write, for example, '{EXAMPLE_WINDOW}'.")
    opens, closes = _time(found["opens"], text), _time(found["closes"].replace(NEXT_MIDNIGHT, "00:00"), text)
    if opens == closes and found["closes"] != NEXT_MIDNIGHT:
        raise RequestError(f"--window {text.strip()!r} ends when it begins; a whole day is 00:00-24:00.")
    return Window(frozenset(_days(found["days"] or "Mon-Sun", text)), opens, closes, named_zone(found["zone"]))


def named_zone(name: str) -> ZoneInfo:
    """The zone of Europe/Berlin; raises RequestError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise RequestError(f"There is no time zone {name!r}; name one as in Europe/Berlin, or UTC.") from error


def parse_start(text: str) -> datetime:
    """The moment of 2026-12-01T22:00+01:00 or '2026-12-01 22:00 Europe/Berlin'.

    Raises RequestError for one without a zone: the machines of who asks and of who carries it out may lie in two.
    """
    written, _, last = text.strip().rpartition(" ")
    zone = named_zone(last) if written and last[0].isalpha() else None
    try:
        moment = datetime.fromisoformat(written if zone else text.strip())
        if zone and moment.tzinfo is None:
            return _once(moment, zone)
        moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise RequestError(f"--start {text.strip()!r} is not a time; write it as in {EXAMPLE_START}.") from error
    if moment.tzinfo is None or zone:
        raise RequestError(
            f"--start {text.strip()!r} needs one zone; write {EXAMPLE_START}, or '2026-12-01 22:00 Europe/Berlin'."
        )
    return moment


def opens_at(start: datetime | None, windows: Sequence[Window], now: datetime) -> datetime:
    """The first moment, now or later, that is not before the start and lies in one of the windows, if any; in UTC."""
    earliest = max(now, start or now).astimezone(UTC)
    return min((window.opens_at(earliest) for window in windows), default=earliest)


def spelled(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """A moment to come, as a clock there shows it: Mon 22:00 Europe/Berlin, with the date where it is days away."""
    there = moment.astimezone(zone)
    day = "" if moment - now < NAMED_BY_DAY else f" {there:%Y-%m-%d}"
    return f"{DAYS[there.weekday()]}{day} {there:%H:%M} {zone}"


def _once(wall: datetime, zone: ZoneInfo) -> datetime:
    shown = [moment for moment in _moments(wall, zone) if moment.astimezone(zone).replace(tzinfo=None, fold=0) == wall]
    if len(shown) != 1:
        how = "comes twice" if shown else "is skipped"
        raise RequestError(
            f"--start {wall:%Y-%m-%d %H:%M} {how} in {zone.key}, where the clocks change; write it as in "
            f"{EXAMPLE_START}."
        )
    return shown[0].astimezone(zone)


def _moments(wall: datetime, zone: ZoneInfo) -> list[datetime]:
    """When the clock shows this: twice where it is set back. Of a time that it skips, two moments about that."""
    return sorted({wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)})


def _changed(early: datetime, late: datetime, zone: ZoneInfo) -> datetime:
    """The moment between these two at which the clock is changed."""
    before = _offset(early, zone)
    while late - early > SECOND:
        middle = early + (late - early) // 2 // SECOND * SECOND
        early, late = (middle, late) if _offset(middle, zone) == before else (early, middle)
    return late


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()


def _time(text: str, window: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise RequestError(f"--window {window.strip()!r}: there is no time {text}.") from error


def _days(text: str, window: str) -> Iterator[int]:
    for part in text.split(","):
        first, _, last = part.partition("-")
        known = [DAYS.index(name.capitalize()) for name in (first, last or first) if name.capitalize() in DAYS]
        if len(known) < 2:
            raise RequestError(f"--window {window.strip()!r}: {part!r} is no day; use {', '.join(DAYS)}, or Mon-Fri.")
        begin, end = known
        yield from ((begin + ahead) % len(DAYS) for ahead in range((end - begin) % len(DAYS) + 1))
