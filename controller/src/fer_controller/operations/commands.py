"""Operations by which one device is told to restart, or to tell of itself."""

from fer_wire.commands import KINDS
from fer_wire.desired import DAY_S
from pydantic import Field

from fer_controller.operations.as_stored import StoredDiagnosis
from fer_controller.operations.operation import GET, POST, Answer, Limit, Operation, Parameters
from fer_controller.store.commands.records import STATES
from fer_controller.store.credentials.records import OPERATOR

HOLDS_S = 120.0


class CommandRequest(Parameters):
    """What a device is asked."""

    device: str = Field(description="Its name.")
    kind: str = Field(description=f"One of {', '.join(KINDS)}.")
    holds_s: float = Field(
        default=HOLDS_S, ge=1, le=DAY_S, description="Seconds within which the device must begin; up to a day."
    )


class CommandQuery(Parameters):
    """Which command."""

    command: str = Field(description="Its id.")


class CommandsQuery(Parameters):
    """Whose commands, and how many."""

    device: str | None = Field(default=None, description="Only those to this device.")
    limit: Limit = Field(default=50, description="The newest so many.")


class CommandAnswer(Answer):
    """How a command stands; times are ISO 8601 in UTC."""

    command: str = Field(description="Its id.")
    device: str = Field(description="The device that is asked.")
    kind: str = Field(description=f"One of {', '.join(KINDS)}.")
    state: str = Field(description=f"One of {', '.join(STATES)}.")
    asked_at: str = Field(description="When.")
    asked_by: str = Field(description="By whom.")
    expires_at: str = Field(description="The device does not begin it after this time.")
    sent_at: str | None = Field(default=None, description="When it was first given to a broker.")
    settled_at: str | None = Field(default=None, description="When the reply came, or it expired.")
    run: str | None = Field(default=None, description="The id of the agent's run that replied.")
    reason: str | None = Field(default=None, description="Why it was refused, failed or expired, or how it was done.")
    diagnosis: StoredDiagnosis | None = Field(
        default=None, description="What the device found; null where that was not asked for, and in lists."
    )


COMMAND = Operation(
    "command", POST, "/v1/devices/{device}/commands", OPERATOR, CommandRequest, CommandAnswer,
    "Ask a device to restart or to tell of itself, as `devices restart`, `doctor`, `logs` and `diagnose`.",
)  # fmt: skip
ASKED_COMMAND = Operation(
    "asked_command", GET, "/v1/commands/{command}", OPERATOR, CommandQuery, CommandAnswer,
    "How a command stands, with what the device found.",
)  # fmt: skip
COMMANDS = Operation(
    "commands", GET, "/v1/commands", OPERATOR, CommandsQuery, list[CommandAnswer],
    "The newest commands, the newest first, as `devices commands --json`.",
)  # fmt: skip

OPERATIONS = (COMMAND, ASKED_COMMAND, COMMANDS)
