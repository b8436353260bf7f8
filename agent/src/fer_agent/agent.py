"""The composition root: it builds every part of the agent and connects them, and does nothing else."""

import itertools
import logging
from typing import Callable, Mapping, NamedTuple, Optional

from fer_wire import Telemetry, Topics
from fer_wire.broker import client_id_of
from fer_wire.contracts import CLASSIFIER, FINDER, LANDMARKER
from fer_wire.device.deeds import Sources

from fer_agent.broker.link import BrokerLink
from fer_agent.broker.presence import Presence
from fer_agent.broker.session import Session
from fer_agent.cameras import refuse_endless
from fer_agent.commands.commands import Commands
from fer_agent.commands.ledger_file import LedgerFile
from fer_agent.commands.replies import Replies
from fer_agent.emotion.classify import Classifier
from fer_agent.emotion.temperature import in_order
from fer_agent.examination import Running, examine_running
from fer_agent.faces.detect import Landmarker, landmarks_file
from fer_agent.faces.dlib_eyes import DlibEyes
from fer_agent.faces.eyes import Eyes
from fer_agent.faces.zoo_eyes import ZooEyes
from fer_agent.host import systemd
from fer_agent.host.log_file import LogFile
from fer_agent.host.state_folder import StateFolder
from fer_agent.host.versions import versions
from fer_agent.identity.identity import Identity
from fer_agent.identity.renewal import Renewal
from fer_agent.inference.choice import dlib_may_stand_in, of_the_settings, tasks_of, why_dlib
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
from fer_agent.settings import AUTO, CameraSettings, FacesSettings, Settings
from fer_agent.settings.printing import effective
from fer_agent.settings.secrets import hiding
from fer_agent.telemetry import collectors
from fer_agent.update.boot import Boot, Booted
from fer_agent.update.download import Downloader
from fer_agent.update.fetch import Fetcher
from fer_agent.update.inbox import Inbox
from fer_agent.update.key_watch import KeyWatch
from fer_agent.update.keyring import Keyring
from fer_agent.update.member import Member, configured
from fer_agent.update.record import RecordFile
from fer_agent.update.runner import Runner
from fer_agent.update.serving import Serving
from fer_agent.update.slots import Slots
from fer_agent.update.tuner import TunedFile, Tuner

log = logging.getLogger(__name__)

MB = 1024 * 1024


class _Models(NamedTuple):
    """The models on this device: where they lie, and which of them serve."""

    slots: Slots
    file: RecordFile
    booted: Booted
    tuner: Tuner


def compose(settings: Settings, once: bool) -> Agent:
    """An agent that is ready to run; its model is loaded.

    Raises AgentError when something that it cannot do without is missing: a model, the landmarks, the state folder.
    With once it also raises SettingsError when a source has no end.
    """
    state = StateFolder(settings.state_dir, settings.device)
    log_file = LogFile(state.log, hiding(settings))
    log_file.open()
    try:
        return _composed(settings, once, state, log_file)
    except BaseException:
        log_file.close()
        raise


def _composed(settings: Settings, once: bool, state: StateFolder, log_file: LogFile) -> Agent:
    topics = Topics(settings.broker.prefix)
    identity = Identity(settings.identity, settings.device, state.path)
    identity.adopt()
    settings = identity.dressed(settings)
    models = _models(settings, state)
    serving, tuner = models.booted.serving, models.tuner
    spool = Spool(state.spool, settings.device, int(settings.spool.max_mb * MB))
    pipelines = _pipelines(tuner, once, serving, spool)
    downloader = Downloader(settings.update)
    keyring = Keyring(settings.update, state.keys, downloader)
    key_watch = KeyWatch(keyring, lambda: updates.take_again(), lambda: session.report())  # noqa: PLW0108  # they come later
    fetcher, inbox = Fetcher(keyring, models.slots, downloader), Inbox(settings.device, keyring, key_watch.ask)
    updates = _updates(models, pipelines, fetcher, inbox, lambda: session.report())  # noqa: PLW0108  # it comes later
    presence = Presence(settings.device, topics)
    report = DeviceReport(
        settings, presence.run, serving, updates, tuner.report, lambda: link.url
    )  # the link comes later
    publisher = Publisher(spool, topics, settings.spool)
    replies = Replies(settings.device, topics)
    commands = Commands(
        settings.device,
        presence.run,
        lambda: keyring.trust,
        LedgerFile(state.commands),
        replies,
        _sources(tuner, Running(pipelines.telemetry, serving, lambda: link.url), lambda: reporter.last, log_file),
        (lambda: agent.restart()) if systemd.starts_again() and not once else None,  # noqa: PLW0108  # it comes later
    )
    session = Session(
        settings.device, topics, presence, publisher, report.reported, updates.take, announcement(settings),
        command=commands.take, replies=replies,
    )  # fmt: skip
    client_id = client_id_of(settings.device)
    link = BrokerLink(settings.broker, client_id, presence.will, session.subscriptions, session)
    reporter = _reporter(tuner, report, pipelines, spool, publisher, session)
    renewal = Renewal(settings, identity)
    parts = Parts(
        state, spool, publisher, session, link, reporter, pipelines, serving, updates, key_watch, renewal, commands,
        log_file,
    )  # fmt: skip
    agent = Agent(settings, once, parts)
    return agent


