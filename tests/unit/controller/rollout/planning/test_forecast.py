import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from controller_messages import an_event, as_arrived
from fakes_rollout import a_model, a_request
from fer_controller.rollout.devices.candidate import Candidate
from fer_controller.rollout.evidence.measured import Measured
from fer_controller.rollout.planning.forecast import doubts, expected
from fer_controller.rollout.planning.plan import plan
from fer_controller.settings import RolloutSettings
from fer_controller.store import opening
from fer_controller.store.ingest.records import Batch
from fer_controller.store.ingest.store import IngestStore
from fer_controller.store.rollouts.store import RolloutStore
from fer_wire import Telemetry
from fer_wire.message import iso_utc
from fer_wire.reported import Capabilities
from fer_wire.telemetry import CameraTelemetry, HostTelemetry

NOW = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)
BASELINE_S, TELEMETRY_S = 1800, 10
DEVICE = "nano-01"
NANO = Candidate(DEVICE, online=True, capabilities=Capabilities(device_class="nano", precisions=("int8",)))
NOT_SENT = ("errors", "restarts", "provider_fallback", "throttled", "memory")
EMOTIONS = ("happy", "sad", "neutral", "happy")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RolloutStore]:
    with opening.writer(tmp_path / "fleet.db", create=True) as database:
        yield RolloutStore(database)


def measured(tmp_path: Path, faces: int, telemetry_s: int = BASELINE_S) -> None:
    """The device was on for so long, and saw so many faces in it."""
    with opening.writer(tmp_path / "fleet.db") as database:
        database.connection.execute("PRAGMA synchronous = OFF")
        ingest = IngestStore(database)
        for age_s in range(telemetry_s - TELEMETRY_S // 2, 0, -TELEMETRY_S):
            at = NOW - timedelta(seconds=age_s)
            camera = CameraTelemetry(camera="door", fps=30 + age_s % 3, latency_p95_ms=20)
            message = Telemetry(
                device=DEVICE, run="run-1", time=at, host=HostTelemetry(cpu_temperature_c=50), cameras=(camera,)
            )
            ingest.write(Batch(iso_utc(at), telemetry=[message]))
        for number in range(1, faces + 1):
            at = NOW - telemetry_s * timedelta(seconds=1) * (number / (faces + 1))
            event = an_event(number, track=number, emotion=EMOTIONS[number % 4], time=at, model="old@1/int8")
            ingest.write(Batch(iso_utc(at), events=as_arrived(event, at=iso_utc(at))))


def doubted(store: RolloutStore, *gates: str, soak: str = "10m") -> "tuple[str, ...]":
    chosen = (*(f"{metric}=off" for metric in NOT_SENT), *gates)
    planned = plan(a_request(soak=soak, gates=chosen, precision="int8"), [NANO], a_model())
    return doubts(store, planned, RolloutSettings(), NOW)


def test_a_soak_in_which_every_gate_decides_leaves_no_doubt(store: RolloutStore, tmp_path: Path) -> None:
    measured(tmp_path, faces=600)
    assert doubted(store, soak="30m") == ()


def test_too_few_faces_are_said_with_the_soak_that_would_do(store: RolloutStore, tmp_path: Path) -> None:
    measured(tmp_path, faces=60)
    (doubt,) = doubted(store, "confidence=off", soak="5m")
    assert doubt.startswith("At a soak of 5m wave 1 would leave emotion_mix<=0.3 undecided; a soak of ")
    longer = doubt.removesuffix(" would do.").rpartition(" ")[2]
    assert doubted(store, "confidence=off", soak=longer) == ()


def test_the_soak_that_would_do_is_told_in_whole_seconds(store: RolloutStore, tmp_path: Path) -> None:
    measured(tmp_path, faces=120, telemetry_s=120)
    machine = ("fps=off", "latency_p95_ms=off", "temperature=off")
    (doubt,) = doubted(store, "confidence=off", *machine, soak="7s")
    assert re.search(r"a soak of \d+s would do\.$", doubt)


def test_where_nothing_was_measured_no_soak_would_do(store: RolloutStore) -> None:
    (doubt,) = doubted(store)
    assert doubt.startswith("In the last 30m wave 1 measured too little for fps>=0.8x, ")
    assert doubt.endswith("emotion_mix<=0.3, confidence>=-0.15; no soak would do before it has measured more.")


def test_a_rollout_that_does_not_soak_asks_nothing_of_its_gates(store: RolloutStore) -> None:
    (doubt,) = doubted(store, soak="0s")
    assert doubt == "Without a soak no gate is asked: a wave passes as soon as its devices have committed."


@pytest.mark.parametrize("share", [0.5, 3.0])
def test_what_is_expected_is_as_much_as_the_time_allows(share: float) -> None:
    was = Measured(samples=60, faces={"happy": 4, "sad": 2}, confidences=(0.5, 0.75) * 3, minutes={"fps": (30.0, 29.0)})
    now = expected(was, share)
    assert (now.samples, now.faces) == (60 * share, {"happy": 4 * share, "sad": 2 * share})
    assert (len(now.confidences), len(now.minutes["fps"])) == (6 * share, 2 * share)
