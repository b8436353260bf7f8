"""The composition root: builds the parts, connects them, runs them, and takes them down in order."""

import itertools
import logging
import threading
import time
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from typing import Any, Dict, List, Optional, Sequence, Tuple

from fer_wire import Reported, Telemetry, Topics
from fer_wire.manifest import Variant
from fer_wire.reported import RunningModel
from fer_wire.telemetry import CameraTelemetry

from fer_agent import __version__
from fer_agent.broker.link import BrokerLink
from fer_agent.broker.presence import Presence
from fer_agent.broker.session import Session
from fer_agent.cameras import open_source
from fer_agent.emotion.classify import ENGINES, Classifier, suited_here
from fer_agent.emotion.model import Model
from fer_agent.emotion.providers import forget_engines
from fer_agent.errors import SettingsError
from fer_agent.events.observation import Observation
from fer_agent.faces.detect import Landmarker, landmarks_file
from fer_agent.host import systemd
from fer_agent.host.hardware import capabilities
from fer_agent.host.state_folder import StateFolder
from fer_agent.outbox.publisher import Publisher
from fer_agent.outbox.spool import Spool
from fer_agent.pipeline.pipeline import Pipeline
from fer_agent.reporting import home_assistant
from fer_agent.reporting.telemetry import TelemetryReporter
from fer_agent.settings import CameraSettings, Settings
from fer_agent.telemetry import collectors
from fer_agent.update.boot import Boot, configured_model
from fer_agent.update.download import Downloader
from fer_agent.update.fetch import Fetcher
from fer_agent.update.record import RecordFile
from fer_agent.update.runner import Runner
from fer_agent.update.serving import Serving
from fer_agent.update.slots import Slots
from fer_agent.update.trial import Servant

log = logging.getLogger(__name__)

