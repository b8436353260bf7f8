"""Which rollout an order without an id is for."""

import pytest
from fer_controller.cli.rollouts import under_way
from fer_controller.operations.rollouts import PossibleOrder, RolloutAnswer
from fer_controller.rollout.transitions import ABORT, COMPLETED, PAUSE, PAUSED, RESUME, ROLL_BACK, RUNNING
from typer import BadParameter

AT = "2026-01-31T12:00:00.000Z"


def a_rollout(number: int, state: str, *orders: str) -> RolloutAnswer:
    return RolloutAnswer(
        rollout=f"r-{number:08}", model="light@1.0.0", precision="int8", state=state, reason=None, created_at=AT,
        created_by="alice", updated_at=AT, ended_at=AT if state == COMPLETED else None, unpublished=0, waves=(),
        orders=tuple(PossibleOrder(order=each, does="It does.") for each in orders),
    )  # fmt: skip


def test_the_only_one_under_way_that_takes_the_order_is_taken() -> None:
    found = [a_rollout(3, PAUSED, RESUME, ABORT), a_rollout(2, RUNNING, PAUSE, ABORT), a_rollout(1, COMPLETED)]
    assert under_way(found, PAUSE) == "r-00000002"
    assert under_way(found, RESUME) == "r-00000003"


def test_where_two_take_it_both_are_named_and_none_is_taken() -> None:
    found = [a_rollout(3, PAUSED, RESUME, ABORT), a_rollout(2, RUNNING, PAUSE, ABORT)]
    with pytest.raises(BadParameter, match=r"r-00000003 \(light@1.0.0, paused\), r-00000002 \(light@1.0.0, running\)"):
        under_way(found, ABORT)


def test_one_that_has_ended_is_named_and_not_taken() -> None:
    with pytest.raises(BadParameter, match=r"name the rollout to rollback; .* r-00000001"):
        under_way([a_rollout(1, COMPLETED, ROLL_BACK)], ROLL_BACK)


def test_where_none_takes_it_that_is_said() -> None:
    with pytest.raises(BadParameter, match="no rollout can take pause now"):
        under_way([a_rollout(1, COMPLETED, ROLL_BACK)], PAUSE)
