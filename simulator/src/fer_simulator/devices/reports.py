"""What a simulated device reports: the truth, unless lying is its fault."""

import hashlib
import random
from datetime import datetime
from typing import Any

from fer_wire import Reported
from fer_wire.contracts import CLASSIFIER
from fer_wire.device.trust import NO_KEYS, Trust
from fer_wire.reported import RunningModel, SettingsInForce, Update

from fer_simulator.devices import health
from fer_simulator.devices.disk import Disk, Slots
from fer_simulator.traits.effects import Effect
from fer_simulator.traits.faults import LYING
from fer_simulator.traits.identity import Identity

AGENT_VERSION = "simulated"
FALSE_HASH = hashlib.sha256(b"a lie").hexdigest()
FALSE_ATTEMPT = 1_000
WRONG_HASH = "wrong hash"
WRONG_KEY = "wrong key"
LIES = (WRONG_HASH, WRONG_KEY)


class Reports:
    """Makes the reports of one device."""

    def __init__(self, identity: Identity, disk: Disk, dice: random.Random, trust: Trust = NO_KEYS) -> None:
        self._identity, self._disk, self._trust = identity, disk, trust
        self._capabilities = identity.kind.capabilities()
        self.lie = dice.choice(LIES) if LYING in identity.faults else ""

    def report(self, run: str, time: datetime, effect: Effect) -> Reported:
        """What holds now."""
        told = self._disk.tuned.in_force
        eyes = {task: self._serving(task, slots, effect) for task, slots in self._disk.sets.items()}
        running = eyes.pop(CLASSIFIER)
        return Reported(
            device=self._identity.name,
            run=run,
            time=time,
            agent_version=AGENT_VERSION,
            capabilities=self._capabilities,
            running=running,
            previous=running.previous,
            eyes=eyes,
            update=self._update(),
            trust=self._disk.record.trusted(self._trust, time),
            settings=SettingsInForce(afar=told.values, rollout=told.rollout),
        )

    def _update(self) -> Update | None:
        update = self._disk.record.update()
        if update is None:
            return None
        changes: dict[str, dict[str, Any]] = {
            WRONG_HASH: {"sha256": FALSE_HASH},
            WRONG_KEY: {"attempt": update.attempt + FALSE_ATTEMPT},
        }
        return update.model_copy(update=changes.get(self.lie, {}))

    def _serving(self, task: str, slots: Slots, effect: Effect) -> RunningModel:
        running = health.running(self._identity.kind, slots, effect)
        order = self._disk.record.desired
        lies = self.lie == WRONG_HASH and order is not None and order.task == task
        return running.model_copy(update={"sha256": FALSE_HASH}) if lies else running