TICK_S = 0.5
MB = 1024 * 1024


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
    """One device: its cameras, its model, its spool and its link.

    Raises AgentError when something is missing that it cannot do without: model, landmarks, state folder; with once
    also when a source has no end.
    A camera or a broker that is not there is waited for (with once, a camera must be there).
    """

    def __init__(self, settings: Settings, once: bool) -> None:
        self._settings, self._once = settings, once
        self._pipelines: List[Pipeline] = []
        self._stopping = threading.Event()
        topics = Topics(settings.broker.prefix)
        self._state = StateFolder(settings.state_dir, settings.device)
        self._updates = self._updating()
        landmarker = Landmarker(landmarks_file(settings.faces))
        self._spool = Spool(self._state.spool, settings.device, int(settings.spool.max_mb * MB))
        self._presence = Presence(settings.device, topics)
        self._publisher = Publisher(self._spool, topics, settings.spool)
        self._session = Session(
            settings.device, topics, self._presence, self._publisher, self._report, self._updates.take,
            home_assistant.announcement(settings),
        )  # fmt: skip
        self._link = BrokerLink(
            settings.broker,
            f"fer-agent-{settings.device}",
            self._presence.will(),
            self._session.subscriptions,
            self._session,
        )
        numbers = itertools.count(self._spool.last_track + 1)
        for camera in settings.cameras:
            self._pipelines.append(self._pipeline(camera, landmarker, numbers))
            self._serving.attach(self._pipelines[-1])
        self._reporter = TelemetryReporter(
            self._identity,
            settings.telemetry.interval_s,
            collectors(settings.state_dir),
            self._cameras,
            self._spool.statistics,
            self._failures,
            lambda telemetry: self._session.send_telemetry(telemetry, settings.telemetry.expiry_s),
        )

    def run(self) -> Summary:
        """Run until told to stop, or with once until all sources have ended; returns what was done."""
        before, began_s = self._spool.last_seq, time.monotonic()
        self._publisher.start()
        self._link.start()
        self._reporter.start()
        for pipeline in self._pipelines:
            pipeline.start()
        if not self._once:
            self._updates.start()
        servant = self._serving.servant
        log.info("%s runs %s on %s.", self._settings.device, servant.reference, servant.provider)
        systemd.notify(systemd.READY)
        self._watch()
        running_s = time.monotonic() - began_s
        self._take_down()
        return self._summary(before, running_s)

    def stop(self) -> None:
        """End the run soon; may be called from a signal handler."""
        self._stopping.set()

    def left_undone(self, summary: Summary) -> List[str]:
        """What a run with once did not do, a sentence each: sources not read to their end, events not sent."""
        faults = [pipeline.fault for pipeline in self._pipelines if pipeline.fault]
        if summary.pending:
            why = self._link.last_error or "No controller acknowledged them in time."
            faults.append(f"{summary.pending} events wait in the spool and are sent at the next start. {why}")
        return faults

    def _watch(self) -> None:
        while not self._stopping.wait(TICK_S if not self._once else 0.05):
            if all(pipeline.healthy() for pipeline in self._pipelines):
                systemd.notify(systemd.WATCHDOG)
            if self._once and not any(pipeline.running() for pipeline in self._pipelines):
                return

    def _take_down(self) -> None:
        systemd.notify(systemd.STOPPING)
        self._updates.stop()
        for pipeline in self._pipelines:
            pipeline.stop()
        for pipeline in self._pipelines:
            pipeline.join()
        self._publisher.flush(self._settings.spool.flush_timeout_s)
        self._reporter.report()
        self._session.leave()
        self._reporter.stop()
        self._publisher.stop()
        self._link.stop()

    def _summary(self, before: int, running_s: float) -> Summary:
        statistics = [pipeline.statistics() for pipeline in self._pipelines]
        spool = self._spool.statistics()
        summary = Summary(
            device=self._settings.device,
            epoch=self._spool.epoch,
            frames=sum(s.frames for s in statistics),
            faces=sum(s.faces for s in statistics),
            tracks=sum(s.tracks for s in statistics),
            events=self._spool.last_seq - before,
            last_seq=self._spool.last_seq,
            pending=spool.pending_events,
            dropped=spool.dropped_events,
            fps=round(sum(s.frames for s in statistics) / running_s, 1),
        )
        self._spool.close()
        self._state.release()
        return summary

    def _pipeline(self, camera: CameraSettings, landmarker: Landmarker, numbers: "itertools.count[int]") -> Pipeline:
        if self._once and open_source(camera, once=True).live:
            raise SettingsError(
                f"The source of camera {camera.name} never ends, so --once cannot read it to its end; "
                "leave --once out, or give a video file or a folder of pictures."
            )
        return Pipeline(
            camera,
            self._settings,
            self._once,
            landmarker=landmarker,
            classifier=self._serving.servant,
            next_track=lambda: next(numbers),
            sink=self._store,
        )

    def _updating(self) -> Runner:
        """The update path, with the model that serves already loaded."""
        emotion, update = self._settings.emotion, self._settings.update
        engines, configured = self._settings.state_dir / ENGINES, configured_model(emotion)
        slots = Slots(self._state.models, update.cache_max_mb, lambda sha256: forget_engines(engines, sha256))
        slots.prepare()
        file = RecordFile(self._state.update)

        def load(model: Model, variant: Variant) -> Servant:
            return Classifier(model, variant, emotion, engines)

        boot = Boot(slots, file, configured, load, lambda: Classifier.load(emotion, self._settings.state_dir))
        booted = boot.start(update.max_crashes)
        self._serving = Serving(booted.servant)
        return Runner(
            device=self._settings.device,
            configured=configured,
            record=booted.record,
            file=file,
            slots=slots,
            boot=boot,
            serving=self._serving,
            load=load,
            fetcher=Fetcher(update, slots, Downloader(update)),
            rates=self._rates,
            paces=lambda since_ns: [pipeline.pace(since_ns) for pipeline in self._pipelines],
            report=self._say_how_it_is,
        )

    def _say_how_it_is(self) -> None:
        self._session.report()

    def _rates(self) -> Dict[str, Tuple[Optional[float], Optional[float]]]:
        return {camera.camera: (camera.fps, camera.latency_p95_ms) for camera in self._cameras()}

    def _store(self, observations: Sequence[Observation]) -> None:
        self._spool.append(observations)

    def _identity(self) -> Telemetry:
        return Telemetry(
            device=self._settings.device,
            run=self._presence.run,
            time=datetime.now(timezone.utc),
            model=self._serving.servant.reference,
            provider=self._serving.servant.provider,
        )

    def _report(self) -> Reported:
        servant = self._serving.servant
        return Reported(
            device=self._settings.device,
            run=self._presence.run,
            time=datetime.now(timezone.utc),
            agent_version=__version__,
            capabilities=capabilities(
                servant.runtime,
                servant.available_providers,
                suited_here(self._settings.emotion, servant.available_providers),
            ),
            running=RunningModel(
                model=servant.reference,
                sha256=servant.sha256,
                provider=servant.provider,
                provider_fallback=servant.provider_fallback,
            ),
            previous=self._updates.previous,
            update=self._updates.update,
        )

    def _failures(self) -> int:
        return sum(pipeline.statistics().failures for pipeline in self._pipelines)

    def _cameras(self) -> List[CameraTelemetry]:
        return [pipeline.telemetry() for pipeline in self._pipelines]
