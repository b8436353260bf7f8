"""Telemetry that no device can have measured: it costs that reading, and no page, scrape or rollout."""

import json
import math
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from controller_messages import DEVICE, START, raw, some_telemetry, topic_of
from fer_controller.broker.delivery import Delivery
from fer_controller.operations import as_stored
from fer_controller.operations.fleet import DEAD_LETTERS, DeadLettersQuery
from fer_controller.operations.operation import DevicesQuery
from fer_controller.operations.telemetry import CAMERAS, TELEMETRY_OF_EACH, TELEMETRY_ROLLUPS, TelemetryRollupsQuery
from fer_controller.rollout.evidence.measurement import measure
from fer_controller.store import opening
from fer_controller.store.measurements.records import Window
from fer_controller.store.measurements.store import MeasurementStore
from fer_controller.store.rollups.store import RollupStore
from fer_wire import MessageError, Telemetry, parse
from fer_wire.message import iso_utc, parse_possible
from hostile_fleet import HostileFleet

HUGE = 1.7e308
WHOLE = TelemetryRollupsQuery(per="minute")


@pytest.fixture
def fleet(tmp_path: Path) -> HostileFleet:
    return HostileFleet(tmp_path / "fleet.db")


def claimed(second: int, **changes: Any) -> Delivery:
    """Telemetry whose camera claims this."""
    message = some_telemetry(second=second)
    document = json.loads(message.payload())
    document["cameras"][0].update(changes)
    return raw(topic_of(message), json.dumps(document).encode())


def assert_finite(fleet: HostileFleet) -> None:
    """What operators, Prometheus and rollouts read of the fleet is all finite."""
    with opening.writer(fleet.db) as database:
        RollupStore(database).roll_up_telemetry(100)
        window = Window(DEVICE, iso_utc(START - timedelta(hours=1)), iso_utc(START + timedelta(hours=1)))
        measured = measure(MeasurementStore(database), [window])[DEVICE]
    with fleet.desk() as desk:
        documents = [each.model_dump() for each in desk.ask(TELEMETRY_ROLLUPS, WHOLE)]
        documents += [each.model_dump() for each in desk.ask(CAMERAS, DevicesQuery())]
        json.dumps([documents, desk.ask(TELEMETRY_OF_EACH, DevicesQuery())], allow_nan=False)
    json.dumps(measured.document(), allow_nan=False)
    assert "inf" not in fleet.scraped().lower().replace("_info", "")
    assert measured.samples


def test_a_claim_beyond_physics_is_left_out_and_the_rest_counts(fleet: HostileFleet) -> None:
    fleet.take([claimed(second, fps=HUGE, latency_p95_ms=HUGE) for second in range(3)], now=START)
    assert_finite(fleet)
    with fleet.desk() as desk:
        assert desk.ask(DEAD_LETTERS, DeadLettersQuery()) == []
        (camera,) = desk.ask(CAMERAS, DevicesQuery())
        (rollup,) = desk.ask(TELEMETRY_ROLLUPS, WHOLE)
    assert (camera.camera, camera.fps) == ("door", None)
    assert (rollup.samples, rollup.figure("fps_mean"), rollup.figure("cpu_mean_percent")) == (3, None, 12.5)


def test_telemetry_stored_before_the_bounds_reads_well_again(fleet: HostileFleet) -> None:
    fleet.take([claimed(second) for second in range(3)], now=START)
    with opening.writer(fleet.db) as database:
        RollupStore(database).roll_up_telemetry(100)
    fleet.as_of_old(
        "UPDATE telemetry SET fps = :huge, latency_p95_ms = :huge, temperature_c = -:huge, agent_memory_mb = :huge",
        "UPDATE telemetry SET payload = json_set(payload, '$.cameras[0].fps', :huge, '$.host.memory_used_mb', :huge)",
        "UPDATE telemetry_rollups SET fps_sum = 2 * :huge, latency_p95_sum_ms = 2 * :huge, temperature_max_c = :huge",
        huge=HUGE,
    )
    with opening.writer(fleet.db):
        pass
    assert_finite(fleet)


def test_an_infinite_figure_in_what_a_rollout_noted_is_shown_as_unknown() -> None:
    assert as_stored.read(json.dumps({"fps": math.inf, "was": [math.nan, 1.5]})) == {"fps": None, "was": [None, 1.5]}


@pytest.mark.parametrize("reading", [HUGE, -1, 10**400, math.inf, math.nan])
def test_one_impossible_reading_costs_no_more_than_itself(reading: float) -> None:
    document = {**json.loads(some_telemetry().payload()), "uptime_s": reading, "errors": 7}
    with pytest.raises(MessageError):
        parse(Telemetry, json.dumps(document))
    said = parse_possible(Telemetry, json.dumps(document))
    assert (said.uptime_s, said.errors, said.cameras[0].fps) == (0, 7, 29.5)


@pytest.mark.parametrize(
    "changes", [{"uptime_s": -1, "run": 5}, {"device": "a/b"}, {"cameras": [{"fps": -1}]}, {"schema_version": "x"}]
)
def test_what_is_no_telemetry_is_still_refused(changes: "dict[str, Any]") -> None:
    document = {**json.loads(some_telemetry().payload()), **changes}
    with pytest.raises(MessageError):
        parse_possible(Telemetry, json.dumps(document))
