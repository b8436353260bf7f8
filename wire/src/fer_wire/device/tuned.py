"""The settings from afar on a device's disk: those that stand, and those on trial."""

from typing import Optional

from pydantic import BaseModel, ConfigDict

from fer_wire.device.record import Record
from fer_wire.device.slots import Occupied
from fer_wire.reported import COMMITTED, PROBATION
from fer_wire.tuning import SettingValues, digest


class Told(BaseModel):
    """Settings that a rollout brought."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    values: SettingValues = {}
    rollout: str = ""


class Tuned(BaseModel):
    """Every change is a new one; the device saves it before it acts on it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    current: Told = Told()
    trial: Optional[Told] = None

    @property
    def in_force(self) -> Told:
        """Those by which the device works now."""
        return self.current if self.trial is None else self.trial

    @property
    def occupied(self) -> Occupied:
        """The same as slots, each with the digest of what is in it."""
        return Occupied(
            current=digest(self.current.values), trial=None if self.trial is None else digest(self.trial.values)
        )

    def trying(self, told: Told) -> "Tuned":
        """Settings go on trial; a device that starts now works by them."""
        return self.model_copy(update={"trial": told})

    def without_trial(self) -> "Tuned":
        """Those that stood before hold again."""
        return self.model_copy(update={"trial": None})

    def committed(self) -> "Tuned":
        """What was on trial stands."""
        return Tuned(current=self.in_force)

    def settled(self, record: Record) -> "Tuned":
        """As they are after a stop or a death: a trial goes on, stands, or is given up, as its update has.

        A model that came with them is committed first, and the record last.
        """
        order = record.desired
        ordered = order.settings if order else None
        if self.trial is None or (record.state == PROBATION and ordered == self.trial.values):
            return self
        is_kept = record.state == COMMITTED and ordered == self.trial.values
        return self.committed() if is_kept else self.without_trial()
