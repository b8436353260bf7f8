"""Operations on rollouts: the newest, one of them, how far it is, what was decided, and orders."""

from typing import Any

from fer_wire.contracts import CLASSIFIER, SETTINGS, TASKS
from fer_wire.tuning import SettingValues
from pydantic import Field

from fer_controller.operations.as_stored import StoredBaseline, StoredRequest, StoredVerdict
from fer_controller.operations.operation import GET, POST, Answer, Id, Limit, Operation, Parameters
from fer_controller.rollout.audit import Reason
from fer_controller.store.credentials.records import OPERATOR, VIEWER

NEWEST = "newest"
"""Stands for the id of the rollout that was begun last."""


class RolloutsQuery(Parameters):
    """How many rollouts."""

    limit: Limit = Field(default=20, description="The newest so many.")


class RolloutQuery(Parameters):
    """Which rollout."""

    rollout: str = Field(default=NEWEST, description="Its id, how its id begins, or `newest`.")


class DecisionsQuery(RolloutQuery):
    """Which decisions."""

    after_id: Id = Field(default=0, description="After this id.")


class OrderRequest(Parameters):
    """What is ordered of a rollout."""

    rollout: str = Field(description="Its id, or how its id begins.")
    order: str = Field(description="One of those that the rollout's answer lists in `orders`.")
    digest: str = Field(
        default="", max_length=64, description="For `approve`: the digest of the plan, as the rollout's answer has it."
    )
    reason: Reason = Field(default="", description="For `refuse`: why.")


class WaveAnswer(Answer):
    """A wave; times are ISO 8601 in UTC, null where there is none yet."""

    wave: int = Field(description="Its number; 1 is the canary.")
    state: str = Field(description="waiting, updating, soaking, passed, failed, stopped or rolled_back.")
    reason: str | None = Field(description="Why it is in this state.")
    devices: int = Field(description="How many it has.")
    settled: int = Field(description="How many of them nothing more is expected of; 0 in a wave that never began.")
    states: dict[str, int] = Field(description="How many are in each state.")
    started_at: str | None = Field(description="When its first device was told.")
    deadline_at: str | None = Field(description="How long it waits for stragglers.")
    soaking_at: str | None = Field(description="Since when it has been watched.")
    soak_until: str | None = Field(description="Until when it is watched.")
    decides_at: str | None = Field(
        default=None,
        description="When it is decided on next, at the latest, or may begin; null where nothing does, or an operator.",
    )
    gates: tuple[StoredVerdict, ...] = Field(description="The gates as they were last judged.")


class PossibleOrder(Answer):
    """An order that the rollout would take now."""

    order: str = Field(description="Its name.")
    does: str = Field(description="What it does, in a sentence.")
    wants: str | None = Field(default=None, description="What else the order has to name: digest or reason.")


class ApprovalAnswer(Answer):
    """The approval of a rollout by others than who asked for it."""

    needed: int = Field(description="How many have to approve it.")
    by: tuple[str, ...] = Field(description="Who has.")
    barred: tuple[str, ...] = Field(description="Whose approval does not count: who asked, and who has given theirs.")


class RolloutAnswer(Answer):
    """A rollout with its waves; times are ISO 8601 in UTC."""

    rollout: str = Field(description="Its id.")
    model: str = Field(description="NAME@VERSION, settings as NAME=VALUE, or both.")
    task: str = Field(default=CLASSIFIER, description=f"What it is for: {', '.join(TASKS)}, or {SETTINGS} alone.")
    precision: str = Field(description="As it was asked for.")
    state: str = Field(
        description="planned, awaiting_approval, scheduled, running, paused, rolling_back, completed, rolled_back, "
        "aborted, failed, refused, expired …"
    )
    reason: str | None = Field(description="Why it is in this state.")
    created_at: str = Field(description="When it was begun.")
    created_by: str = Field(description="By whom.")
    updated_at: str = Field(description="When it last changed.")
    ended_at: str | None = Field(description="When it ended.")
    opens_at: str | None = Field(
        default=None,
        description="When it may tell a device again, by its start and its windows; null where it may now, or goes no "
        "further by itself.",
    )
    digest: str = Field(default="", description="SHA-256 of its plan, which whoever approves it names.")
    approval: ApprovalAnswer | None = Field(default=None, description="Null where it needs none.")
    unpublished: int = Field(description="Devices whose desired state the broker has not confirmed.")
    waves: tuple[WaveAnswer, ...] = Field(description="The first first.")
    orders: tuple[PossibleOrder, ...] = Field(default=(), description="The orders that are possible now.")

    def document(self) -> dict[str, Any]:
        """As commands print it with --json: as ever, without the orders."""
        return self.model_dump(mode="json", exclude={"orders"})


