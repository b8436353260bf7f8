"""A small world for rollouts: a registry, devices that keep the protocol or break it, a broker that keeps messages."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fer_controller.desk import revoking
from fer_controller.registry.catalogue import Shelf
from fer_controller.registry.model import RegisteredModel
from fer_controller.rollout.evidence.measured import Measured
from fer_controller.rollout.planning import deployment, request
from fer_controller.rollout.planning.plan import Plan
from fer_controller.rollout.runner import Runner
from fer_controller.settings import RolloutSettings
from fer_controller.store import opening
from fer_controller.store.database import Database
from fer_controller.store.ingest.records import Batch
from fer_controller.store.ingest.store import IngestStore
from fer_controller.store.measurements.records import TelemetryMinute, TrackEmotion, Window
from fer_controller.store.measurements.store import MeasurementStore
from fer_controller.store.registry.records import StoredModel
from fer_controller.store.registry.store import ModelStore
from fer_controller.store.rollouts.records import Changes, RolloutRow, SentOrder, TargetRow, WaveRow
from fer_controller.store.rollouts.store import RolloutStore
from fer_controller.store.subjects import Subjects
from fer_wire import ModelManifest
from fer_wire.contracts import CLASSIFIER, CONTRACTS, FINDER, STRIDES
from fer_wire.manifest import Golden, Variant
from fer_wire.message import iso_utc
from stepped_device import SteppedDevice, sha_of

START = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)
PRECISIONS = ("fp32", "fp16", "int8")
BAD, BLIND = "bad", "blind"
ASKS = "tester@here"
"""Who deploys and orders."""
SETTINGS = RolloutSettings(retry_pause_s=1, judge_every_s=1, baseline_days=0)


def a_model(
    name: str = "light",
    version: str = "2",
    precisions: Sequence[str] = PRECISIONS,
    size_bytes: int = 4_000_000,
    task: str = CLASSIFIER,
) -> RegisteredModel:
    """A model whose files nobody ever fetches; one named bad halves the frame rate, a blind finder finds nothing."""
    variants = [
        Variant(
            precision=each, file=f"{each}.onnx", sha256=sha_of(f"{name}@{version}/{each}"), size_bytes=size_bytes,
            parameters=1, nonzero_parameters=1, tolerance=0.1,
        )
        for each in precisions
    ]  # fmt: skip
    golden = Golden(formula="n", coefficients=(1, 0, 0, 0), faces=1, outputs={})
    contract = CONTRACTS[task]
    manifest = ModelManifest(
        task=task, name=name, version=version, variants=tuple(variants), created=START, labels=contract.labels,
        golden=golden.model_copy(update={"px": contract.px or STRIDES[-1]}), face_px=contract.px or STRIDES[-1],
    )  # fmt: skip
    return RegisteredModel(name, version, manifest, iso_utc(START), manifest.payload())


def a_request(**words: Any) -> request.DeployRequest:
    """A request with short times."""
    short: dict[str, Any] = {"waves": "1,100%", "soak": "10s", "patience": "20s", "deadline": "100s", "probation": "1s"}
    return request.DeployRequest(**{**short, **words})


class Killed(Exception):  # noqa: N818 - what happened to the runner
    """The runner's process is gone."""


STEADY = {
    "latency_p95_ms": 30.0, "temperature_c": 50.0, "throttled": 0.0, "memory_mb": 200.0, "on_cpu": 1.0,
    "errors_a_minute": 0, "restarts": 0,
}  # fmt: skip
"""What a device measures while nothing changes."""


MINUTES, FACES = 10, 40


class FakeMeasurements(MeasurementStore):
    """Measures by what devices run; those that are away or silent have no figures."""

    def __init__(self, devices: dict[str, SteppedDevice]) -> None:
        self._devices = devices
        self.silent: set[str] = set()
        self.measured: list[str] = []

    def telemetry_minutes(self, windows: Sequence[Window], _minute_s: float) -> list[TelemetryMinute]:
        return [minute for device in self._heard(windows) for minute in [self._minute(device)] * MINUTES]

    def track_emotions(self, windows: Sequence[Window]) -> list[TrackEmotion]:
        self.measured += [window.device for window in windows]
        return [
            TrackEmotion(device, "epoch", "door", track, "any@1/fp32", ("happy", "sad")[track % 2], 3, 2.4)
            for device in self._heard(windows)
            for track in range(FACES)
        ]

    def _minute(self, device: str) -> TelemetryMinute:
        figures = {**STEADY, **self._figures(device)}
        return TelemetryMinute(device, 1, figures, figures, figures)

    def _heard(self, windows: Sequence[Window]) -> list[str]:
        names = [window.device for window in windows]
        return [name for name in names if self._devices[name].online and name not in self.silent]

    def _figures(self, name: str) -> dict[str, float]:
        device = self._devices[name]
        return {
            "fps": min(15.0 if device.running.startswith(BAD) else 30.0, float(device.settings.get("cameras.fps", 30))),
            "face_share": 0.0 if device.runs(FINDER).startswith(BLIND) else 0.6,
        }


class MortalStore(RolloutStore):
    """A real database; lets the runner die before or after a transaction, and measures by what devices run."""

    def __init__(self, database: Database, devices: dict[str, SteppedDevice]) -> None:
        super().__init__(database)
        self.measurements: FakeMeasurements = FakeMeasurements(devices)
        self.dies_before = self.dies_after = False
        self.transactions = 0

    def write(self, changes: Changes) -> None:
        if self.dies_before:
            raise Killed
        super().write(changes)
        self.transactions += 1
        if self.dies_after:
            raise Killed


