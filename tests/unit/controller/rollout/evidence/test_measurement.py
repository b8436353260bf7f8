from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from controller_messages import an_event, as_arrived
from fer_controller.rollout.evidence.measurement import dumped, loaded, measure, windows_before
from fer_controller.store import opening
from fer_controller.store.ingest.records import Batch
from fer_controller.store.ingest.store import IngestStore
from fer_controller.store.measurements.records import Window
from fer_controller.store.measurements.store import MeasurementStore
from fer_controller.store.sqlite.database import SqliteDatabase
from fer_wire import EmotionEvent, Telemetry
from fer_wire.message import iso_utc
from fer_wire.telemetry import CameraTelemetry, HostTelemetry

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    with opening.writer(tmp_path / "fleet.db", create=True) as database:
        yield database


@pytest.fixture
def stores(database: SqliteDatabase) -> tuple[IngestStore, MeasurementStore]:
    return IngestStore(database), MeasurementStore(database)


def telemetry(device: str, second: int, *, run: str = "run-1", errors: int = 0, **host: float | bool) -> Telemetry:
    clock = NOON + timedelta(hours=7, seconds=second)  # the device's own clock is wrong by hours
    return Telemetry(
        device=device, run=run, time=clock, errors=errors, provider="CPUExecutionProvider",
        host=HostTelemetry.model_validate({"agent_memory_mb": 100.0, **host}),
        cameras=(CameraTelemetry(camera="door", fps=20.0 + second % 2 * 10, latency_p95_ms=30.0),),
    )  # fmt: skip


def store(
    ingest: IngestStore, second: int, messages: list[Telemetry], events: list[EmotionEvent] | None = None
) -> None:
    at = iso_utc(NOON + timedelta(seconds=second))
    ingest.write(Batch(at, telemetry=messages, events=as_arrived(*events or [], at=at)))


def window(device: str, since: int, until: int) -> Window:
    return Window(device, iso_utc(NOON + timedelta(seconds=since)), iso_utc(NOON + timedelta(seconds=until)))


def test_a_window_is_of_the_controllers_clock_whatever_the_devices_say(
    stores: tuple[IngestStore, MeasurementStore],
) -> None:
    ingest, asked = stores
    for second in range(60):
        store(ingest, second, [telemetry("a", second, cpu_temperature_c=50.0, gpu_temperature_c=60.0)])
    found = measure(asked, [window("a", 10, 20)])["a"]
    figures = [found.figure(name) for name in ("fps", "temperature_c", "on_cpu", "throttled")]
    assert (found.samples, figures) == (10, [25.0, 60.0, 1.0, None])
    assert loaded(dumped(found)).document() == found.document()


def test_faults_are_counted_within_each_run_and_runs_beyond_the_first_are_restarts(
    stores: tuple[IngestStore, MeasurementStore],
) -> None:
    ingest, asked = stores
    for second, (run, errors) in enumerate([("r1", 5), ("r1", 8), ("r2", 0), ("r2", 1), ("r3", 0)]):
        store(ingest, second, [telemetry("a", second, run=run, errors=errors, throttled=second < 1)])
    found = measure(asked, [window("a", 0, 60)])["a"]
    assert [found.figure(name) for name in ("restarts", "errors_a_minute", "throttled")] == [2, 4.0, 0.2]


def test_what_a_face_says_often_is_one_observation_and_a_minute_of_telemetry_is_another(
    stores: tuple[IngestStore, MeasurementStore],
) -> None:
    ingest, asked = stores
    said = {1: ("happy", "happy", "sad"), 2: ("sad",), 3: ("happy", "sad", "sad")}
    seconds = iter(range(1, 60))
    for track, emotions in said.items():
        for emotion in emotions:
            second = next(seconds)
            event = an_event(second, "a", track=track, emotion=emotion, confidence=0.5 + track / 10)
            store(ingest, second, [telemetry("a", second, errors=second)], [event])
    found = measure(asked, [window("a", 0, 60)], minute_s=4)["a"]
    assert (found.faces, found.confidences) == ({"happy": 1, "sad": 2}, (0.6, 0.7, 0.8))
    assert (found.minutes["fps"], found.lowest["fps"], found.highest["fps"]) == ((26.667, 25.0), 20.0, 30.0)
    assert found.minutes["errors_a_minute"] == (30.0, 60.0)