class RolloutDeviceAnswer(Answer):
    """A device in a rollout."""

    device: str = Field(description="Its name.")
    wave: int = Field(description="In which wave.")
    state: str = Field(description="How far it is.")
    attempt: int = Field(description="Which try this is.")
    failures: int = Field(description="How often it has failed.")
    model: str = Field(
        description="NAME@VERSION/PRECISION that it is to run, or NAME=VALUE of each setting where these come alone."
    )
    why: str = Field(description="Why this precision.")
    alternatives: tuple[str, ...] = Field(description="Others that it may run instead.")
    previous: str | None = Field(description="NAME@VERSION/PRECISION that it ran before.")
    settings: SettingValues | None = Field(
        default=None, description="All settings from afar that it was told to have; null leaves them as they are."
    )
    previous_settings: SettingValues | None = Field(default=None, description="Those that it had before.")
    reason: str | None = Field(description="Why it is in this state.")
    updated_at: str | None = Field(description="When it last changed.")
    baseline: StoredBaseline | None = Field(description="What it measured before.")


class DecisionAnswer(Answer):
    """One decision."""

    id: int = Field(description="Grows from decision to decision.")
    time: str = Field(description="When it was made; ISO 8601 in UTC.")
    rollout: str = Field(description="Of which rollout.")
    wave: int | None = Field(description="Of which wave; null for the whole rollout.")
    device: str | None = Field(description="Of which device; null for no single one.")
    actor: str = Field(description="By whom; `runner` is the controller itself.")
    action: str = Field(description="What.")
    sentence: str = Field(description="What and why, in a sentence.")
    numbers: dict[str, Any] = Field(description="The numbers that it was made by.")


class WholeRolloutAnswer(RolloutAnswer):
    """All that is known of a rollout."""

    request: StoredRequest = Field(description="What was asked for.")
    gates: tuple[str, ...] = Field(description="The gates that hold.")
    devices: tuple[RolloutDeviceAnswer, ...] = Field(description="In the order in which they are told.")
    audit: tuple[DecisionAnswer, ...] = Field(description="What was decided, in that order.")


class OrderAnswer(Answer):
    """What became of an order."""

    rollout: str = Field(description="The rollout's id.")
    order: str = Field(description="What was ordered.")
    outcome: str | None = Field(description="What was done; null while no controller has taken it up.")


ROLLOUTS = Operation(
    "rollouts", GET, "/v1/rollouts", VIEWER, RolloutsQuery, list[RolloutAnswer],
    "The rollouts, the newest first, as `rollouts list --json`.",
)  # fmt: skip
ROLLOUT = Operation(
    "rollout", GET, "/v1/rollouts/{rollout}", VIEWER, RolloutQuery, WholeRolloutAnswer,
    "All of a rollout, as `rollouts show --json`; its id, how it begins, or `newest`.",
)  # fmt: skip
PROGRESS = Operation(
    "progress", GET, "/v1/rollouts/{rollout}/progress", VIEWER, RolloutQuery, RolloutAnswer,
    "A rollout with its waves alone.",
)  # fmt: skip
DECISIONS = Operation(
    "decisions", GET, "/v1/rollouts/{rollout}/audit", VIEWER, DecisionsQuery, list[DecisionAnswer],
    "What was decided about a rollout after an entry.",
)  # fmt: skip
ORDER = Operation(
    "order", POST, "/v1/rollouts/{rollout}/orders", OPERATOR, OrderRequest, OrderAnswer,
    "Approve, refuse, pause, resume, promote, abort, retry or rollback; the outcome is null until it is taken up.",
)  # fmt: skip

OPERATIONS = (ROLLOUTS, ROLLOUT, PROGRESS, DECISIONS, ORDER)
