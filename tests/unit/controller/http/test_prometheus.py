"""What Prometheus reads is what the database says, and no old figure passes for a new one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from controller_messages import DEVICE, EPOCH, a_batch, an_event, some_telemetry
from fer_controller.http.prometheus import Metrics
from fer_controller.store import opening
from fer_controller.store.dead_letters.records import DeadLetter
from fer_controller.store.devices.records import Device
from fer_controller.store.events.records import Gap, Stream
from fer_controller.store.ingest.store import IngestStore
from fer_controller.store.subjects import Subjects
from fer_wire import Reported, Telemetry
from fer_wire.message import iso_utc
from fer_wire.reported import Capabilities, RunningModel
from fer_wire.telemetry import CameraTelemetry, HostTelemetry
from prometheus_client.parser import text_string_to_metric_families

STALE_AFTER_S = 60.0
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
ONLINE = Device(DEVICE, "online", run="run-1", last_seen=iso_utc(NOW), agent_version="0.1.0")
REPORTED = Reported(
    device=DEVICE,
    run="run-1",
    time=NOW,
    capabilities=Capabilities(device_class="nano"),
    running=RunningModel(model="light@1/fp16", provider="CUDAExecutionProvider"),
    eyes={"finder": RunningModel(model="eyes@1/fp16")},
)

Samples = dict[tuple[str, ...], float]


class Fleet:
    """A database that a test writes into, and its metrics."""

    def __init__(self, path: Path) -> None:
        self.database = opening.writer(path, create=True)
        self.store = IngestStore(self.database)
        self._metrics = Metrics(Subjects(self.database), STALE_AFTER_S, lambda: NOW)

    def has(self, *devices: Device, told: tuple[Telemetry, ...] = ()) -> None:
        self.store.write(a_batch(devices=list(devices), telemetry=list(told)))

    def page(self, accepted: str = "") -> str:
        return self._metrics.page(accepted)[0].decode()

    def samples(self) -> Samples:
        """(name, label values by the labels' names) and what it says."""
        families = text_string_to_metric_families(self.page())
        return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    made = Fleet(tmp_path / "fleet.db")
    yield made
    made.database.close()


def test_an_empty_fleet_has_no_devices_in_any_state(fleet: Fleet) -> None:
    samples = fleet.samples()
    assert {key: n for key, n in samples.items() if key[0] == "fer_devices"} == {
        ("fer_devices", state): 0.0 for state in ("online", "stale", "offline", "unknown")
    }


def test_devices_are_counted_by_state_and_each_is_up_or_not(fleet: Fleet) -> None:
    silent = Device("silent", "online", last_seen="2026-01-01T00:00:00.000Z")
    fleet.has(ONLINE, silent, Device("gone", "offline"))
    samples = fleet.samples()
    assert [samples["fer_devices", state] for state in ("online", "stale", "offline", "unknown")] == [1, 1, 1, 0]
    assert [samples["fer_device_up", name] for name in (DEVICE, "silent", "gone")] == [1, 0, 0]
    assert samples["fer_device_last_seen_timestamp_seconds", "silent"] == 1767225600
    assert ("fer_device_last_seen_timestamp_seconds", "gone") not in samples


def test_what_a_device_is_and_runs_stands_in_labels(fleet: Fleet) -> None:
    fleet.has(replace(ONLINE, reported=REPORTED.model_dump_json()), Device("new", "online"))
    info = {key[1:] for key in fleet.samples() if key[0] == "fer_device_info"}
    assert info == {
        ("0.1.0", DEVICE, "nano", "eyes@1/fp16", "light@1/fp16", "CUDAExecutionProvider"),
        ("", "new", "", "", "", ""),
    }


def test_telemetry_comes_in_base_units_and_what_was_not_measured_is_left_out(fleet: Fleet) -> None:
    host = HostTelemetry(cpu_percent=12.5, memory_used_mb=512, power_mw=4500, throttled=True)
    camera = CameraTelemetry(camera="door", fps=29.5, latency_p95_ms=20.0, frames=7)
    fleet.has(ONLINE, told=(some_telemetry().model_copy(update={"host": host, "cameras": (camera,), "errors": 3}),))
    samples = fleet.samples()
    assert samples["fer_device_cpu_ratio", DEVICE] == 0.125
    assert samples["fer_device_memory_used_bytes", DEVICE] == 512e6
    assert samples["fer_device_power_watts", DEVICE] == 4.5
    assert samples["fer_device_throttled", DEVICE] == 1
    assert samples["fer_agent_errors_total", DEVICE] == 3
    assert samples["fer_camera_frames_per_second", "door", DEVICE] == 29.5
    assert samples["fer_camera_latency_p95_seconds", "door", DEVICE] == 0.02
    assert samples["fer_camera_frames_total", "door", DEVICE] == 7
    assert ("fer_device_gpu_ratio", DEVICE) not in samples


def test_the_telemetry_that_came_last_counts_whatever_its_clock_says(fleet: Fleet) -> None:
    fleet.has(ONLINE, told=(some_telemetry(second=5).model_copy(update={"cameras": ()}), some_telemetry(second=1)))
    assert fleet.samples()["fer_camera_frames_per_second", "door", DEVICE] == 29.5


@pytest.mark.parametrize("state", ["offline", "stale"])
def test_a_device_that_is_gone_has_no_figures(fleet: Fleet, state: str) -> None:
    gone = replace(ONLINE, state="offline") if state == "offline" else replace(ONLINE, last_seen="2026-01-01T00")
    fleet.has(replace(gone, last_seen="2026-01-01T00:00:00.000Z"), told=(some_telemetry(),))
    names = {key[0] for key in fleet.samples()}
    assert "fer_device_up" in names
    assert not {name for name in names if name.startswith(("fer_camera", "fer_spool", "fer_device_cpu"))}


def test_events_that_are_stored_are_counted_and_dropped_ones_apart(fleet: Fleet) -> None:
    events = [an_event(seq) for seq in (1, 2, 6, 7, 9)]
    streams = [Stream(DEVICE, EPOCH, 7), Stream(DEVICE, "older", 10)]
    gaps = [Gap(DEVICE, EPOCH, 3, 5, "2026-01-01T00:00:00.000Z")]
    fleet.store.write(a_batch(*events, streams=streams, gaps=gaps))
    samples = fleet.samples()
    assert samples["fer_events_stored_total", DEVICE] == 7 - 3 + 10 + 1
    assert samples["fer_events_dropped_total", DEVICE] == 3


def test_what_came_again_or_could_not_be_read_is_counted(fleet: Fleet) -> None:
    letter = DeadLetter("2026-01-01T00:00:00.000Z", "fer/v1/x", "unreadable", b"", 0)
    fleet.store.write(a_batch(an_event(1), dead_letters=[letter]))
    fleet.store.write(a_batch(an_event(1)))
    samples = fleet.samples()
    assert (samples[("fer_events_redelivered_total",)], samples[("fer_dead_letters_total",)]) == (1, 1)


def test_open_metrics_is_spoken_to_who_asks_for_it(fleet: Fleet) -> None:
    fleet.has(ONLINE)
    assert fleet.page("application/openmetrics-text; version=1.0.0").endswith("# EOF\n")
    assert "# EOF" not in fleet.page("text/plain")