def _models(settings: Settings, state: StateFolder) -> _Models:
    engines = settings.state_dir / ENGINES
    slots = Slots(state.models, settings.update.cache_max_mb, lambda sha256: forget_engines(engines, sha256))
    slots.prepare()

    def member(task: str) -> Member:
        return Member(
            task,
            slots,
            configured(task, settings),
            load=lambda model, variant: Network(model, variant, settings.emotion, engines),
            factory=lambda: of_the_settings(task, settings),
            optional=task != CLASSIFIER and dlib_may_stand_in(settings),
        )

    if settings.faces.finder == AUTO and why_dlib(settings):
        log.info("dlib finds the faces here. %s", why_dlib(settings))
    file, tuned = RecordFile(state.update), TunedFile(state.settings)
    booted = Boot({task: member(task) for task in tasks_of(settings)}, file, tuned).start(settings.update.max_crashes)
    return _Models(slots, file, booted, Tuner(settings, tuned, booted.record))


def _pipelines(tuner: Tuner, once: bool, serving: Mapping[str, Serving], spool: Spool) -> Pipelines:
    numbers, settings = itertools.count(spool.last_track + 1), tuner.settings
    seen_by = _eyes(settings, serving)

    def eyes() -> Eyes:
        return seen_by(tuner.settings.faces)

    def classifier(network: Runs) -> Classifier:
        manifest = serving[CLASSIFIER].servant.model.manifest
        return Classifier(network, tuner.settings.emotion.mirrored, in_order(manifest.track_temperatures))

    def retune(pipeline: Pipeline, now: Settings) -> None:
        pipeline.eyes, pipeline.classifier = eyes(), classifier(serving[CLASSIFIER].seen)
        pipeline.retune(now)

    def made(camera: CameraSettings) -> Pipeline:
        if once:
            refuse_endless(camera)
        pipeline = Pipeline(
            camera,
            settings,
            once,
            eyes=eyes(),
            classifier=classifier(serving[CLASSIFIER].seen),
            next_track=lambda: next(numbers),
            sink=spool.append,
        )
        for task, each in serving.items():
            if task == CLASSIFIER:
                each.attach(lambda network: setattr(pipeline, "classifier", classifier(network)))
            else:
                each.attach(lambda _network: setattr(pipeline, "eyes", eyes()))
        tuner.attach(lambda now: retune(pipeline, now))
        return pipeline

    return Pipelines([made(camera) for camera in settings.cameras])


def _eyes(settings: Settings, serving: Mapping[str, Serving]) -> Callable[[FacesSettings], Eyes]:
    """What finds the faces from now on: the models that serve, or without them dlib."""
    if FINDER not in serving:
        landmarks = Landmarker(landmarks_file(settings.faces))
        return lambda faces: DlibEyes(landmarks, faces)
    finder, landmarker = serving[FINDER], serving[LANDMARKER]
    return lambda faces: ZooEyes(finder.seen, landmarker.seen, faces)


def _sources(
    tuner: Tuner, running: Running, telemetry: Callable[[], Optional[Telemetry]], log_file: LogFile
) -> Sources:
    return Sources(
        examine=lambda: examine_running(tuner.settings, running),
        settings=lambda: effective(tuner.settings),
        versions=versions,
        telemetry=telemetry,
        log=log_file.last_hour,
        hide=hiding(tuner.settings),
    )


def _updates(
    models: _Models, pipelines: Pipelines, fetcher: Fetcher, inbox: Inbox, report: Callable[[], None]
) -> Runner:
    return Runner(
        inbox=inbox,
        record=models.booted.record,
        file=models.file,
        serving=models.booted.serving,
        fetcher=fetcher,
        tuner=models.tuner,
        rates=pipelines.rates,
        paces=pipelines.paces,
        report=report,
    )


def _reporter(
    tuner: Tuner, report: DeviceReport, pipelines: Pipelines, spool: Spool, publisher: Publisher, session: Session
) -> TelemetryReporter:
    settings = tuner.settings
    reporter = TelemetryReporter(
        identity=report.telemetry,
        interval_s=settings.telemetry.interval_s,
        sources=collectors(settings.state_dir),
        cameras=pipelines.telemetry,
        spool=lambda: spool.statistics().model_copy(update={"refusal": publisher.refusal}),
        failures=pipelines.failures,
        send=lambda telemetry: session.send_telemetry(telemetry, settings.telemetry.expiry_s),
    )
    tuner.attach(lambda now: reporter.retune(now.telemetry.interval_s))
    return reporter