def test_events_of_the_model_before_that_were_on_their_way_do_not_count(
    stores: tuple[IngestStore, MeasurementStore],
) -> None:
    ingest, asked = stores
    for second, model in ((1, "old@1/fp32"), (2, "new@2/fp32")):
        store(ingest, second, [], [an_event(second, "a", model=model)])
    assert measure(asked, [window("a", 0, 60)])["a"].seen == 2
    assert measure(asked, [window("a", 0, 60)], models_before={"a": "old@1/fp32"})["a"].seen == 1


def test_faces_that_a_device_is_not_certain_of_count_like_all_others(
    stores: tuple[IngestStore, MeasurementStore],
) -> None:
    ingest, asked = stores
    said = {"silent": None, "certain": False, "uncertain": True}
    for second in range(1, 10):
        for device, uncertain in said.items():
            event = an_event(second, device, track=second, confidence=second / 10, uncertain=uncertain)
            store(ingest, second, [], [event])
    found = measure(asked, [window(device, 0, 60) for device in said])
    assert found["uncertain"].seen == 9
    assert found["uncertain"] == found["certain"] == found["silent"]


def test_emotions_are_counted_by_arrival_without_the_ends(stores: tuple[IngestStore, MeasurementStore]) -> None:
    ingest, asked = stores
    for second in range(1, 31):
        emotion = "happy" if second % 3 else "sad"
        kind = "end" if second % 10 == 0 else "heartbeat"
        store(ingest, second, [], [an_event(second, "a", emotion=emotion, kind=kind, confidence=0.5)])
    found = measure(asked, [window("a", 11, 21), window("b", 0, 60)])
    assert found["a"].emotions == {"happy": 6, "sad": 3}
    assert (found["a"].confidence, found["b"].seen, found["b"].samples) == (0.5, 0, 0)


def test_a_baseline_does_not_reach_back_beyond_the_last_change_of_model() -> None:
    moved = iso_utc(NOON - timedelta(seconds=30))
    one, two = windows_before(["a", "b"], NOON, 600, {"b": moved})
    assert (one.since, two.since) == (iso_utc(NOON - timedelta(seconds=600)), moved)


def steps_to_measure(database: SqliteDatabase, asked: MeasurementStore, names: list[str]) -> int:
    """Hundreds of instructions that SQLite runs to measure these devices, each of which sent twenty messages."""
    steps = count()
    database.connection.set_progress_handler(lambda: next(steps) < 0, 100)
    found = measure(asked, [window(name, 0, 60) for name in names])
    database.connection.set_progress_handler(None, 0)
    assert (
        [each.samples for each in found.values()]
        == [sum(each.emotions.values()) for each in found.values()]
        == [20] * len(names)
    )
    return next(steps)


def twenty_messages(ingest: IngestStore, names: list[str]) -> None:
    for second in range(20):
        store(
            ingest,
            second,
            [telemetry(name, second) for name in names],
            [an_event(second + 1, name, emotion=("happy", "sad")[second % 2]) for name in names],
        )


def test_measuring_one_device_costs_hardly_more_among_many(
    database: SqliteDatabase, stores: tuple[IngestStore, MeasurementStore]
) -> None:
    ingest, asked = stores
    twenty_messages(ingest, ["m"])
    alone = steps_to_measure(database, asked, ["m"])
    twenty_messages(ingest, [f"{letter}{number}" for letter in "an" for number in range(100)])
    assert 0 < steps_to_measure(database, asked, ["m"]) <= 1.1 * alone


def test_the_work_of_measuring_grows_with_the_devices_and_not_with_their_square(
    database: SqliteDatabase, stores: tuple[IngestStore, MeasurementStore]
) -> None:
    ingest, asked = stores
    names = [f"n{number:04}" for number in range(1000)]
    twenty_messages(ingest, names)
    few, many = (steps_to_measure(database, asked, names[:devices]) for devices in (250, 1000))
    print(f"1,000 devices are measured in {many} hundred instructions of SQLite, 250 in {few}")
    assert 0 < many < 6 * few
