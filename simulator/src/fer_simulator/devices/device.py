"""One simulated device: its timers, its crashes, and the disk that outlives them."""

import random
from dataclasses import dataclass

from fer_wire import Reported, Telemetry, Topics
from fer_wire.contracts import CLASSIFIER, TASKS
from fer_wire.device.trust import NO_KEYS, Trust
from fer_wire.tuning import EventTuning

from fer_simulator.broker.link import Broker
from fer_simulator.clock import Timers
from fer_simulator.devices import diagnosis
from fer_simulator.devices.commands import Commands, Obeying
from fer_simulator.devices.disk import Disk, Slots
from fer_simulator.devices.faces import Faces
from fer_simulator.devices.fetching import Means
from fer_simulator.devices.health import Health
from fer_simulator.devices.reports import Reports
from fer_simulator.devices.session import Session
from fer_simulator.devices.update import Updater
from fer_simulator.downloads.request import Source
from fer_simulator.scenario import Scenario
from fer_simulator.traits.effects import BLIND, Effect, Effects
from fer_simulator.traits.faults import OFFLINE
from fer_simulator.traits.identity import Identity

RESTART_S = (1.0, 3.0)
ONLINE_S = 20.0
AWAY_S = 5.0
OUTBOX_EVERY_S = 5.0
CATCH_UP_S = 5.0


@dataclass(frozen=True)
class World:
    """What all devices share."""

    scenario: Scenario
    topics: Topics
    timers: Timers
    broker: Broker
    files: Source
    effects: Effects
    trust: Trust = NO_KEYS
    """Whose orders they take; without keys, anybody's."""


class Device:
    """Lives from start() to close(); all calls come from one thread."""

    def __init__(self, identity: Identity, world: World) -> None:
        scenario, seed = world.scenario, f"{world.scenario.seed}/{identity.name}"
        self.identity, self._world, self._timers = identity, world, world.timers
        # Draws for the life, for what is measured and for the update: one must not shift the others.
        self._life, measured, updating = (random.Random(f"{seed}/{what}") for what in range(3))  # noqa: S311
        factory = {task: Slots(scenario.factory_model(identity.kind, task)) for task in TASKS}
        self.disk = Disk(factory.pop(CLASSIFIER), factory)
        self._faces = Faces(measured, self._limits)
        self._health = Health(identity.kind, scenario.fps, measured, world.timers)
        self._reports = Reports(identity, self.disk, updating, world.trust)
        self.session = Session(
            identity.name,
            world.topics,
            world.timers,
            world.broker,
            self.disk.spool,
            self._report,
            self._desired,
            self._command,
        )
        means = Means(world.timers, world.files, world.effects, self.session.report, self.die, world.trust)
        self._updater = Updater(identity, self.disk, means, updating)
        self._measured: Telemetry | None = None
        told = diagnosis.sources(identity, self.disk, lambda: self._measured)
        obeying = Obeying(world.timers, world.trust, told, self.session.reply, self.restart)
        self._commands = Commands(identity.name, self.disk, obeying)
        self._awake = False
        self._dead = False
        self._see_at = 0.0
        self.crashes = 0
        self.lie = self._reports.lie

    def start(self) -> None:
        """Connect, see faces, measure."""
        scenario = self._world.scenario
        self._awake = True
        self._begin()
        if scenario.events_per_s:
            self._see_at = self._timers.now() + self._life.random() / scenario.events_per_s
            self._see_later()
        self._timers.later(self._life.uniform(0, scenario.telemetry_s), self._measure)
        self._timers.later(self._life.uniform(0, OUTBOX_EVERY_S), self._look_at_outbox)
        if OFFLINE in self.identity.faults:
            self._timers.later(self._life.expovariate(1 / ONLINE_S), self._go_offline)

    def fall_asleep(self) -> None:
        """See and measure nothing more; what is in the spool still goes out."""
        self._awake = False

    def close(self) -> None:
        """Hang up, and let the update be."""
        self._updater.stop()
        self.session.close()

    def die(self) -> None:
        """The process dies; its supervisor starts it again."""
        self.crashes += 1
        self._dead = True
        self._note("The agent died.")
        self._commands.ended()
        self._updater.stop()
        self.session.cut()
        self._timers.later(self._life.uniform(*RESTART_S), self._rise)

    def restart(self) -> None:
        """The process is stopped in order and started again at once."""
        self._note("The agent stops in order.")
        self._commands.ended()
        self._updater.stop(in_order=True)
        self.session.leave()
        self.session.close()
        self._rise()

    def _report(self, run: str) -> Reported:
        return self._reports.report(run, self._timers.time(), self._effect())

    def _desired(self, payload: bytes) -> None:
        self._updater.desired(payload)

    def _command(self, payload: bytes) -> None:
        self._commands.take(payload)

    def _note(self, text: str) -> None:
        self.disk.journal.note(self._timers.time(), text)

    def _begin(self) -> None:
        """A run begins."""
        self.session.begin()
        self._note(f"The agent runs as {self.session.run}.")
        self._commands.began(self.session.run)

    def _effect(self) -> Effect:
        return self._world.effects.together(self.disk.serving)

    def _limits(self) -> EventTuning:
        """Of events, as settings from afar have them."""
        told = self.disk.tuned.in_force.values
        return EventTuning.model_validate(
            {name: told[f"events.{name}"] for name in EventTuning.model_fields if f"events.{name}" in told}
        )

    def _see(self) -> None:
        if not self._awake:
            return
        if not self._dead:
            effect = self._effect()
            see = self._faces.lose if effect.on(BLIND) else self._faces.next
            seen = see(self._timers.time(), self.disk.slots.serving.model, effect)
            if seen is not None:
                self.session.spool(seen)
        self._see_at += self._life.uniform(0.5, 1.5) / self._world.scenario.events_per_s
        self._see_later()

    def _see_later(self) -> None:
        """Events keep their pace where the machine is late, unless it is too late to catch up."""
        now = self._timers.now()
        if now - self._see_at > CATCH_UP_S:
            self._see_at = now
        self._timers.later(max(0.0, self._see_at - now), self._see)

    def _measure(self) -> None:
        if not self._awake:
            return
        if not self._dead and self.session.online:
            run, seen = self.session.run, self._faces.seen
            self._measured = self._health.telemetry(self.identity.name, run, self.disk, self._effect(), seen)
            self.session.send_telemetry(self._measured)
        told_s = self.disk.tuned.in_force.values.get("telemetry.interval_s", self._world.scenario.telemetry_s)
        self._timers.later(float(told_s), self._measure)

    def _look_at_outbox(self) -> None:
        self.session.send_events()
        self._timers.later(OUTBOX_EVERY_S, self._look_at_outbox)

    def _go_offline(self) -> None:
        if not self._awake:
            return
        if not self._dead:
            self._note("The connection is lost.")
            self.session.cut()
        self._timers.later(self._life.expovariate(1 / AWAY_S), self._come_back)

    def _come_back(self) -> None:
        if not self._dead:
            self.session.come_back()
        self._timers.later(self._life.expovariate(1 / ONLINE_S), self._go_offline)

    def _rise(self) -> None:
        self._dead = False
        self._health.restarted()
        self._updater.restart()
        self._begin()
