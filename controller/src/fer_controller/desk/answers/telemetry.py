"""Telemetry, message by message and rolled up."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from fer_controller.desk.answers.table import ANSWERS, Context
from fer_controller.metrics import catalogue
from fer_controller.metrics.metric import Metric
from fer_controller.operations.operation import DevicesQuery, Nothing
from fer_controller.operations.telemetry import (
    CAMERAS,
    METRICS,
    NEWEST_TELEMETRY,
    TELEMETRY_AS_STORED,
    TELEMETRY_OF_EACH,
    TELEMETRY_ROLLUPS,
    CameraAnswer,
    LineAnswer,
    MetricAnswer,
    NewestTelemetryQuery,
    TelemetryAnswer,
    TelemetryAsStoredQuery,
    TelemetryMessageAnswer,
    TelemetryRollupsQuery,
)
from fer_controller.store.rollups.records import TelemetryRollup
from fer_controller.store.telemetry.records import StoredTelemetry


@ANSWERS.carries_out(METRICS)
def metrics(_context: Context, _asked: Nothing) -> list[MetricAnswer]:
    """All metrics of devices, in the order in which they are shown."""
    return [_metric(each) for each in catalogue.METRICS]


@ANSWERS.carries_out(NEWEST_TELEMETRY)
def newest_telemetry(context: Context, asked: NewestTelemetryQuery) -> TelemetryAnswer:
    """The newest of one device or of all, in the order in which it was stored."""
    return _answer(context.stores.looking.telemetry.newest_telemetry(asked.device, asked.limit))


@ANSWERS.carries_out(TELEMETRY_AS_STORED)
def telemetry_as_stored(context: Context, asked: TelemetryAsStoredQuery) -> TelemetryAnswer:
    """The next that was stored."""
    return _answer(context.stores.looking.telemetry.telemetry_stored_after(asked.device, asked.after_id, asked.limit))


@ANSWERS.carries_out(TELEMETRY_OF_EACH)
def telemetry_of_each(context: Context, asked: DevicesQuery) -> list[dict[str, Any]]:
    """The newest of each of the next devices, by device."""
    found = context.stores.looking.telemetry.newest_of_each(asked.after, asked.most)
    return [json.loads(each.payload) for each in found]


@ANSWERS.carries_out(TELEMETRY_ROLLUPS)
def telemetry_rollups(context: Context, asked: TelemetryRollupsQuery) -> list[TelemetryRollup]:
    """The newest that match."""
    return context.stores.looking.rollups.telemetry_rollups(asked.per, asked, asked.limit)


@ANSWERS.carries_out(CAMERAS)
def cameras(context: Context, asked: DevicesQuery) -> list[CameraAnswer]:
    """All cameras of the newest telemetry, by device and in its order; none only where no more follow."""
    newest_of_each, after, found = context.stores.looking.telemetry.newest_of_each, asked.after, list[CameraAnswer]()
    while not found and (newest := newest_of_each(after, asked.most)):
        found = [camera for each in newest for camera in _cameras(each)]
        after = newest[-1].device
    return found


def _cameras(stored: StoredTelemetry) -> Iterator[CameraAnswer]:
    message = stored.message()
    for each in message.cameras if message else ():
        yield CameraAnswer(
            device=stored.device,
            camera=each.camera,
            state=each.state,
            fps=each.fps,
            latency_p95_ms=each.latency_p95_ms,
            faces=each.faces,
            reopened=each.reopened,
            frozen=each.frozen,
            dark=each.dark,
            error=each.error or None,
            reported_at=stored.received_at,
        )


def _answer(found: Iterable[StoredTelemetry]) -> TelemetryAnswer:
    messages = (
        TelemetryMessageAnswer(id=each.id, message=json.loads(each.payload), received_at=each.received_at)
        for each in found
    )
    return TelemetryAnswer(messages=tuple(messages))


def _metric(metric: Metric) -> MetricAnswer:
    lines = (LineAnswer(kind=summary.kind, field=summary.field) for summary in metric.summaries)
    source = None if metric.counts else metric.source or None
    return MetricAnswer(title=metric.title, unit=metric.unit, digits=metric.digits, source=source, lines=tuple(lines))
