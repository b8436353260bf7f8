"""Every metric has what it needs wherever it is stored, judged and shown."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from controller_messages import some_telemetry
from fer_controller.metrics.catalogue import CAMERA_METRICS, GATED, METRICS, STORED, SUMMARIZED
from fer_controller.metrics.metric import AVERAGE, INCREASE_A_MINUTE, MEAN, Metric
from fer_controller.rollout.evidence.gates import choose, parse
from fer_controller.store import opening
from fer_controller.store.rollups import figures
from fer_controller.store.sqlite.database import SqliteDatabase
from fer_wire.contracts import CLASSIFIER, FINDER, LANDMARKER, TASKS
from fer_wire.telemetry import CameraTelemetry


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    with opening.writer(tmp_path / "fleet.db", create=True) as made:
        yield made


def columns_of(database: SqliteDatabase, table: str) -> set[str]:
    return {row["name"] for row in database.connection.execute(f"PRAGMA table_info({table})")}


@pytest.mark.parametrize("metric", [each for each in METRICS if each.source or each.value], ids=lambda m: m.title)
def test_a_metric_of_a_device_is_read_from_telemetry(metric: Metric) -> None:
    value = metric.of(some_telemetry())
    assert value is None or isinstance(value, (int, float))


@pytest.mark.parametrize("metric", CAMERA_METRICS, ids=lambda m: m.title)
def test_a_metric_of_a_camera_is_read_from_its_part(metric: Metric) -> None:
    assert metric.source in CameraTelemetry.model_fields
    assert metric.export is not None


def test_every_stored_metric_has_its_column(database: SqliteDatabase) -> None:
    assert {metric.column for metric in STORED} <= columns_of(database, "telemetry")


def test_every_summary_has_its_columns(database: SqliteDatabase) -> None:
    assert {part.column for part in figures.PARTS} <= columns_of(database, "telemetry_rollups")
    assert all(summary.sum_column and summary.samples_column for _, summary in SUMMARIZED if summary.kind == MEAN)


def test_only_what_is_stored_is_summed_up_and_judged() -> None:
    assert all(metric.column for metric, _ in SUMMARIZED)
    assert all(metric.column for metric, gating in GATED if gating.window in (AVERAGE, INCREASE_A_MINUTE))


def test_every_gate_of_its_own_is_one_of_its_metric() -> None:
    by_default = [gating for _, gating in GATED if gating.default]
    assert [gate.metric for gate in choose((), FINDER)][: len(by_default)] == [gating.name for gating in by_default]
    assert all(parse(gating.default).metric == gating.name for gating in by_default)


def test_only_what_finds_faces_is_judged_by_the_frames_that_have_one() -> None:
    judged = {task for task in TASKS if "face_share>=0.5x" in map(str, choose((), task))}
    assert judged == {FINDER, LANDMARKER}
    assert "face_share>=0.5x" in map(str, choose(("face_share>=0.5x",), CLASSIFIER))


def test_a_gate_without_a_default_holds_when_it_is_named() -> None:
    assert "faces" not in {gate.metric for gate in choose(())}
    assert "faces>=0.5x" in {str(gate) for gate in choose(("faces>=0.5x",))}


@pytest.mark.parametrize(
    "names",
    [
        [metric.title for metric in METRICS],
        [metric.column for metric in STORED],
        [summary.field for _, summary in SUMMARIZED],
        [gating.figure for _, gating in GATED],
        [metric.export.name for metric in (*METRICS, *CAMERA_METRICS) if metric.export],
    ],
    ids=["title", "column", "field", "figure", "export"],
)
def test_no_two_metrics_share_a_name(names: list[str]) -> None:
    assert len(set(names)) == len(names)
