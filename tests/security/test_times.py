"""A date far ahead neither makes an event the newest for ever nor keeps it from being forgotten."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from controller_messages import an_event
from fer_controller.operations.events import NEWEST_EVENTS, NewestEventsQuery
from fer_controller.retention import Keeper
from fer_controller.settings import RetentionSettings
from fer_controller.store import opening
from fer_controller.store.rollups.records import RESOLUTIONS
from fer_controller.store.rollups.store import RollupStore
from hostile_fleet import HostileFleet

NOW = datetime.now(UTC).replace(microsecond=0)
FAR = datetime(9990, 1, 1, tzinfo=UTC)
KEPT = RetentionSettings(events_days=1, minutes_days=1, hours_days=1)


@pytest.fixture
def fleet(tmp_path: Path) -> HostileFleet:
    made = HostileFleet(tmp_path / "fleet.db")
    made.take_messages(*(an_event(seq, epoch="hostile", time=FAR) for seq in range(1, 6)), now=NOW)
    return made


def tidied(fleet: HostileFleet, now: datetime) -> None:
    """Roll up and forget."""
    with opening.writer(fleet.db) as database:
        Keeper(RollupStore(database), opening.forgetting(database), KEPT, lambda: now, pause_s=0).tidy(Event())


def left(fleet: HostileFleet, table: str) -> int:
    """How many rows there are."""
    with opening.reader(fleet.db) as database:
        return len(database.connection.execute(f"SELECT * FROM {table}").fetchall())  # noqa: S608


def newest(fleet: HostileFleet) -> "tuple[str, str]":
    """Epoch and time of the newest event."""
    with fleet.desk() as desk:
        (found,) = desk.ask(NEWEST_EVENTS, NewestEventsQuery(limit=1)).events
    return found.epoch, found.time


def make_old(fleet: HostileFleet) -> None:
    """As a controller stored them that believed what devices say of the time."""
    tidied(fleet, NOW)
    fleet.as_of_old(
        "UPDATE events SET time = device_time, device_time = NULL WHERE epoch = 'hostile'",
        "UPDATE emotion_rollups SET start = '9990' || substr(start, 5)",
    )
    with opening.writer(fleet.db):
        pass


@pytest.mark.parametrize("old", [False, True])
def test_events_of_the_year_9990_are_filed_by_their_arrival(fleet: HostileFleet, *, old: bool) -> None:
    if old:
        make_old(fleet)
    later = NOW + timedelta(seconds=1)
    fleet.take_messages(an_event(1, epoch="honest", time=later), now=later)
    epoch, time = newest(fleet)
    assert epoch == "honest"
    assert time.startswith(str(NOW.year))


@pytest.mark.parametrize("old", [False, True])
def test_events_of_the_year_9990_are_forgotten_like_all_others(fleet: HostileFleet, *, old: bool) -> None:
    if old:
        make_old(fleet)
    later = NOW + timedelta(days=2)
    fleet.take_messages(an_event(1, epoch="honest", time=later), now=later)
    tidied(fleet, later)
    assert left(fleet, "events") == 1
    assert left(fleet, "emotion_rollups") == len(RESOLUTIONS)
