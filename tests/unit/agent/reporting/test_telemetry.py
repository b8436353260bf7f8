import threading
from datetime import datetime, timezone
from typing import Callable, List

from fer_agent.errors import SpoolError
from fer_agent.reporting.telemetry import TelemetryReporter
from fer_wire import Telemetry
from fer_wire.telemetry import CameraTelemetry, SpoolTelemetry

IDENTITY = Telemetry(
    device="nano-01", run="r", time=datetime(2026, 1, 1, tzinfo=timezone.utc), model="light@0.1.0/int8"
)


def reporter(spool: Callable[[], SpoolTelemetry], send: Callable[[Telemetry], None]) -> TelemetryReporter:
    cameras = [CameraTelemetry(camera="door", frames=7)]
    return TelemetryReporter(lambda: IDENTITY, 0.01, [], lambda: cameras, spool, lambda: 3, send)


def test_a_message_says_what_cameras_spool_and_failures_came_to() -> None:
    sent: List[Telemetry] = []
    now = reporter(lambda: SpoolTelemetry(pending_events=5), sent.append).measure_now()
    assert (now.device, now.model, now.errors) == ("nano-01", "light@0.1.0/int8", 3)
    assert (now.cameras[0].frames, now.spool.pending_events) == (7, 5)
    assert now.time > IDENTITY.time


def test_a_spool_that_cannot_be_read_for_a_while_does_not_end_telemetry() -> None:
    again, answers = threading.Event(), [SpoolError("locked"), SpoolError("locked")]

    def spool() -> SpoolTelemetry:
        if answers:
            raise answers.pop()
        return SpoolTelemetry()

    one = reporter(spool, lambda _telemetry: again.set())
    one.start()
    assert again.wait(10)
    one.stop()


def test_another_interval_holds_at_once() -> None:
    sent = threading.Event()
    one = TelemetryReporter(
        lambda: IDENTITY, 3600.0, [], list, SpoolTelemetry, lambda: 0, lambda _telemetry: sent.set()
    )
    one.start()
    one.retune(0.01)
    assert sent.wait(10)
    one.stop()
