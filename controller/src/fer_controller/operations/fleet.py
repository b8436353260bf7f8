"""Operations on the fleet as a whole: who asks, its devices, what its events came to, what could not be read."""

from fer_wire.contracts import FINDER, LANDMARKER
from pydantic import Field

from fer_controller.operations.as_stored import StoredReport
from fer_controller.operations.operation import (
    GET,
    POST,
    Answer,
    DevicesQuery,
    Limit,
    Nothing,
    Operation,
    Parameters,
)
from fer_controller.rollout.audit import Reason
from fer_controller.store.credentials.records import OPERATOR, VIEWER

VALID, EXPIRED, REVOKED = "valid", "expired", "revoked"
"""What a device's certificate is."""


class MeAnswer(Answer):
    """An operator, as a token names it."""

    name: str = Field(description="As the audit log names it.")
    role: str = Field(description="viewer, operator or admin.")
    selector: str = Field(default="", description="Which devices they see and change; empty for all.")


class DeviceAnswer(Answer):
    """A device as its birth, its last will and its messages describe it; times are ISO 8601 in UTC."""

    device: str = Field(description="Its name.")
    state: str = Field(description="online, stale (online, but silent), offline, or unknown before its first birth.")
    since: str | None = Field(default=None, description="When that began.")
    last_seen: str | None = Field(default=None, description="When anything last came from it.")
    run: str | None = Field(default=None, description="The id of its agent's run.")
    agent_version: str | None = Field(default=None, description="The version of its agent.")
    reason: str | None = Field(default=None, description="Why it is offline, as far as it said.")
    model: str | None = Field(default=None, description="NAME@VERSION/PRECISION of the classifier that it runs.")
    eyes: dict[str, str] = Field(
        default={},
        description=f"By task ({FINDER}, {LANDMARKER}): what finds the faces, NAME@VERSION/PRECISION or dlib's.",
    )
    provider: str | None = Field(default=None, description="The execution provider that runs it.")
    clock_offset_s: float = Field(
        default=0.0, description="Seconds by which its clock is ahead (behind: negative); 0 where it is about right."
    )
    revoked_at: str | None = Field(
        default=None, description="When it was taken out of the fleet; what it sends is refused. Null where it was not."
    )
    revoked_by: str | None = Field(default=None, description="Who took it out.")
    certificate: str | None = Field(
        default=None, description=f"{VALID}, {EXPIRED} or {REVOKED}; null where the fleet's authority gave it none."
    )
    certificate_expires_at: str | None = Field(default=None, description="When it expires, or did.")
    has_token: bool = Field(default=False, description="Whether it has a token that has not expired.")
    blind: str | None = Field(default=None, description="Which of its cameras are frozen or dark.")
    dropped_events: int = Field(default=0, description="Events that it dropped because its spool was full.")
    reported: StoredReport | None = Field(default=None, description="Its last report.")


class ForgetRequest(Parameters):
    """Which device is taken out of the fleet."""

    device: str = Field(description="Its name.")
    delete_events: bool = Field(default=False, description="Delete its events and telemetry, too.")


class ForgottenAnswer(Answer):
    """A device that was taken out of the fleet."""

    device: str = Field(description="Its name.")
    events: int = Field(description="How many events of it were stored.")
    deleted: bool = Field(description="Whether they are deleted.")


class RevokeRequest(Parameters):
    """Which device is revoked."""

    device: str = Field(description="Its name.")
    reason: Reason = ""


class RevokedAnswer(Answer):
    """A device that was revoked."""

    device: str = Field(description="Its name.")
    had_token: bool = Field(description="Whether it had a token, which is void now.")
    certificates: int = Field(default=0, description="How many certificates it had, which are revoked now.")


class TotalsAnswer(Answer):
    """What all events of the fleet came to, those that have been deleted since included."""

    events: int = Field(description="Stored, each once.")
    dropped_events: int = Field(description="Dropped by devices because their spool was full.")
    redelivered_events: int = Field(description="Received again, and not counted again.")
    dead_letters: int = Field(description="Could not be read.")


class DeadLetterAnswer(Answer):
    """A message that could not be read."""

    time: str = Field(description="When it came; ISO 8601 in UTC.")
    topic: str = Field(description="Where it came from.")
    reason: str = Field(description="Why it could not be read.")
    size_bytes: int = Field(description="The size of the whole message.")
    payload: str = Field(description="How it begins; bytes that are not UTF-8 are escaped.")


class DeadLettersQuery(Parameters):
    """How many dead letters."""

    limit: Limit = Field(default=50, description="The newest so many.")


ME = Operation("me", GET, "/v1/me", VIEWER, Nothing, MeAnswer, "Whose token this is, and its role.")
DEVICES = Operation(
    "devices", GET, "/v1/devices", VIEWER, DevicesQuery, list[DeviceAnswer],
    "The devices of the fleet by name, as `devices --json`: all, or page by page.",
)  # fmt: skip
FORGET = Operation(
    "forget", POST, "/v1/devices/{device}/forget", OPERATOR, ForgetRequest, ForgottenAnswer,
    "Take a device that is offline out of the fleet, as `devices forget`; its events are kept or deleted.",
)  # fmt: skip
REVOKE = Operation(
    "revoke", POST, "/v1/devices/{device}/revoke", OPERATOR, RevokeRequest, RevokedAnswer,
    "Take a device out at once, as `devices revoke`: its credentials, its orders, and what it sends from then on.",
)  # fmt: skip
TOTALS = Operation(
    "totals", GET, "/v1/totals", VIEWER, Nothing, TotalsAnswer,
    "What the whole fleet's events came to, as `totals --json`.",
)  # fmt: skip
DEAD_LETTERS = Operation(
    "dead_letters", GET, "/v1/dead-letters", VIEWER, DeadLettersQuery, list[DeadLetterAnswer],
    "Messages that could not be read, as `dead-letters --json`.",
)  # fmt: skip

OPERATIONS = (ME, DEVICES, FORGET, REVOKE, TOTALS, DEAD_LETTERS)
