"""Rollouts in stores whose customers change with the hour: earlier days tell the model from the time."""

from collections import Counter
from dataclasses import replace

import pytest
from drawn_rollouts import TIGHT, Model, Rollout, StoreCrowd, drawn
from fer_controller.rollout.evidence import spending
from hypothesis_profiles import examples

ALONE = Rollout(soak_s=3600, patience_s=3600, look_s=300, faces_a_minute=6, crowd=StoreCrowd)
"""One whose devices were not there on any earlier day."""
LIKE_THE_MORNING = Model(favours=0.55, favourite="neutral")
"""At lunch it shows about what an unchanged model shows in the morning."""


@pytest.mark.parametrize("begins", [11.9, 13.5], ids=["into lunch", "into the evening"])
def test_an_unchanged_model_turns_back_when_the_hour_changes_only_where_no_earlier_day_is_known(begins: float) -> None:
    many, rollout = examples(25), replace(ALONE, begins=begins)
    without = Counter(each.outcome for each in drawn(many, rollout))
    known = drawn(many, replace(rollout, days=3))
    counted = Counter(each.outcome for each in known)
    print(f"from {begins:g} h on, unchanged: {dict(without)} without earlier days, {dict(counted)} with three")
    assert without["failed"] > many / 2
    assert counted["failed"] == 0
    assert counted["passed"] >= 0.9 * many
    assert all(verdict.by_hour for each in known for verdict in each.verdicts if verdict.metric == "emotion_mix")


def test_a_spoiled_model_does_not_hide_behind_the_hour() -> None:
    many, rollout = examples(25), replace(ALONE, begins=12.0)
    hidden, seen = (
        Counter(each.outcome for each in drawn(many, replace(rollout, days=days), LIKE_THE_MORNING)) for days in (0, 3)
    )
    print(f"{LIKE_THE_MORNING} at lunch: {dict(hidden)} without earlier days, {dict(seen)} with three")
    assert hidden["failed"] < many / 10
    assert seen["failed"] == many


@pytest.mark.parametrize("devices", [1, 3])
def test_across_hours_chance_alone_turns_back_at_most_one_of_a_hundred_whatever_the_limits(devices: int) -> None:
    many = examples(25)
    rollout = replace(ALONE, begins=11.9, days=2, devices=devices, gates=TIGHT, look_s=1800, faces_a_minute=3)
    ended = Counter(each.outcome for each in drawn(many, rollout))
    print(f"{devices} devices into lunch, limits next to nothing: {dict(ended)} of {many}")
    assert ended["failed"] <= spending.ERROR * many
