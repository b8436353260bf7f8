"""The same time of earlier days, read from a real database."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from controller_messages import an_event, as_arrived
from fakes_rollout import measured
from fer_controller.rollout.evidence.gates import parse
from fer_controller.rollout.evidence.hours import DAY, Before, EarlierDays
from fer_controller.rollout.evidence.judge import Terms, judge
from fer_controller.rollout.evidence.measured import Measured
from fer_controller.settings import RolloutSettings
from fer_controller.store import opening
from fer_controller.store.database import Database
from fer_controller.store.ingest.records import Batch
from fer_controller.store.ingest.store import IngestStore
from fer_controller.store.measurements.store import MeasurementStore
from fer_wire.message import iso_utc

LUNCH = datetime(2026, 1, 31, 12, tzinfo=UTC)
DEVICE, OLD, NEW = "nano-01", "light@1.0.0/fp32", "light@2.0.0/fp32"
BEFORE = Before(Measured(), OLD, "")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with opening.writer(tmp_path / "fleet.db", create=True) as database:
        yield database


class Days:
    """A device that sees one face at a time, and what is read of it."""

    def __init__(self, database: Database, **settings: int) -> None:
        self.ingest, self._seq = IngestStore(database), 0
        self.measurements = MeasurementStore(database)
        self.earlier = EarlierDays(self.measurements, RolloutSettings(**settings))

    def sees(self, at: datetime, emotion: str, model: str = OLD) -> None:
        self._seq += 1
        event = an_event(self._seq, device=DEVICE, track=self._seq, emotion=emotion, model=model)
        self.ingest.write(Batch(iso_utc(at), events=as_arrived(event, at=iso_utc(at))))

    def beside(self, until: datetime, before: Before = BEFORE) -> list[tuple[dict[str, int], dict[str, int]]]:
        pairs = self.earlier.beside("r-1", LUNCH, until, {DEVICE: before})[DEVICE]
        return [(was.faces, now.faces) for was, now in pairs]


@pytest.fixture
def days(database: Database) -> Days:
    return Days(database, baseline_days=2)


def test_a_quarter_of_an_hour_is_beside_the_same_quarter_of_earlier_days(days: Days) -> None:
    for day, emotion in ((3, "fear"), (2, "sad"), (1, "happy")):
        days.sees(LUNCH - day * DAY + timedelta(minutes=2), emotion)
    days.sees(LUNCH - DAY + timedelta(minutes=20), "angry")
    days.sees(LUNCH + timedelta(minutes=4), "happy", NEW)
    days.sees(LUNCH + timedelta(minutes=25), "neutral", NEW)
    assert days.beside(LUNCH + timedelta(minutes=30)) == [
        ({"happy": 1, "sad": 1}, {"happy": 1}),
        ({"angry": 1}, {"neutral": 1}),
    ]


def test_a_quarter_that_has_begun_is_beside_what_had_been_seen_by_this_time(days: Days) -> None:
    days.sees(LUNCH - DAY + timedelta(minutes=2), "happy")
    days.sees(LUNCH - DAY + timedelta(minutes=8), "sad")
    assert days.beside(LUNCH + timedelta(minutes=5)) == [({"happy": 1}, {})]
    assert days.beside(LUNCH + timedelta(minutes=10)) == [({"happy": 1, "sad": 1}, {})]


def test_days_on_which_another_model_ran_do_not_count(days: Days) -> None:
    days.sees(LUNCH - 2 * DAY, "sad")
    days.sees(LUNCH - DAY, "happy")
    moved = iso_utc(LUNCH - 2 * DAY + timedelta(hours=1))
    assert days.beside(LUNCH + timedelta(minutes=1), Before(Measured(), OLD, moved)) == [({"happy": 1}, {})]
    assert days.beside(LUNCH + timedelta(minutes=1), Before(Measured(), OLD, iso_utc(LUNCH))) == []


def test_events_of_the_earlier_model_that_come_late_do_not_count_as_the_new_ones(days: Days) -> None:
    days.sees(LUNCH - DAY, "happy")
    days.sees(LUNCH + timedelta(minutes=1), "happy", OLD)
    days.sees(LUNCH + timedelta(minutes=2), "sad", NEW)
    assert days.beside(LUNCH + timedelta(minutes=5)) == [({"happy": 1}, {"sad": 1})]


def test_a_camera_that_sees_many_needs_fewer_days(days: Days) -> None:
    days.sees(LUNCH - 2 * DAY, "sad")
    days.sees(LUNCH - DAY, "happy")
    busy = Measured(faces={"happy": 2000})
    assert days.beside(LUNCH + timedelta(minutes=5), Before(busy, OLD, "")) == [({"happy": 1}, {})]


def test_without_days_nothing_is_read(database: Database) -> None:
    days = Days(database, baseline_days=0)
    days.sees(LUNCH - DAY, "happy")
    assert days.beside(LUNCH + timedelta(minutes=5)) == []


def test_a_quarter_that_is_over_is_read_once_until_the_rollout_has_ended(days: Days) -> None:
    days.sees(LUNCH - DAY, "happy")
    until = LUNCH + timedelta(minutes=20)
    first = days.beside(until)
    days.sees(LUNCH - DAY + timedelta(minutes=1), "sad")
    assert days.beside(until) == first
    days.earlier.forget_all_but({"r-1"})
    assert days.beside(until) == first
    days.earlier.forget_all_but(set())
    assert days.beside(until) == [({"happy": 1, "sad": 1}, {})]


MORNING, NOON = measured(faces={"neutral": 80}), measured(faces={"happy": 80})


def test_the_mix_is_compared_with_earlier_days_where_they_had_enough() -> None:
    gate, now = parse("emotion_mix<=0.3"), measured(faces={"happy": 40})
    alone, beside = (
        judge([gate], {"a": MORNING}, {"a": now}, Terms(alpha=0.001), hours)[0] for hours in ({}, {"a": [(NOON, now)]})
    )
    assert (alone.outcome, alone.by_hour) == ("failed", False)
    assert (beside.outcome, beside.by_hour, beside.value) == ("passed", True, 0.0)
    assert beside.sentence.endswith("on 40 faces after and 80 before in the same hours of earlier days.")


def test_too_few_faces_on_earlier_days_leave_it_to_the_time_just_before() -> None:
    gate, now = parse("emotion_mix<=0.3"), measured(faces={"happy": 40})
    few = measured(faces={"happy": 20})
    verdict = judge([gate], {"a": MORNING}, {"a": now}, Terms(alpha=0.001), {"a": [(few, now)]})[0]
    assert (verdict.outcome, verdict.by_hour, verdict.evidence_before) == ("failed", False, 80)


def test_what_the_machine_measures_is_compared_with_the_time_just_before() -> None:
    slower = measured(fps=15.0)
    verdict = judge([parse("fps>=0.8x")], {"a": measured(fps=30.0)}, {"a": slower}, Terms(), {"a": [(slower, slower)]})[
        0
    ]
    assert (verdict.outcome, verdict.by_hour) == ("failed", False)
