"""Sends telemetry at regular intervals, from a thread of its own."""

import logging
import threading
import time
from datetime import datetime, timezone
from typing import Callable, Optional, Sequence

from fer_wire import Telemetry
from fer_wire.telemetry import CameraTelemetry, SpoolTelemetry

from fer_agent.errors import AgentError
from fer_agent.telemetry import Collector, measure

log = logging.getLogger(__name__)


class TelemetryReporter:
    """Asks the collectors, the cameras and the spool, and sends what they measured."""

    def __init__(
        self,
        identity: Callable[[], Telemetry],
        interval_s: float,
        sources: Sequence[Collector],
        cameras: Callable[[], Sequence[CameraTelemetry]],
        spool: Callable[[], SpoolTelemetry],
        failures: Callable[[], int],
        send: Callable[[Telemetry], None],
    ) -> None:
        """Identity is a message that says who sends it and which model serves; the rest is filled in here.

        Cameras, spool and failures return what is measured now; send publishes the message.
        """
        self._identity, self._interval_s, self._sources = identity, interval_s, sources
        self._cameras, self._spool, self._failures, self._send = cameras, spool, failures, send
        self._began_s = time.monotonic()
        self.last: Optional[Telemetry] = None
        """What was sent last."""
        self._stopping, self._wake = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="telemetry", daemon=True)

    def start(self) -> None:
        """Start; the first message is sent after one interval."""
        self._thread.start()

    def stop(self) -> None:
        """Stop, and close the collectors."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        for source in self._sources:
            source.close()

    def retune(self, interval_s: float) -> None:
        """From now on there are so many seconds between two messages."""
        self._interval_s = interval_s
        self._wake.set()

    def report(self) -> None:
        """Send one message about this moment; if it cannot be measured, the reason is logged."""
        try:
            self.last = self.measure_now()
            self._send(self.last)
        except AgentError as error:
            log.error("%s", error)

    def measure_now(self) -> Telemetry:
        """One message about this moment; raises SpoolError if the spool cannot be read."""
        return self._identity().model_copy(
            update={
                "time": datetime.now(timezone.utc),
                "uptime_s": round(time.monotonic() - self._began_s, 1),
                "host": measure(self._sources),
                "cameras": tuple(self._cameras()),
                "spool": self._spool(),
                "errors": self._failures(),
            }
        )

    def _run(self) -> None:
        while not self._stopping.is_set():
            if not self._wake.wait(self._interval_s):
                self.report()
            self._wake.clear()
