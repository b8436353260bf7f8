"""One device's update path without a thread, over a folder that outlives it."""

from datetime import datetime, timezone
from pathlib import Path
from typing import Callable, Dict, List, Optional

from fer_agent.inference.model import read_model
from fer_agent.inference.network import Runs
from fer_agent.settings import Settings, UpdateSettings
from fer_agent.update.boot import Boot
from fer_agent.update.fetch import Fetcher, Source
from fer_agent.update.inbox import Inbox
from fer_agent.update.keyring import Keyring
from fer_agent.update.member import Member
from fer_agent.update.record import RecordFile
from fer_agent.update.runner import Runner
from fer_agent.update.slots import Slots
from fer_agent.update.tuner import TunedFile, Tuner
from fer_wire import Desired
from fer_wire.contracts import CLASSIFIER
from fer_wire.reported import Update
from unit.agent.update.making import FakeServant, Loader

DEVICE = "nano-01"
NOW = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)


class Pipe:
    """Stands for a pipeline: it holds what runs on its next frame."""

    def __init__(self, network: Runs) -> None:
        self.network = network

    def receive(self, network: Runs) -> None:
        self.network = network


class Device:
    """What the composition root builds, anew at each start."""

    def __init__(
        self,
        folder: Path,
        factory: Path,
        source: Source,
        public_key: Optional[Path],
        load: Optional[Loader] = None,
        configured: str = "",
        on_report: Callable[[], None] = lambda: None,
        *,
        others: Optional[Dict[str, Path]] = None,
        own: Optional[Dict[str, object]] = None,
        **settings: object,
    ) -> None:
        self.folder, self.factory, self.source = folder, factory, source
        self.load = load or Loader()
        self.configured, self.others = configured, others or {}
        self._on_report = on_report
        self.own = Settings.model_validate({"device": DEVICE, "state_dir": folder, **(own or {})})
        self.settings = UpdateSettings.model_validate({"public_key": public_key, **settings})
        self.now = NOW
        self.wanted_keys: List[bool] = []
        self.history: List[str] = []
        self.reports: List[Update] = []
        self.start()

    def start(self) -> None:
        """As a process starts: everything comes from the disk."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.slots = Slots(self.folder / "models", self.settings.cache_max_mb)
        self.slots.prepare()
        file = RecordFile(self.folder / "update.json")
        tuned = TunedFile(self.folder / "settings.json")
        booted = Boot(self._members(), file, tuned).start(self.settings.max_crashes)
        self.tuner = Tuner(self.own, tuned, booted.record)
        self.works_by = self.tuner.settings
        self.tuner.attach(lambda settings: setattr(self, "works_by", settings))
        self.tasks = booted.serving
        self.serving = booted.serving[CLASSIFIER]
        self.held = self.serving.member.slots
        self.pipe = Pipe(self.serving.seen)
        self.serving.attach(self.pipe.receive)
        self.keyring = Keyring(self.settings, self.folder / "keys.json", self.source)
        self.inbox = Inbox(DEVICE, self.keyring, lambda: self.wanted_keys.append(True), lambda: self.now)
        self.runner = Runner(
            inbox=self.inbox,
            record=booted.record,
            file=file,
            serving=booted.serving,
            fetcher=Fetcher(self.keyring, self.slots, self.source),
            tuner=self.tuner,
            rates=lambda: {"door": (30.0, 10.0)},
            report=self._hear,
            warm_s=0.0,
        )

    def settle(self) -> "Device":
        """Take steps until there is nothing to do."""
        while self.runner.turn():
            pass
        return self

    @property
    def serves(self) -> str:
        return self.serving.servant.reference

    @property
    def order(self) -> Optional[Desired]:
        """What was ordered last, as the disk has it."""
        return RecordFile(self.folder / "update.json").load().desired

    @property
    def update(self) -> Update:
        update = self.runner.update
        assert update is not None
        return update

    def _hear(self) -> None:
        if self.runner.update is not None:
            self.reports.append(self.update)
            self.history.append(self.update.state)
        self._on_report()

    def _members(self) -> Dict[str, Member]:
        return {task: self._member(task, folder) for task, folder in {CLASSIFIER: self.factory, **self.others}.items()}

    def _member(self, task: str, folder: Path) -> Member:
        def of_the_settings() -> FakeServant:
            model = read_model(folder, task)
            return self.load(model, model.variants[0])

        return Member(task, self.slots, self.configured, self.load, of_the_settings, optional=task != CLASSIFIER)


def occupied(device: Device, task: str = CLASSIFIER) -> Dict[str, str]:
    """The reference in each slot."""
    now = device.slots.occupied(task)
    return {slot: device.slots.reference(getattr(now, slot)) for slot in ("current", "previous", "trial")}
