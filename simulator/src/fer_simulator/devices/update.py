"""How a simulated device carries out a desired state: fetches, loads, tries and commits, by the rules of every device.

fer_wire.device says what follows what; here are the delays, the dice and the modelled speeds.
"""

import random
from collections.abc import Callable

from fer_wire import Artifact, Desired
from fer_wire.contracts import SETTINGS
from fer_wire.device import transitions as on
from fer_wire.device.orders import read_order
from fer_wire.device.precisions import preferred, suited
from fer_wire.device.record import Record
from fer_wire.device.restart import resumed
from fer_wire.device.tuned import Told
from fer_wire.errors import SettingsRefusedError
from fer_wire.reported import DOWNLOADING, PROBATION, STAGED, VERIFIED
from fer_wire.tuning import checked

from fer_simulator.devices.disk import Disk
from fer_simulator.devices.fetching import Fetching, Means
from fer_simulator.traits.faults import CRASHING
from fer_simulator.traits.identity import Identity

LOOK_S = 0.02
"""To see which files are here already."""
SWAP_S = 0.2
CRASH_WITHIN_S = 8.0
UNKNOWN_MS = 9.0
NO_SUCH_TASK = "This device runs no model of the task {task!r}."


class Updater:
    """One device's update; saves on the device's disk, then reports, then acts."""

    def __init__(self, identity: Identity, disk: Disk, means: Means, dice: random.Random) -> None:
        self._identity, self._disk, self._means, self._dice = identity, disk, means, dice
        self._turn = 0
        self._fetching: Fetching | None = None
        self._steps: dict[str, Callable[[], None]] = {
            DOWNLOADING: self._fetch_soon,
            VERIFIED: self._load,
            STAGED: self._swap_soon,
            PROBATION: self._prove,
        }

    def desired(self, payload: bytes) -> None:
        """Take a desired state or its withdrawal; one that is old or known is passed over.

        Raises MessageError for anything but a desired state of this device that is proven.
        """
        trust = self._means.trust
        order = read_order(payload, self._identity.name, trust)
        self._disk.record, why_not = self._disk.record.judged(order, trust, self._means.timers.time())
        if why_not:
            return
        if self._disk.record.unfinished:
            self._leave(self._disk.record.superseded(order.desired) if order.desired else self._disk.record.withdrawn())
        if order.desired is not None:
            self._begin(self._disk.record.begun(order.desired), order.desired)

    def stop(self, *, in_order: bool = False) -> None:
        """The process ends: no step that was due is taken."""
        self._turn += 1
        if self._fetching is not None:
            self._fetching.cancel()
        self._disk.record = self._disk.record.model_copy(update={"stopped": in_order})

    def restart(self) -> None:
        """The process is back, with what the disk holds."""
        slots, left = self._disk.changing, self._disk.record
        record = resumed(left, self._disk.tuned.occupied if left.task == SETTINGS else slots.occupied)
        self._disk.tuned = self._disk.tuned.settled(record)
        if record.state != PROBATION:
            slots.end_trial()
        if record.state == left.state:
            self._disk.record = record
            self._go_on()
        else:
            self._enter(record)

    def _begin(self, record: Record, order: Desired) -> None:
        self._disk.parts = {}
        refusal = self._refusal(order)
        if refusal:
            self._enter(record.moved(on.REFUSED, refusal))
        elif self._holds(order, order.sha256):
            self._keep_as_it_is(order, order.sha256)
            self._enter(record.served_already())
        else:
            self._enter(record.moved(on.ORDERED))

    def _refusal(self, order: Desired) -> str:
        if order.task != SETTINGS and order.task not in self._disk.sets:
            return NO_SUCH_TASK.format(task=order.task)
        try:
            checked(order.settings or {})
        except SettingsRefusedError as error:
            return f"This device refuses {error}."
        return ""

    def _holds(self, order: Desired, sha256: str) -> bool:
        """Whether the device has the model, the settings, or both."""
        has_model = order.task == SETTINGS or sha256 == self._disk.sets[order.task].serving.sha256
        return has_model and order.settings in (None, self._disk.tuned.in_force.values)

    def _keep_as_it_is(self, order: Desired, sha256: str) -> None:
        if order.task != SETTINGS:
            self._disk.sets[order.task].commit(sha256)

    def _leave(self, ended: Record) -> None:
        """End the update other than well; a model on trial gives way to the one before."""
        self.stop()
        self._disk.changing.end_trial()
        self._disk.tuned = self._disk.tuned.without_trial()
        self._enter(ended)

    def _enter(self, record: Record) -> None:
        disk = self._disk
        disk.record = record
        if not record.unfinished and record.desired is not None:
            order = record.desired
            disk.finished.append((order.rollout, order.attempt, order.model, record.state))
        disk.journal.note(self._means.timers.time(), f"The update is {record.state}. {record.reason}".rstrip())
        self._means.report()
        self._go_on()

    def _go_on(self) -> None:
        """Begin the step of the state that the update is in."""
        if self._disk.record.unfinished:
            self._steps[self._disk.record.state]()

    @property
    def _order(self) -> Desired:
        order = self._disk.record.desired
        if order is None:
            raise AssertionError("only an update that was ordered goes on")
        return order

    def _in(self, delay_s: float, call: Callable[[], None]) -> None:
        turn = self._turn
        self._means.timers.later(delay_s, lambda: call() if turn == self._turn else None)

    def _fetch_soon(self) -> None:
        self._in(LOOK_S, self._arrived if self._order.task == SETTINGS else self._fetch)

    def _arrived(self) -> None:
        """Settings came with their order."""
        self._enter(self._disk.record.moved(on.FETCHED))

    def _fetch(self) -> None:
        # An earlier fetching may still write to its parts until it notices that it was canceled.
        self._disk.parts = {}
        self._fetching = Fetching(self._order, self._identity, self._disk, self._means, self._dice, self._fetched)
        self._fetching.go_on()

    def _fetched(self, event: str, why: str) -> None:
        if event == on.FETCHED:
            self._enter(self._disk.record.moved(event))
        else:
            self._leave(self._disk.record.broken_off(event, why))

    def _load(self) -> None:
        self._in(self._loading_s(), self._loaded)

    def _loading_s(self) -> float:
        return self._identity.kind.load_s * self._dice.uniform(0.8, 1.4)

    def _loaded(self) -> None:
        """Stage the fastest of the files that pass the golden batch."""
        artifacts, record = self._order.artifacts, self._disk.record
        if self._order.task == SETTINGS:
            self._enter(record.moved(on.PASSED, chosen=self._order.sha256))
            return
        taken_ms = {each.model: self._time_of(each) for each in artifacts}
        fit = [each for each in artifacts if not self._means.effects.of(each.model).on("unfit")]
        if not fit:
            faults = " ".join(f"{each.model} fails its golden batch." for each in artifacts)
            self._leave(record.broken_off(on.REFUSED, faults))
            return
        timed = [(each.model.rpartition("/")[2], taken_ms[each.model]) for each in fit]
        kind = self._identity.kind
        chosen = fit[preferred(timed, suited(kind.name, kind.provider))]
        measured_ms = {each.model: round(taken_ms[each.model], 3) for each in fit} if len(artifacts) > 1 else {}
        self._enter(record.moved(on.PASSED, chosen=chosen.sha256, measured_ms=measured_ms))

    def _time_of(self, artifact: Artifact) -> float:
        usual_ms = self._identity.kind.classify_ms.get(artifact.model.rpartition("/")[2], UNKNOWN_MS)
        return usual_ms * self._dice.uniform(0.97, 1.03)

    def _swap_soon(self) -> None:
        self._in(SWAP_S, self._swap)

    def _swap(self) -> None:
        disk, record, order = self._disk, self._disk.record, self._order
        if self._holds(order, record.chosen):
            self._keep_as_it_is(order, record.chosen)
            self._enter(record.served_already())
            return
        if order.task != SETTINGS:
            disk.changing.try_out(record.chosen)
        if order.settings is not None:
            disk.tuned = disk.tuned.trying(Told(values=order.settings, rollout=order.rollout))
        self._enter(record.moved(on.SWAPPED))

    def _prove(self) -> None:
        probation_s, model = self._order.probation_s, self._disk.changing.serving.model
        if CRASHING in self._identity.faults or self._means.effects.of(model).on("crash"):
            within_s = min(probation_s, CRASH_WITHIN_S)
            self._in(self._dice.uniform(0.1, 0.9) * within_s, self._means.die)
        else:
            self._in(probation_s, self._commit)

    def _commit(self) -> None:
        disk, record = self._disk, self._disk.record
        if record.task != SETTINGS:
            disk.changing.commit(record.chosen)
        disk.tuned = disk.tuned.committed()
        self._enter(record.moved(on.SERVED_WELL))
