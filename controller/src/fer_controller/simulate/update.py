"""How a simulated device takes a desired state: fetches, loads, tries and commits, step by step, as an agent does."""

import random
from collections.abc import Callable

from fer_wire import Desired, parse
from fer_wire.reported import DOWNLOADING, PROBATION, STAGED, UNFINISHED_STATES, VERIFIED

from fer_controller.simulate.disk import Disk, Model
from fer_controller.simulate.faults import CRASHING
from fer_controller.simulate.fetching import Fetching, Means, Nature
from fer_controller.simulate.transitions import (
    DIED_TOO_OFTEN,
    ENDS,
    FETCHED,
    LOADED,
    ORDERED,
    PROVED,
    REPLACED,
    RESTARTED,
    SWAPPED,
    UNFIT,
    WITHDRAWN,
    after,
)

SWAP_S = 0.2
MAX_CRASHES = 3
CRASH_WITHIN_S = 8.0
UNKNOWN_MS = 9.0


class Updater:
    """One device's update; saves on the device's disk, then reports, then acts."""

    def __init__(self, nature: Nature, disk: Disk, means: Means, dice: random.Random) -> None:
        self._nature, self._disk, self._means, self._dice = nature, disk, means, dice
        self._turn = 0
        self._fetching: Fetching | None = None

    def desired(self, payload: bytes) -> None:
        """Take a desired state, or its withdrawal; an old one, a known one and another's do nothing.

        Raises MessageError for what is no desired state.
        """
        disk = self._disk
        if not payload:
            self._end_early(WITHDRAWN, "the desired state was withdrawn")
            return
        order = parse(Desired, payload)
        known = disk.order is not None and disk.order.key == order.key
        if order.device != self._nature.name or order.sequence < disk.last_sequence or known:
            return
        self._end_early(REPLACED, f"rollout {order.rollout}, attempt {order.attempt}, came instead")
        disk.order, disk.last_sequence, disk.crashes = order, order.sequence, 0
        disk.fetched_bytes, disk.measured_ms = 0, {}
        disk.size_bytes = sum(each.size_bytes for each in order.artifacts if not disk.slots.holds(each.sha256))
        self._happened(ORDERED)
        self._fetch(order)

    def stop(self) -> None:
        """The process is gone: nothing that was to come comes."""
        self._turn += 1
        if self._fetching is not None:
            self._fetching.cancel()

    def restart(self) -> None:
        """The process is back, with what the disk holds."""
        disk = self._disk
        if disk.order is None:
            return
        if disk.state == PROBATION:
            self._count_the_crash(disk.order)
        elif disk.state in (VERIFIED, STAGED):
            disk.state = after(disk.state, RESTARTED)
            self._load(disk.order)
        elif disk.state == DOWNLOADING:
            self._fetch(disk.order)

    def _count_the_crash(self, order: Desired) -> None:
        disk = self._disk
        disk.crashes += 1
        if disk.crashes < MAX_CRASHES:
            self._prove(order)
            return
        name = disk.slots.serving.model
        disk.slots.trial = None
        self._happened(DIED_TOO_OFTEN, f"the process died {disk.crashes} times with {name}")

    def _end_early(self, how: str, why: str) -> None:
        self.stop()
        if self._disk.state in UNFINISHED_STATES:
            self._disk.slots.trial = None
            self._happened(how, why)

    def _happened(self, what: str, why: str = "") -> None:
        disk = self._disk
        disk.state, disk.reason = after(disk.state, what), why
        if disk.state in ENDS and disk.order is not None:
            disk.finished.append((disk.order.rollout, disk.order.attempt, disk.order.model, disk.state))
            disk.fetched_bytes, disk.parts = disk.downloaded_bytes, {}
        self._means.report()

    def _in(self, delay_s: float, call: Callable[[], None]) -> None:
        turn = self._turn
        self._means.timers.later(delay_s, lambda: call() if turn == self._turn else None)

    def _fetch(self, order: Desired) -> None:
        def ended(how: str, why: str) -> None:
            self._happened(how, why)
            if how == FETCHED:
                self._load(order)

        # A thread of the fetching before may still add to the old parts, until it looks whether it is wanted.
        self._disk.parts = {}
        self._fetching = Fetching(order, self._nature, self._disk, self._means, self._dice, ended)
        self._fetching.go_on()

    def _load(self, order: Desired) -> None:
        delay_s = self._nature.kind.load_s * self._dice.uniform(0.8, 1.4)
        self._in(delay_s, lambda: self._loaded(order, self._fastest(order)))

    def _loaded(self, order: Desired, chosen: Model) -> None:
        if self._means.effects.of(chosen.model).on("unfit"):
            self._happened(UNFIT, f"{chosen.model} fails the golden batch")
            return
        self._happened(LOADED)
        self._in(SWAP_S, lambda: self._swap(order, chosen))

    def _fastest(self, order: Desired) -> Model:
        """Of several files the one that a short benchmark finds fastest."""
        usual_ms = self._nature.kind.classify_ms
        taken_ms = {
            each.model: usual_ms.get(each.model.rpartition("/")[2], UNKNOWN_MS) * self._dice.uniform(0.97, 1.03)
            for each in order.artifacts
        }
        if order.alternatives:
            self._disk.measured_ms = {name: round(ms, 3) for name, ms in taken_ms.items()}
        best = min(order.artifacts, key=lambda each: taken_ms[each.model])
        return Model(best.model, best.sha256)

    def _swap(self, order: Desired, chosen: Model) -> None:
        self._disk.slots.trial = chosen
        self._happened(SWAPPED)
        self._prove(order)

    def _prove(self, order: Desired) -> None:
        slots = self._disk.slots
        new = slots.serving.sha256 != slots.current.sha256
        deadly = CRASHING in self._nature.faults or self._means.effects.of(slots.serving.model).on("crash")
        if new and deadly:
            within_s = min(order.probation_s, CRASH_WITHIN_S)
            self._in(self._dice.uniform(0.1, 0.9) * within_s, self._means.die)
        else:
            self._in(order.probation_s, self._commit)

    def _commit(self) -> None:
        self._disk.slots.commit()
        self._happened(PROVED)
