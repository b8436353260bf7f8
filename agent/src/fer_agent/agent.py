"""The composition root: it builds every part of the agent and connects them, and does nothing else."""

import itertools
from typing import Callable, NamedTuple

from fer_wire import Topics
from fer_wire.contracts import CLASSIFIER
from fer_wire.manifest import Variant

from fer_agent.broker.link import BrokerLink
from fer_agent.broker.presence import Presence
from fer_agent.broker.session import Session
from fer_agent.cameras import refuse_endless
from fer_agent.emotion.classify import Classifier
from fer_agent.faces.detect import Landmarker, landmarks_file
from fer_agent.faces.dlib_eyes import DlibEyes
from fer_agent.faces.eyes import Eyes
from fer_agent.host.state_folder import StateFolder
from fer_agent.inference.choice import of_the_settings
from fer_agent.inference.model import Model
from fer_agent.inference.network import Network, Runs
from fer_agent.inference.providers import forget_engines
from fer_agent.inference.session import ENGINES
from fer_agent.lifecycle import Agent, Parts
from fer_agent.outbox.publisher import Publisher
from fer_agent.outbox.spool import Spool
from fer_agent.pipeline.pipeline import Pipeline
from fer_agent.pipeline.pipelines import Pipelines
from fer_agent.reporting.device_report import DeviceReport
from fer_agent.reporting.home_assistant import announcement
from fer_agent.reporting.telemetry import TelemetryReporter
from fer_agent.settings import CameraSettings, Settings
from fer_agent.telemetry import collectors
from fer_agent.update.boot import Boot, Booted, configured_model
from fer_agent.update.download import Downloader
from fer_agent.update.fetch import Fetcher
from fer_agent.update.record import RecordFile
from fer_agent.update.runner import Runner
from fer_agent.update.serving import Serving
from fer_agent.update.slots import Slots
from fer_agent.update.trial import Load, Servant

MB = 1024 * 1024


class _Models(NamedTuple):
    """The models on this device: where they lie, how they are loaded, and which one serves."""

    slots: Slots
    file: RecordFile
    boot: Boot
    booted: Booted
    load: Load


def compose(settings: Settings, once: bool) -> Agent:
    """An agent that is ready to run; its model is loaded.

    Raises AgentError when something that it cannot do without is missing: a model, the landmarks, the state folder.
    With once it also raises SettingsError when a source has no end.
    """
    topics = Topics(settings.broker.prefix)
    state = StateFolder(settings.state_dir, settings.device)
    models = _models(settings, state)
    serving = Serving(models.booted.servant)
    eyes = DlibEyes(Landmarker(landmarks_file(settings.faces)), settings.faces)
    spool = Spool(state.spool, settings.device, int(settings.spool.max_mb * MB))
    pipelines = _pipelines(settings, once, eyes, serving, spool)
    updates = _updates(settings, models, serving, pipelines, lambda: session.report())  # noqa: PLW0108  # it comes later
    presence = Presence(settings.device, topics)
    report = DeviceReport(settings, presence.run, serving, updates)
    publisher = Publisher(spool, topics, settings.spool)
    session = Session(
        settings.device, topics, presence, publisher, report.reported, updates.take, announcement(settings)
    )  # fmt: skip
    client_id = f"fer-agent-{settings.device}"
    link = BrokerLink(settings.broker, client_id, presence.will(), session.subscriptions, session)
    reporter = TelemetryReporter(
        identity=report.telemetry,
        interval_s=settings.telemetry.interval_s,
        sources=collectors(settings.state_dir),
        cameras=pipelines.telemetry,
        spool=spool.statistics,
        failures=pipelines.failures,
        send=lambda telemetry: session.send_telemetry(telemetry, settings.telemetry.expiry_s),
    )
    return Agent(settings, once, Parts(state, spool, publisher, session, link, reporter, pipelines, serving, updates))


def _models(settings: Settings, state: StateFolder) -> _Models:
    emotion, engines = settings.emotion, settings.state_dir / ENGINES
    slots = Slots(state.models, settings.update.cache_max_mb, lambda sha256: forget_engines(engines, sha256))
    slots.prepare()

    def load(model: Model, variant: Variant) -> Servant:
        return Network(model, variant, emotion, engines)

    file = RecordFile(state.update)
    boot = Boot(slots, file, configured_model(emotion), load, lambda: of_the_settings(CLASSIFIER, settings))
    return _Models(slots, file, boot, boot.start(settings.update.max_crashes), load)


def _pipelines(settings: Settings, once: bool, eyes: Eyes, serving: Serving, spool: Spool) -> Pipelines:
    numbers = itertools.count(spool.last_track + 1)

    def classifier(network: Runs) -> Classifier:
        return Classifier(network, settings.emotion.mirrored)

    def made(camera: CameraSettings) -> Pipeline:
        if once:
            refuse_endless(camera)
        pipeline = Pipeline(
            camera,
            settings,
            once,
            eyes=eyes,
            classifier=classifier(serving.seen),
            next_track=lambda: next(numbers),
            sink=spool.append,
        )
        serving.attach(lambda network: setattr(pipeline, "classifier", classifier(network)))
        return pipeline

    return Pipelines([made(camera) for camera in settings.cameras])


def _updates(
    settings: Settings, models: _Models, serving: Serving, pipelines: Pipelines, report: Callable[[], None]
) -> Runner:
    return Runner(
        device=settings.device,
        configured=configured_model(settings.emotion),
        record=models.booted.record,
        file=models.file,
        slots=models.slots,
        boot=models.boot,
        serving=serving,
        load=models.load,
        fetcher=Fetcher(settings.update, models.slots, Downloader(settings.update)),
        rates=pipelines.rates,
        paces=pipelines.paces,
        report=report,
    )
