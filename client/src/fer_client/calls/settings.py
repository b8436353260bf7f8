"""Settings. Written by `make docs` from controller/src/fer_controller/operations; edit that instead."""

from __future__ import annotations

from typing import List, TypedDict, cast

from fer_client.connection import Connection


class SettingAnswer(TypedDict):
    """A setting that can be changed from afar."""

    name: str
    kind: str
    default: bool | int | float | str | None
    bounds: str
    meaning: str


class DeviceSettingAnswer(TypedDict):
    """A setting of a device."""

    name: str
    value: bool | int | float | str | None
    source: str
    rollout: str | None
    by: str | None
    from_afar: bool | int | float | str | None


class Settings:
    """Calls of the API."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> List[SettingAnswer]:
        """The settings that can be changed from afar, as `settings list --json`."""
        return cast("List[SettingAnswer]", self._connection.get("/v1/settings", {}, {}))

    def device_settings(self, device: str) -> List[DeviceSettingAnswer]:
        """What holds of them on a device, where it is set and by whom, as `settings show --json`.

        device: Its name.
        """
        return cast(
            "List[DeviceSettingAnswer]", self._connection.get("/v1/devices/{device}/settings", {"device": device}, {})
        )
