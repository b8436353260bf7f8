"""Device. Written by `make docs` from controller/src/fer_controller/operations; edit that instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, TypedDict, cast

from fer_client.calls.fleet import (
    DeviceAnswer,
)
from fer_client.connection import Connection

if TYPE_CHECKING:
    from typing_extensions import Unpack


class DeviceRolloutAnswer(TypedDict):
    """A rollout as far as it is one of this device; times are ISO 8601 in UTC."""

    device: str
    wave: int
    state: str
    attempt: int
    failures: int
    model: str
    why: str
    alternatives: List[str]
    previous: str | None
    settings: Dict[str, bool | int | float | str] | None
    previous_settings: Dict[str, bool | int | float | str] | None
    reason: str | None
    updated_at: str | None
    baseline: Dict[str, Any] | None
    rollout: str
    change: str
    rollout_state: str
    created_at: str
    created_by: str


class DeviceRolloutsQuery(TypedDict, total=False):
    """What may be left out.

    limit: The newest so many.
    """

    limit: int


class Device:
    """Calls of the API."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def one_device(self, device: str) -> DeviceAnswer:
        """One device, as `devices --json` has it; also one that was enrolled or labelled and never heard of.

        device: Its name.
        """
        return cast("DeviceAnswer", self._connection.get("/v1/devices/{device}", {"device": device}, {}))

    def device_rollouts(self, device: str, **options: Unpack[DeviceRolloutsQuery]) -> List[DeviceRolloutAnswer]:
        """The rollouts that a device was in, the newest first, as `devices rollouts --json`.

        device: Its name.
        """
        return cast(
            "List[DeviceRolloutAnswer]",
            self._connection.get("/v1/devices/{device}/rollouts", {"device": device}, {**options}),
        )
