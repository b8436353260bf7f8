"""Rollouts. Written by `make docs` from controller/src/fer_controller/operations; edit that instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, TypedDict, cast

from fer_client.connection import Connection

if TYPE_CHECKING:
    from typing_extensions import Unpack


class ApprovalAnswer(TypedDict):
    """The approval of a rollout by others than who asked for it."""

    needed: int
    by: List[str]
    barred: List[str]


class PossibleOrder(TypedDict):
    """An order that the rollout would take now."""

    order: str
    does: str
    wants: str | None


class RolloutAnswer(TypedDict):
    """A rollout with its waves; times are ISO 8601 in UTC."""

    rollout: str
    model: str
    task: str
    precision: str
    state: str
    reason: str | None
    created_at: str
    created_by: str
    updated_at: str
    ended_at: str | None
    opens_at: str | None
    digest: str
    approval: ApprovalAnswer | None
    unpublished: int
    waves: List[WaveAnswer]
    orders: List[PossibleOrder]


class WaveAnswer(TypedDict):
    """A wave; times are ISO 8601 in UTC, null where there is none yet."""

    wave: int
    state: str
    reason: str | None
    devices: int
    settled: int
    states: Dict[str, int]
    started_at: str | None
    deadline_at: str | None
    soaking_at: str | None
    soak_until: str | None
    decides_at: str | None
    gates: List[Dict[str, Any]]


class RolloutsQuery(TypedDict, total=False):
    """What may be left out.

    limit: The newest so many.
    """

    limit: int


class DecisionAnswer(TypedDict):
    """One decision."""

    id: int
    time: str
    rollout: str
    wave: int | None
    device: str | None
    actor: str
    action: str
    sentence: str
    numbers: Dict[str, Any]


class RolloutDeviceAnswer(TypedDict):
    """A device in a rollout."""

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


class WholeRolloutAnswer(TypedDict):
    """All that is known of a rollout."""

    rollout: str
    model: str
    task: str
    precision: str
    state: str
    reason: str | None
    created_at: str
    created_by: str
    updated_at: str
    ended_at: str | None
    opens_at: str | None
    digest: str
    approval: ApprovalAnswer | None
    unpublished: int
    waves: List[WaveAnswer]
    orders: List[PossibleOrder]
    request: Dict[str, Any]
    gates: List[str]
    devices: List[RolloutDeviceAnswer]
    audit: List[DecisionAnswer]


class DecisionsQuery(TypedDict, total=False):
    """What may be left out.

    after_id: After this id.
    """

    after_id: int


class OrderAnswer(TypedDict):
    """What became of an order."""

    rollout: str
    order: str
    outcome: str | None


class OrderRequest(TypedDict, total=False):
    """What may be left out.

    digest: For `approve`: the digest of the plan, as the rollout's answer has it.
    reason: For `refuse`: why.
    """

    digest: str
    reason: str


class Rollouts:
    """Calls of the API."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self, **options: Unpack[RolloutsQuery]) -> List[RolloutAnswer]:
        """The rollouts, the newest first, as `rollouts list --json`."""
        return cast("List[RolloutAnswer]", self._connection.get("/v1/rollouts", {}, {**options}))

    def rollout(self, rollout: str) -> WholeRolloutAnswer:
        """All of a rollout, as `rollouts show --json`; its id, how it begins, or `newest`.

        rollout: Its id, how its id begins, or `newest`.
        """
        return cast("WholeRolloutAnswer", self._connection.get("/v1/rollouts/{rollout}", {"rollout": rollout}, {}))

    def progress(self, rollout: str) -> RolloutAnswer:
        """A rollout with its waves alone.

        rollout: Its id, how its id begins, or `newest`.
        """
        return cast("RolloutAnswer", self._connection.get("/v1/rollouts/{rollout}/progress", {"rollout": rollout}, {}))

    def decisions(self, rollout: str, **options: Unpack[DecisionsQuery]) -> List[DecisionAnswer]:
        """What was decided about a rollout after an entry.

        rollout: Its id, how its id begins, or `newest`.
        """
        return cast(
            "List[DecisionAnswer]",
            self._connection.get("/v1/rollouts/{rollout}/audit", {"rollout": rollout}, {**options}),
        )

    def order(self, rollout: str, order: str, **options: Unpack[OrderRequest]) -> OrderAnswer:
        """Approve, refuse, pause, resume, promote, abort, retry or rollback; the outcome is null until it is taken
        up.

        rollout: Its id, or how its id begins.
        order: One of those that the rollout's answer lists in `orders`.
        """
        return cast(
            "OrderAnswer",
            self._connection.post("/v1/rollouts/{rollout}/orders", {"rollout": rollout}, {"order": order, **options}),
        )
