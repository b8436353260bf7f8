"""The slots of one task: which of its models serves, which is the one before, and which is on trial."""

from fer_wire.device.slots import Occupied
from fer_wire.manifest import Variant

from fer_agent.inference.model import Model
from fer_agent.update.slots import Slots


class TaskSlots:
    """The slots of one task; every change is on the disk when it returns, and raises StateError when it is not."""

    def __init__(self, slots: Slots, task: str) -> None:
        self._slots, self._task = slots, task

    @property
    def occupied(self) -> Occupied:
        """What is in them."""
        return self._slots.occupied(self._task)

    def adopt(self, model: Model, variant: Variant) -> None:
        """Copy the settings' or packaged model, so that a new package cannot take it away."""
        self._slots.copy(model, variant)
        if self.occupied.factory != variant.sha256:
            self._put(self.occupied.model_copy(update={"factory": variant.sha256}))

    def try_out(self, sha256: str) -> None:
        """Put a model on trial; an agent that finds it there when it starts serves it."""
        self._put(self.occupied.trying(sha256))

    def end_trial(self) -> None:
        """End the trial: the current model serves again."""
        if self.occupied.trial is not None:
            self._put(self.occupied.without_trial())

    def commit(self, sha256: str, configured: str) -> None:
        """Make a model the current one, and keep the one before to return to."""
        self._put(self.occupied.committed(sha256, configured))

    def let_go_of_current(self) -> None:
        """Make the settings' or packaged model the current one again, and keep what was as the one before."""
        self._put(self.occupied.without_current())

    def _put(self, occupied: Occupied) -> None:
        self._slots.occupy(self._task, occupied)
