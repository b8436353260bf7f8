"""Commands. Written by `make docs` from controller/src/fer_controller/operations; edit that instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, TypedDict, cast

from fer_client.calls.telemetry import CameraTelemetry, HostTelemetry, SpoolTelemetry
from fer_client.connection import Connection

if TYPE_CHECKING:
    from typing_extensions import Unpack


class Finding(TypedDict):
    """What one check of the doctor came to."""

    check: str
    state: str
    found: str
    remedy: str


class Telemetry(TypedDict):
    """What a device used and did, sent every few seconds."""

    schema_version: int
    device: str
    run: str
    time: str
    uptime_s: float
    host: HostTelemetry
    cameras: List[CameraTelemetry]
    spool: SpoolTelemetry
    model: str
    provider: str
    errors: int
    order_expired: bool | None


class CommandAnswer(TypedDict):
    """How a command stands; times are ISO 8601 in UTC."""

    command: str
    device: str
    kind: str
    state: str
    asked_at: str
    asked_by: str
    expires_at: str
    sent_at: str | None
    settled_at: str | None
    run: str | None
    reason: str | None
    diagnosis: Dict[str, Any] | None


class CommandRequest(TypedDict, total=False):
    """What may be left out.

    holds_s: Seconds within which the device must begin; up to a day.
    """

    holds_s: float


class CommandsQuery(TypedDict, total=False):
    """What may be left out.

    device: Only those to this device.
    limit: The newest so many.
    """

    device: str
    limit: int


class Commands:
    """Calls of the API."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def command(self, device: str, kind: str, **options: Unpack[CommandRequest]) -> CommandAnswer:
        """Ask a device to restart or to tell of itself, as `devices restart`, `doctor`, `logs` and `diagnose`.

        device: Its name.
        kind: One of restart, doctor, logs, diagnose.
        """
        return cast(
            "CommandAnswer",
            self._connection.post("/v1/devices/{device}/commands", {"device": device}, {"kind": kind, **options}),
        )

    def asked_command(self, command: str) -> CommandAnswer:
        """How a command stands, with what the device found.

        command: Its id.
        """
        return cast("CommandAnswer", self._connection.get("/v1/commands/{command}", {"command": command}, {}))

    def all(self, **options: Unpack[CommandsQuery]) -> List[CommandAnswer]:
        """The newest commands, the newest first, as `devices commands --json`."""
        return cast("List[CommandAnswer]", self._connection.get("/v1/commands", {}, {**options}))
