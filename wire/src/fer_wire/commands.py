"""What an operator asks of one device, and what it replies."""

from datetime import timedelta
from typing import Dict, Optional, Tuple

from pydantic import Field, model_validator
from typing_extensions import Annotated

from fer_wire.desired import DAY_S, OrderSignature
from fer_wire.message import Count, Message, Part, UtcTime
from fer_wire.names import Name
from fer_wire.telemetry import Telemetry

RESTART, DOCTOR, LOGS, DIAGNOSE = "restart", "doctor", "logs", "diagnose"
KINDS: Tuple[str, ...] = (RESTART, DOCTOR, LOGS, DIAGNOSE)

DONE, REFUSED, FAILED = "done", "refused", "failed"
OUTCOMES: Tuple[str, ...] = (DONE, REFUSED, FAILED)

OK, WARNING, FAULT = "ok", "warning", "failed"

MOST_FINDINGS, FOUND_CHARACTERS = 64, 1000
SETTINGS_CHARACTERS = 16_000
MOST_LINES, LINE_CHARACTERS = 2000, 2100
WHY_CHARACTERS = 1000

CommandId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", description="id of the command, drawn at random")]


class Command(Message):
    """Never retained, and signed; a device carries each out once at most, and says what it refuses."""

    command: CommandId
    device: Name = Field(description="the device that should do it")
    kind: str = Field(max_length=32, description=f"one of {', '.join(KINDS)}; others may follow")
    issued: UtcTime = Field(description="when an operator asked for it")
    expires: UtcTime = Field(description="it is not begun after this time, which is a day after it was issued at most")
    signature: OrderSignature = ""

    @model_validator(mode="after")
    def _ends(self) -> "Command":
        if not timedelta(0) < self.expires - self.issued <= timedelta(seconds=DAY_S):
            raise ValueError("it must expire after it was issued, and within a day")
        return self


class Finding(Part):
    """What one check of the doctor came to."""

    check: str = Field(max_length=100, description="what was looked at")
    state: str = Field(max_length=32, description=f"{OK}, {WARNING} or {FAULT}; others may follow")
    found: str = Field(max_length=FOUND_CHARACTERS, description="what was found")
    remedy: str = Field(default="", max_length=FOUND_CHARACTERS, description="what to do about it; empty if nothing")


Version = Annotated[str, Field(max_length=200)]
LogLine = Annotated[str, Field(max_length=LINE_CHARACTERS)]


class Diagnosis(Part):
    """What a device tells of itself; it holds no secret of its settings."""

    findings: Tuple[Finding, ...] = Field(
        default=(), max_length=MOST_FINDINGS, description="of the doctor, who opens no camera and loads no model"
    )
    settings: str = Field(
        default="", max_length=SETTINGS_CHARACTERS, description="those in force, as TOML; secrets are hidden"
    )
    versions: Dict[Version, Version] = Field(
        default={}, max_length=64, description="by name: Python, the system, and the packages that matter"
    )
    telemetry: Optional[Telemetry] = Field(default=None, description="as it was measured for this reply")
    log: Tuple[LogLine, ...] = Field(
        default=(), max_length=MOST_LINES, description="what the agent logged in the last hour, also before a restart"
    )
    left_out: Count = Field(default=0, description="older lines of that hour, for which the reply had no room")


class Reply(Message):
    """What became of a command."""

    command: CommandId
    device: Name = Field(description="the device that replies")
    run: str = Field(min_length=1, max_length=64, description="id of the run of the agent that replies")
    time: UtcTime = Field(description="when it replied")
    outcome: str = Field(max_length=32, description=f"one of {', '.join(OUTCOMES)}; others may follow")
    reason: str = Field(default="", max_length=WHY_CHARACTERS, description="why it was refused or failed, or how done")
    diagnosis: Optional[Diagnosis] = Field(default=None, description="what was asked for; null after a restart")
