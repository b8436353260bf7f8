"""Events and telemetry that arrive in a real database, to be rolled up and forgotten."""

from datetime import UTC, datetime

from controller_messages import DEVICE, EPOCH, START, as_arrived, some_telemetry
from fer_controller.metrics.catalogue import SUMMARIZED
from fer_controller.store.contract import Store
from fer_controller.store.events.records import Stream
from fer_controller.store.filter import EventFilter
from fer_controller.store.ingest.records import Batch, Written
from fer_controller.store.rollups.forgetting import RowForgetting
from fer_controller.store.rollups.records import TelemetryRollup
from fer_controller.store.rollups.store import RollupStore
from fer_wire import EmotionEvent, Telemetry
from fer_wire.message import iso_utc
from fer_wire.telemetry import CameraTelemetry, HostTelemetry

ANY = EventFilter()
ALL = 10**6
NOW = datetime(2026, 3, 1, tzinfo=UTC)
LATER = iso_utc(NOW)


def arrive(
    store: Store,
    *events: EmotionEvent,
    at: datetime = START,
    contiguous_seq: int | None = None,
    telemetry: tuple[Telemetry, ...] = (),
) -> Written:
    """Store these as a batch that came at that time, their stream whole up to contiguous_seq, or to the last event."""
    last_seq = max((event.seq for event in events), default=0) if contiguous_seq is None else contiguous_seq
    streams = [Stream(DEVICE, EPOCH, last_seq)] if events else []
    return store.write(
        Batch(iso_utc(at), events=as_arrived(*events, at=iso_utc(at)), streams=streams, telemetry=list(telemetry))
    )


def measured(second: int, fps: float | None, cpu_percent: float | None = None) -> Telemetry:
    """What a device with one camera measured."""
    camera = CameraTelemetry(camera="door", fps=fps, latency_p95_ms=None if fps is None else 1000 / fps)
    host = HostTelemetry(cpu_percent=cpu_percent, cpu_temperature_c=40.0 + second)
    return some_telemetry(second=second).model_copy(update={"host": host, "cameras": (camera,)})


def rollup(start: str, samples: int, *figures: float | None) -> TelemetryRollup:
    """A rollup of telemetry with the figures of the first summaries, in their order; the others were not measured."""
    fields = [summary.field for _, summary in SUMMARIZED]
    named = {**dict.fromkeys(fields), **dict(zip(fields, figures, strict=False))}
    return TelemetryRollup.model_validate({"start": start, "device": DEVICE, "samples": samples, **named})


def seqs(store: Store) -> list[int]:
    """Of all events that are stored."""
    return [event.seq for event in store.events.events_page(ANY, ("", 0), ALL)]


def forgetting(keeping: RollupStore) -> RowForgetting:
    """What deletes old rows of the same database."""
    return RowForgetting(keeping._database)


def forget_events(keeping: RollupStore, before: str = LATER) -> int:
    """Forget what may be forgotten; returns how many that were."""
    return forgetting(keeping).forget_events(before, 0, ALL)[0]
