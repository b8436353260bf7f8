"""Operations on the settings that devices may be told: which there are, and what holds on a device."""

from fer_wire.reported import SOURCES
from fer_wire.tuning import SettingValue
from pydantic import Field

from fer_controller.operations.operation import GET, Answer, Nothing, Operation, Parameters
from fer_controller.store.credentials.records import VIEWER

DEFAULT, AFAR = "default", "afar"
"""Where a setting comes from that is not set on the device itself."""


class SettingAnswer(Answer):
    """A setting that can be changed from afar."""

    name: str = Field(description="As in events.heartbeat_s.")
    kind: str = Field(description="bool, int or float.")
    default: SettingValue | None = Field(description="Without any setting; null where it differs by camera.")
    bounds: str = Field(description="Which values are possible; empty for all.")
    meaning: str = Field(description="What it does.")


class DeviceSettingsQuery(Parameters):
    """Whose settings."""

    device: str = Field(description="Its name.")


class DeviceSettingAnswer(Answer):
    """A setting of a device."""

    name: str = Field(description="As in events.heartbeat_s.")
    value: SettingValue | None = Field(description="What holds, as the device reports it.")
    source: str = Field(
        description=f"Where it is set: {', '.join(SOURCES)} (on the device itself), {AFAR}, or {DEFAULT}."
    )
    rollout: str | None = Field(description="The rollout that brought all that is set from afar.")
    by: str | None = Field(description="Who began that rollout; null where it is not known here any more.")
    from_afar: SettingValue | None = Field(description="What is set from afar and does not hold for the device's own.")


SETTINGS_LIST = Operation(
    "settings", GET, "/v1/settings", VIEWER, Nothing, list[SettingAnswer],
    "The settings that can be changed from afar, as `settings list --json`.",
)  # fmt: skip
DEVICE_SETTINGS = Operation(
    "device_settings", GET, "/v1/devices/{device}/settings", VIEWER, DeviceSettingsQuery, list[DeviceSettingAnswer],
    "What holds of them on a device, where it is set and by whom, as `settings show --json`.",
)  # fmt: skip

OPERATIONS = (SETTINGS_LIST, DEVICE_SETTINGS)
