"""Fleet. Written by `make docs` from controller/src/fer_controller/operations; edit that instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Dict, List, TypedDict, cast

from fer_client.connection import Connection

if TYPE_CHECKING:
    from typing_extensions import Unpack


class MeAnswer(TypedDict):
    """An operator, as a token names it."""

    name: str
    role: str
    selector: str


class Capabilities(TypedDict):
    """The device's hardware and system."""

    device_class: str
    architecture: str
    cpu: str
    cpu_count: int | None
    memory_total_mb: float | None
    jetpack: str | None
    l4t: str | None
    runtime: str
    providers: List[str]
    precisions: List[str]
    tasks: List[str]
    has_key: bool | None


class DeviceAnswer(TypedDict):
    """A device as its birth, its last will and its messages describe it; times are ISO 8601 in UTC."""

    device: str
    state: str
    since: str | None
    last_seen: str | None
    run: str | None
    agent_version: str | None
    reason: str | None
    model: str | None
    eyes: Dict[str, str]
    provider: str | None
    clock_offset_s: float
    revoked_at: str | None
    revoked_by: str | None
    certificate: str | None
    certificate_expires_at: str | None
    has_token: bool
    blind: str | None
    dropped_events: int
    reported: Reported | None


class OwnSetting(TypedDict):
    """A setting that is set on the device itself, which nothing from afar changes."""

    value: bool | int | float | str
    source: str


class Reported(TypedDict):
    """Retained; the device's side of desired and reported state."""

    schema_version: int
    device: str
    run: str
    time: str
    agent_version: str
    broker: str
    capabilities: Capabilities
    running: RunningModel | None
    previous: str
    eyes: Dict[str, RunningModel]
    update: Update | None
    trust: Trusted | None
    settings: SettingsInForce | None


class RunningModel(TypedDict):
    """A model that serves."""

    model: str
    sha256: str
    provider: str
    provider_fallback: bool
    previous: str


class SettingsInForce(TypedDict):
    """Which of the settings that can be changed from afar are set, and where; all others have their defaults."""

    afar: Dict[str, bool | int | float | str]
    rollout: str
    own: Dict[str, OwnSetting]


class Trusted(TypedDict):
    """Which signatures the device trusts, and how its orders stand."""

    keys_version: int
    signed_orders_alone: bool
    order_expires: str | None
    order_expired: bool
    refusal: str


class Update(TypedDict):
    """How far the device has come with one rollout."""

    rollout: str
    attempt: int
    task: str
    sha256: str
    state: str
    reason: str
    model: str
    downloaded_bytes: int
    size_bytes: int
    measured_ms: Dict[str, float]


class DevicesQuery(TypedDict, total=False):
    """What may be left out.

    after: After the device with this name.
    limit: Of the next so many devices; by default of all.
    """

    after: str
    limit: int


class ForgottenAnswer(TypedDict):
    """A device that was taken out of the fleet."""

    device: str
    events: int
    deleted: bool


class ForgetRequest(TypedDict, total=False):
    """What may be left out.

    delete_events: Delete its events and telemetry, too.
    """

    delete_events: bool


class RevokedAnswer(TypedDict):
    """A device that was revoked."""

    device: str
    had_token: bool
    certificates: int


class RevokeRequest(TypedDict, total=False):
    """What may be left out.

    reason: Why; the audit log keeps it.
    """

    reason: str


class TotalsAnswer(TypedDict):
    """What all events of the fleet came to, those that have been deleted since included."""

    events: int
    dropped_events: int
    redelivered_events: int
    dead_letters: int


class DeadLetterAnswer(TypedDict):
    """A message that could not be read."""

    time: str
    topic: str
    reason: str
    size_bytes: int
    payload: str


class DeadLettersQuery(TypedDict, total=False):
    """What may be left out.

    limit: The newest so many.
    """

    limit: int


class Fleet:
    """Calls of the API."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def me(self) -> MeAnswer:
        """Whose token this is, and its role."""
        return cast("MeAnswer", self._connection.get("/v1/me", {}, {}))

    def devices(self, **options: Unpack[DevicesQuery]) -> List[DeviceAnswer]:
        """The devices of the fleet by name, as `devices --json`: all, or page by page."""
        return cast("List[DeviceAnswer]", self._connection.get("/v1/devices", {}, {**options}))

    def forget(self, device: str, **options: Unpack[ForgetRequest]) -> ForgottenAnswer:
        """Take a device that is offline out of the fleet, as `devices forget`; its events are kept or deleted.

        device: Its name.
        """
        return cast(
            "ForgottenAnswer", self._connection.post("/v1/devices/{device}/forget", {"device": device}, {**options})
        )

    def revoke(self, device: str, **options: Unpack[RevokeRequest]) -> RevokedAnswer:
        """Take a device out at once, as `devices revoke`: its credentials, its orders, and what it sends from then
        on.

        device: Its name.
        """
        return cast(
            "RevokedAnswer", self._connection.post("/v1/devices/{device}/revoke", {"device": device}, {**options})
        )

    def totals(self) -> TotalsAnswer:
        """What the whole fleet's events came to, as `totals --json`."""
        return cast("TotalsAnswer", self._connection.get("/v1/totals", {}, {}))

    def dead_letters(self, **options: Unpack[DeadLettersQuery]) -> List[DeadLetterAnswer]:
        """Messages that could not be read, as `dead-letters --json`."""
        return cast("List[DeadLetterAnswer]", self._connection.get("/v1/dead-letters", {}, {**options}))
