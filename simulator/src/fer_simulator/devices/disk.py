"""What a simulated device keeps over a crash: its spool, its models, how far its update is, and what it was asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fer_wire.contracts import CLASSIFIER
from fer_wire.device.commands import Ledger
from fer_wire.device.record import Record
from fer_wire.device.slots import Occupied
from fer_wire.device.tuned import Tuned

from fer_simulator.devices.journal import Journal
from fer_simulator.devices.spool import Spool
from fer_simulator.downloads.request import Part
from fer_simulator.model import Model


class Slots:
    """The models on the device, and which of them serves, is on trial, or can be returned to."""

    def __init__(self, factory: Model) -> None:
        self._models = {factory.sha256: factory}
        self._factory = factory
        self.occupied = Occupied(factory=factory.sha256)

    @property
    def current(self) -> Model:
        """The one that serves when none is on trial."""
        return self._model(self.occupied.current) or self._factory

    @property
    def previous(self) -> Model | None:
        """The one that was current before."""
        return self._model(self.occupied.previous)

    @property
    def returns_to(self) -> Model | None:
        """The one that the device can return to by itself."""
        return self._model(self.occupied.returns_to)

    @property
    def serving(self) -> Model:
        """The one that reads faces now."""
        return self._model(self.occupied.trial) or self.current

    def holds(self, sha256: str) -> bool:
        """Whether the file is here and needs no download."""
        return sha256 in self._models

    def take_in(self, model: Model) -> None:
        """A file that has come is a model from now on."""
        self._models[model.sha256] = model

    def try_out(self, sha256: str) -> None:
        """A model goes on trial."""
        self.occupied = self.occupied.trying(sha256)

    def end_trial(self) -> None:
        """The current model serves again."""
        self.occupied = self.occupied.without_trial()

    def commit(self, sha256: str) -> None:
        """A model is the current one from now on."""
        self.occupied = self.occupied.committed(sha256)

    def _model(self, sha256: str | None) -> Model | None:
        return self._models[sha256] if sha256 else None


@dataclass
class Disk:
    """Changed in place, and never lost by a crash."""

    slots: Slots
    """Of the classifier."""
    eyes: Mapping[str, Slots] = field(default_factory=dict)
    """Of the models that find faces, by task."""
    spool: Spool = field(default_factory=Spool)
    record: Record = Record()  # noqa: RUF009  # frozen
    tuned: Tuned = Tuned()  # noqa: RUF009  # frozen
    ledger: Ledger = Ledger()  # noqa: RUF009  # frozen
    journal: Journal = field(default_factory=Journal)
    parts: dict[str, Part] = field(default_factory=dict)
    finished: list[tuple[str, int, str, str]] = field(default_factory=list)
    """(rollout, attempt, model, state) of each update that ended, oldest first."""

    @property
    def sets(self) -> dict[str, Slots]:
        """The slots of all models, by task."""
        return {CLASSIFIER: self.slots, **self.eyes}

    @property
    def changing(self) -> Slots:
        """Those whose model the update replaces."""
        order = self.record.desired
        return self.eyes.get(order.task, self.slots) if order else self.slots

    @property
    def serving(self) -> tuple[str, ...]:
        """NAME@VERSION/PRECISION of every model that serves, the classifier first."""
        return (self.slots.serving.model, *(slots.serving.model for slots in self.eyes.values()))
