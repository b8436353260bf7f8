"""One agent from its start to its end: its parts are started, watched, and taken down in order."""

import logging
import time
from dataclasses import asdict, dataclass
from typing import Any, Dict, List, Mapping

from fer_agent.broker.link import BrokerLink
from fer_agent.broker.presence import RESTARTS, STOPPED
from fer_agent.broker.session import Session
from fer_agent.commands.commands import Commands
from fer_agent.ending import Countdown, EndAtOnce, Requests
from fer_agent.errors import AgentError
from fer_agent.host import systemd
from fer_agent.host.log_file import LogFile
from fer_agent.host.state_folder import StateFolder
from fer_agent.identity.renewal import Renewal
from fer_agent.outbox.publisher import Publisher
from fer_agent.outbox.spool import Spool
from fer_agent.pipeline.pipelines import Pipelines
from fer_agent.reporting.telemetry import TelemetryReporter
from fer_agent.settings import ON_PUBACK, Settings
from fer_agent.update.key_watch import KeyWatch
from fer_agent.update.runner import Runner
from fer_agent.update.serving import Serving

log = logging.getLogger(__name__)

TICK_S = 0.5
TICK_ONCE_S = 0.05


@dataclass(frozen=True)
class Parts:
    """What an agent is made of, not yet started."""

    state: StateFolder
    spool: Spool
    publisher: Publisher
    session: Session
    link: BrokerLink
    reporter: TelemetryReporter
    pipelines: Pipelines
    serving: Mapping[str, Serving]
    updates: Runner
    key_watch: KeyWatch
    renewal: Renewal
    commands: Commands
    log_file: LogFile


@dataclass(frozen=True)
class Summary:
    """What one run did."""

    device: str
    epoch: str
    frames: int
    faces: int
    tracks: int
    events: int
    last_seq: int
    pending: int
    dropped: int
    fps: float

    def as_json(self) -> Dict[str, Any]:
        """The closing line of a run."""
        return asdict(self)


class Agent:
    """One device at work: its cameras, its model, its spool and its link. It runs once."""

    def __init__(self, settings: Settings, once: bool, parts: Parts) -> None:
        self._settings, self._once, self._parts = settings, once, parts
        self._requests = Requests()

    def run(self) -> Summary:
        """Run until told to stop, or with once until all sources have ended; returns what was done.

        A camera or a broker that is not there is waited for. With once, CameraError is raised for such a camera.
        """
        seq_before, began_s = self._parts.spool.last_seq, time.monotonic()
        try:
            self._open_cameras()
            self._start()
            self._watch()
            running_s = time.monotonic() - began_s
            self._take_down()
        except EndAtOnce:  # threads still use the spool, which survives the end of the process
            return self._summary(seq_before, time.monotonic() - began_s)
        except BaseException:
            self._give_back()
            raise
        summary = self._summary(seq_before, running_s)
        self._give_back()
        return summary

    def stop(self) -> None:
        """End the run soon; for a signal handler in the thread that runs it. Called again, it ends at once."""
        self._requests.ask()

    def restart(self) -> None:
        """End the run soon, to be started again; from any thread."""
        self._requests.ask_for_restart()

    @property
    def restarts(self) -> bool:
        """Whether the run ended, or ends, to be started again."""
        return self._requests.restarts

    def left_undone(self, summary: Summary) -> List[str]:
        """What a run did not do, one sentence each: sources not read to their end, events not sent."""
        faults = self._parts.pipelines.faults() if self._once else []
        if summary.pending:
            faults.append(
                f"{summary.pending} events wait in the spool and will be sent at the next start. "
                f"{self._why_they_wait()}"
            )
        return faults

    def _open_cameras(self) -> None:
        """Comes first: where one cannot be opened, nothing else needs to be taken down."""
        try:
            self._parts.pipelines.start()
        except AgentError:
            self._parts.pipelines.stop()
            raise

    def _start(self) -> None:
        parts = self._parts
        parts.publisher.start()
        parts.link.start()
        parts.reporter.start()
        parts.commands.start()
        if not self._once:
            parts.updates.start()
            parts.key_watch.start()
            parts.renewal.start()
        for serving in parts.serving.values():
            log.info("%s runs %s on %s.", self._settings.device, serving.servant.reference, serving.servant.provider)
        systemd.notify(systemd.READY)

    def _watch(self) -> None:
        while not self._requests.wait(TICK_ONCE_S if self._once else TICK_S):
            if self._parts.pipelines.healthy():
                systemd.notify(systemd.WATCHDOG)
            if self._once and not self._parts.pipelines.running():
                return

    def _take_down(self) -> None:
        parts = self._parts
        systemd.notify(systemd.STOPPING)
        self._requests.end_begins()
        parts.commands.stop()
        parts.key_watch.stop()
        parts.renewal.stop()
        parts.updates.stop()
        parts.pipelines.stop()
        parts.publisher.flush(self._settings.spool.flush_timeout_s, Countdown(self._why_they_wait))
        parts.reporter.report()
        parts.session.leave(RESTARTS if self.restarts else STOPPED)
        parts.reporter.stop()
        parts.publisher.stop()
        parts.link.stop()

    def _give_back(self) -> None:
        self._parts.spool.close()
        self._parts.log_file.close()
        self._parts.state.release()

    def _why_they_wait(self) -> str:
        parts, by = self._parts, self._settings.spool.delete_on
        nobody = "The broker has not taken them." if by == ON_PUBACK else "No controller has acknowledged them."
        return parts.link.last_error or parts.publisher.refusal or nobody

    def _summary(self, seq_before: int, running_s: float) -> Summary:
        done, spool = self._parts.pipelines.statistics(), self._parts.spool
        waiting = spool.statistics()
        return Summary(
            device=self._settings.device,
            epoch=spool.epoch,
            frames=done.frames,
            faces=done.faces,
            tracks=done.tracks,
            events=spool.last_seq - seq_before,
            last_seq=spool.last_seq,
            pending=waiting.pending_events,
            dropped=waiting.dropped_events,
            fps=round(done.frames / running_s, 1),
        )