class World:
    """Controller, broker and devices, moved by hand; time passes only when it is told to."""

    def __init__(
        self,
        folder: Path,
        *devices: SteppedDevice,
        models: Sequence[RegisteredModel] = (a_model(),),
        settings: RolloutSettings = SETTINGS,
    ) -> None:
        self.now, self.settings = START, settings
        self.devices = {device.name: device for device in devices}
        self.retained: dict[str, str] = {}
        self.published: list[str] = []
        self._database = opening.writer(folder / "fleet.db", create=True)
        self._database.connection.execute("PRAGMA synchronous = OFF")
        self._ingest = IngestStore(self._database)
        self.store = MortalStore(self._database, self.devices)
        self.models = Shelf(ModelStore(self._database), folder / "models")
        for model in models:
            self._add(model)
        self.reborn()
        self.hear()

    def reborn(self) -> None:
        """Another runner on the same database."""
        self.store.dies_before = self.store.dies_after = False
        self.runner = Runner(self.store, self.models, self.settings)

    def planned(self, **words: Any) -> Plan:
        """What a rollout would do now."""
        return deployment.prepare(self.store, self.models, a_request(**words))

    def deploy(self, **words: Any) -> str:
        """A new rollout, not yet taken up."""
        plan = self.planned(**words)
        self.now += timedelta(milliseconds=1)
        return deployment.begin(self.store, plan, ASKS, self.now)

    def hear(self) -> None:
        """What devices report reaches the database."""
        rows = [device.row(self.now) for device in self.devices.values()]
        self._ingest.write(Batch(iso_utc(self.now), devices=rows))

    def tick(self, seconds: float = 1.0) -> None:
        """Time passes, and the runner makes a tick."""
        self.now += timedelta(seconds=seconds)
        self.hear()
        self.runner.tick(self.now)

    def publish(self, *, confirmed: bool = True) -> None:
        """What is unpublished reaches the broker and those who are there."""
        rows = self.store.desired.unpublished(10_000)
        for row in rows:
            self.retained[row.device] = row.payload
            self.published.append(row.payload)
            if self.devices[row.device].online:
                self.devices[row.device].receive(row.payload)
        if confirmed:
            self.store.desired.mark_published([SentOrder(row.device, row.sequence) for row in rows])

    def come(self, name: str) -> None:
        """A device comes online and reads what is retained."""
        self.devices[name].online = True
        if name in self.retained:
            self.devices[name].receive(self.retained[name])

    def step(self) -> None:
        """Every device that is there goes one state on."""
        for device in self.devices.values():
            if device.online:
                device.step()

    def order(self, rollout: str, action: str, actor: str = ASKS, **words: str) -> str:
        """An operator's order, and its outcome after the next tick."""
        id_ = self.store.give(rollout, action, actor, iso_utc(self.now), **words)
        self.tick()
        return self.store.order(id_).outcome

    def revoke(self, device: str) -> None:
        """An operator takes the device out of the fleet."""
        revoking.revoke(Subjects(self._database), device, "tester@here", self.now)

    def round(self, seconds: float = 1.0) -> None:
        """A tick, its messages, and a step of every device."""
        self.tick(seconds)
        self.publish()
        self.step()

    def until(self, rollout: str, *states: str, rounds: int = 200) -> None:
        """Go on until the rollout is in one of the states."""
        for _ in range(rounds):
            if self.rollout(rollout).state in states:
                return
            self.round()
        raise AssertionError(f"{self.rollout(rollout)}; {self.explained(rollout)[-5:]}")

    def rollout(self, rollout: str) -> RolloutRow:
        """As it stands."""
        return self.store.rollouts_like(rollout)[0]

    def wave(self, rollout: str, number: int) -> WaveRow:
        """As it stands."""
        return self.store.waves(rollout)[number - 1]

    def target(self, rollout: str, device: str) -> TargetRow:
        """As it stands."""
        return next(target for target in self.store.targets(rollout) if target.device == device)

    def states(self, rollout: str) -> dict[str, str]:
        """By device."""
        return {target.device: target.state for target in self.store.targets(rollout)}

    def explained(self, rollout: str) -> list[str]:
        """The sentences of the audit log."""
        return [entry.sentence for entry in self.store.audit(rollout)]

    def _add(self, model: RegisteredModel) -> None:
        stored = StoredModel(model.name, model.version, model.payload, model.added_at)
        files = [(variant.precision, variant.sha256) for variant in model.manifest.variants]
        ModelStore(self._database).add_model(stored, files)

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()


def measured(minutes: int = 10, **changes: Any) -> Measured:
    """A device that does well, in so many minutes with a message each."""
    figures: dict[str, Any] = {
        "fps": 30.0, "latency_p95_ms": 30.0, "errors_a_minute": 0.0, "on_cpu": 0.0, "temperature_c": 50.0,
        "throttled": 0.0, "memory_mb": 200.0, "restarts": 0, "face_share": None,
    }  # fmt: skip
    figures.update({name: changes.pop(name) for name in list(changes) if name in figures})
    known = {name: value for name, value in figures.items() if value is not None}
    faces = changes.get("faces", {"happy": 20, "sad": 20})
    fields: dict[str, Any] = {
        "samples": minutes, "minutes": {name: (value,) * minutes for name, value in known.items()},
        "lowest": known, "highest": known, "confidence": 0.8, "faces": faces,
        "confidences": (changes.get("confidence", 0.8),) * sum(faces.values()),
    }  # fmt: skip
    return Measured(**figures, **{**fields, **changes})
