"""Operations that begin a rollout: what it would do, and doing it."""

from fer_wire.contracts import CLASSIFIER, SETTINGS, TASKS
from fer_wire.tuning import SettingValues
from pydantic import Field

from fer_controller.operations.as_stored import StoredRequest
from fer_controller.operations.operation import POST, Answer, Operation
from fer_controller.rollout.planning.request import DeployRequest
from fer_controller.store.credentials.records import OPERATOR, VIEWER


class PlannedDeviceAnswer(Answer):
    """A device, and what it is to run."""

    device: str = Field(description="Its name.")
    wave: int = Field(description="In which wave; 1 is the canary.")
    device_class: str | None = Field(alias="class", description="Its class; null when it never said.")
    online: bool = Field(description="Whether it is online now.")
    running: str | None = Field(description="NAME@VERSION/PRECISION that it runs now.")
    model: str = Field(
        description="NAME@VERSION/PRECISION that it is to run, or NAME=VALUE of each setting where these come alone."
    )
    alternatives: tuple[str, ...] = Field(description="Others that it runs instead where it measures them faster.")
    why: str = Field(description="Why this precision.")
    bytes: int = Field(description="How much it fetches at most.")
    settings: SettingValues | None = Field(
        default=None, description="All settings from afar that it is to have; null leaves them as they are."
    )
    supersedes: str | None = Field(description="The unfinished rollout that it leaves for this one.")
    waits_for: str | None = Field(
        default=None, description="The unfinished rollout of another task that has it; this one begins after that."
    )
    warnings: tuple[str, ...] = Field(default=(), description="What may go wrong with it, in words after its name.")


class LeftOutAnswer(Answer):
    """A device that was selected and gets nothing."""

    device: str = Field(description="Its name.")
    reason: str = Field(description="Why.")


class PlanAnswer(Answer):
    """A rollout before it is done."""

    model: str = Field(description="NAME@VERSION, settings as NAME=VALUE, or both.")
    task: str = Field(default=CLASSIFIER, description=f"What it is for: {', '.join(TASKS)}, or {SETTINGS} alone.")
    request: StoredRequest = Field(description="What was asked for.")
    gates: tuple[str, ...] = Field(description="The gates that hold.")
    doubts: tuple[str, ...] = Field(
        default=(),
        description="Gates that the first wave would leave undecided at this soak, and a soak that would do.",
    )
    waves: tuple[int, ...] = Field(description="How many devices each wave has.")
    bytes: int = Field(description="How much all devices fetch together at most.")
    devices: tuple[PlannedDeviceAnswer, ...] = Field(description="In the order in which they are told.")
    left_out: tuple[LeftOutAnswer, ...] = Field(description="Those that were selected and get nothing.")


class DeployAnswer(Answer):
    """A rollout that has begun."""

    plan: PlanAnswer = Field(description="What it does.")
    rollout: str = Field(description="Its id.")


PLAN = Operation(
    "plan", POST, "/v1/plans", VIEWER, DeployRequest, PlanAnswer, "What a rollout would do, as `deploy --dry-run`."
)
DEPLOY = Operation(
    "deploy", POST, "/v1/rollouts", OPERATOR, DeployRequest, DeployAnswer,
    "Begin a rollout, as `deploy`; a running controller takes it up at once.", status=201,
)  # fmt: skip

OPERATIONS = (PLAN, DEPLOY)
