"""Operations on one device: how it stands, and the rollouts that it was in."""

from pydantic import Field

from fer_controller.operations.fleet import DeviceAnswer
from fer_controller.operations.operation import GET, Limit, Operation, Parameters
from fer_controller.operations.rollouts import RolloutDeviceAnswer
from fer_controller.store.credentials.records import VIEWER


class DeviceQuery(Parameters):
    """Which device."""

    device: str = Field(description="Its name.")


class DeviceRolloutsQuery(DeviceQuery):
    """The rollouts of which device, and how many."""

    limit: Limit = Field(default=20, description="The newest so many.")


class DeviceRolloutAnswer(RolloutDeviceAnswer):
    """A rollout as far as it is one of this device; times are ISO 8601 in UTC."""

    rollout: str = Field(description="The rollout's id.")
    change: str = Field(description="What it brings: NAME@VERSION, settings as NAME=VALUE, or both.")
    rollout_state: str = Field(description="planned, running, paused, rolling_back, completed …")
    created_at: str = Field(description="When the rollout was begun.")
    created_by: str = Field(description="By whom.")


DEVICE = Operation(
    "one_device", GET, "/v1/devices/{device}", VIEWER, DeviceQuery, DeviceAnswer,
    "One device, as `devices --json` has it; also one that was enrolled or labelled and never heard of.",
)  # fmt: skip
DEVICE_ROLLOUTS = Operation(
    "device_rollouts", GET, "/v1/devices/{device}/rollouts", VIEWER, DeviceRolloutsQuery, list[DeviceRolloutAnswer],
    "The rollouts that a device was in, the newest first, as `devices rollouts --json`.",
)  # fmt: skip

OPERATIONS = (DEVICE, DEVICE_ROLLOUTS)
