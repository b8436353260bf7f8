"""A wave is judged beside earlier days: from the runner to the verdicts."""

import json
from pathlib import Path

import pytest
from fakes_rollout import SETTINGS, World
from fer_controller.rollout.runner import Runner
from fer_controller.rollout.transitions import COMPLETED
from stepped_device import SteppedDevice


@pytest.mark.parametrize(("days", "beside"), [(2, {"emotion_mix", "confidence"}), (0, set())])
def test_what_faces_show_is_judged_beside_earlier_days_and_the_machine_is_not(
    tmp_path: Path, days: int, beside: set[str]
) -> None:
    world = World(tmp_path, SteppedDevice("nano-0"), SteppedDevice("nano-1"))
    world.runner = Runner(world.store, world.models, SETTINGS.model_copy(update={"baseline_days": days}))
    rollout = world.deploy(waves="100%")
    world.until(rollout, COMPLETED)
    verdicts = json.loads(world.wave(rollout, 1).verdicts)
    world.close()
    assert {verdict["metric"] for verdict in verdicts if verdict["by_hour"]} == beside
    assert {verdict["outcome"] for verdict in verdicts} <= {"passed", "not measured"}
