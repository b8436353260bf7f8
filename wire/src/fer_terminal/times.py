"""Times as people say them: 3 min ago, in 5 d."""

import re
from datetime import datetime, timezone
from typing import Optional

ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?")
NOW_S = 10.0
MINUTE_S, HOUR_S, DAY_S = 60.0, 3600.0, 86_400.0
MOST_DAYS = 100
UNITS = ((90.0, 1.0, "s"), (90 * MINUTE_S, MINUTE_S, "min"), (36 * HOUR_S, HOUR_S, "h"))
"""Up to how many seconds a unit is used, its size in seconds, its name; above them all, days."""


def relative(text: str, now: datetime) -> str:
    """The text with each ISO 8601 time in it as it lies from now, or its day where that is far."""
    return ISO.sub(lambda found: _told(found[0], now), text)


def now_utc() -> datetime:
    """This moment."""
    return datetime.now(timezone.utc)


def _told(text: str, now: datetime) -> str:
    try:
        at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return text
    away_s = (now - (at if at.tzinfo else at.replace(tzinfo=timezone.utc))).total_seconds()
    if abs(away_s) < NOW_S:
        return "now"
    counted = _counted(abs(away_s))
    if counted is None:
        return f"{at:%Y-%m-%d}"
    return f"{counted} ago" if away_s > 0 else f"in {counted}"


def _counted(size_s: float) -> Optional[str]:
    for below_s, unit_s, name in UNITS:
        if size_s < below_s:
            return f"{int(size_s // unit_s)} {name}"
    days = int(size_s // DAY_S)
    return f"{days} d" if days < MOST_DAYS else None
