"""Two sights of a fleet differ in what a page shows, and in nothing else."""

from typing import Any

import pytest
from fer_controller.desk.board.lines import Line
from fer_controller.desk.sight import Sight, differences, standing
from fer_controller.operations.live import MOST_CHANGES
from fer_controller.operations.rollouts import RolloutAnswer
from hypothesis import given
from hypothesis import strategies as st

AT = "2026-01-31T12:00:00.000Z"
LINE = st.builds(
    Line, st.sampled_from("abcd"), st.sampled_from(["online", "offline"]), last_seen=st.text("12", max_size=2)
)
FLEET = st.lists(LINE, max_size=6).map(lambda lines: {line.device: (line, ()) for line in lines})


def a_sight(*lines: Line, **more: Any) -> Sight:
    return Sight(AT, {line.device: (line, ()) for line in lines}, **{"rollouts": {}, "last_event_id": 0, **more})


def a_rollout(state: str) -> RolloutAnswer:
    return RolloutAnswer(
        rollout="r-1", model="light@1.0.0", precision="auto", state=state, reason=None, created_at=AT,
        created_by="alice", updated_at=AT, ended_at=None, unpublished=0, waves=(),
    )  # fmt: skip


def events(before: Sight, after: Sight) -> "list[str]":
    return [message.event for message in differences(before, after)]


def test_what_is_new_with_every_message_is_no_difference() -> None:
    line, later = Line("a", "online", last_seen="1"), Line("a", "online", last_seen="2")
    assert differences(a_sight(line), a_sight(later)) == []


@given(FLEET, FLEET)
def test_whoever_applies_the_differences_sees_what_is(before: "dict[str, Any]", after: "dict[str, Any]") -> None:
    shown = {name: line.state for name, (line, _) in before.items()}
    for message in differences(Sight(AT, before, {}, 0), Sight(AT, after, {}, 0)):
        if message.event == "devices":
            said = message.model_dump()
            shown.update({each["device"]: each["state"] for each in said["changed"]})
            for name in said["gone"]:
                del shown[name]
    assert shown == {name: line.state for name, (line, _) in after.items()}


def test_when_very_many_change_the_page_is_told_to_ask_again() -> None:
    lines = [Line(f"device-{number:04}", "online") for number in range(MOST_CHANGES + 5)]
    (message,) = differences(a_sight(), a_sight(*lines))
    said = message.model_dump()
    assert (len(said["changed"]), said["more"]) == (MOST_CHANGES, 5)


def test_a_rollout_that_moved_is_told_and_one_that_stands_is_not() -> None:
    running, paused = {"r-1": a_rollout("running")}, {"r-1": a_rollout("paused")}
    assert events(a_sight(rollouts=running), a_sight(rollouts=paused)) == ["rollouts"]
    assert events(a_sight(rollouts=running), a_sight(rollouts=running)) == []
    assert events(a_sight(rollouts=running), a_sight()) == []


@pytest.mark.parametrize(("states", "is_silent"), [("sss", True), ("sso", True), ("ssn", False), ("ss", False)])
def test_where_all_that_are_connected_are_silent_it_is_not_they(states: str, is_silent: bool) -> None:
    named = {"s": "stale", "n": "online", "o": "offline"}
    lines = [Line(f"{at}", named[state], last_seen=AT) for at, state in enumerate(states)]
    if states == "sso":
        lines.append(Line("3", "stale", last_seen=AT))
    silent, well = a_sight(*lines), a_sight(*[Line(line.device, "online") for line in lines])
    assert ("outage" in events(well, silent)) is is_silent
    assert ("outage_over" in events(silent, well)) is is_silent
    assert ("outage" in [message.event for message in standing(silent)]) is is_silent
