"""How often the gates are wrong on real faces: rollouts drawn from the tracks that the agent published of the clips."""

from collections import Counter
from statistics import median

import pytest
from drawn_rollouts import TIGHT, Model, Rollout, drawn
from fer_controller.rollout.evidence import spending
from hypothesis_profiles import examples
from recorded_tracks import RecordedCrowd, faces

RATES_AND_SOAKS = [(6, 25), (24, 25), (6, 120), (24, 120)]
"""Faces a minute, and seconds."""


def test_the_clips_show_more_than_a_hundred_faces_and_most_emotions() -> None:
    assert len(faces()) > 100
    assert len({emotion for emotion, _ in faces()}) >= 5


@pytest.mark.parametrize(("faces_a_minute", "soak_s"), RATES_AND_SOAKS)
def test_an_unchanged_model_turns_back_in_at_most_one_of_a_hundred_rollouts_whatever_the_limits(
    faces_a_minute: float, soak_s: float
) -> None:
    many = examples(100)
    rollout = Rollout(
        faces_a_minute=faces_a_minute, soak_s=soak_s, patience_s=180, baseline_s=600, look_s=30, gates=TIGHT,
        crowd=RecordedCrowd,
    )  # fmt: skip
    ended = Counter(each.outcome for each in drawn(many, rollout))
    print(f"clips, {faces_a_minute} faces a minute, soak {soak_s} s, limits next to nothing: {dict(ended)} of {many}")
    assert ended["failed"] <= spending.ERROR * many


@pytest.mark.parametrize(("faces_a_minute", "soak_s"), RATES_AND_SOAKS)
def test_with_the_usual_limits_an_unchanged_model_passes(faces_a_minute: float, soak_s: float) -> None:
    many = examples(40)
    rollout = Rollout(faces_a_minute=faces_a_minute, soak_s=soak_s, patience_s=1800, look_s=15, crowd=RecordedCrowd)
    ended = drawn(many, rollout)
    counted, seconds = Counter(each.outcome for each in ended), median(each.seconds for each in ended)
    print(f"clips, {faces_a_minute} faces a minute, soak {soak_s} s: {dict(counted)} of {many}, median {seconds:.0f} s")
    assert counted["failed"] == 0
    assert counted["passed"] >= 0.9 * many


@pytest.mark.parametrize("model", [Model(favours=1.0, favourite="sad"), Model(confidence=0.5)])
def test_a_dangerous_model_is_stopped_on_one_device_by_the_first_or_second_look(model: Model) -> None:
    ended = drawn(examples(40), Rollout(soak_s=60, crowd=RecordedCrowd), model)
    assert {each.outcome for each in ended} == {"failed"}
    assert max(each.looks for each in ended) <= 2


@pytest.mark.parametrize(
    "degrees",
    [
        [Model(favours=share, favourite="sad") for share in (0.1, 0.2, 0.4, 0.7, 1.0)],
        [Model(confidence=factor) for factor in (0.9, 0.8, 0.7, 0.6, 0.5)],
        [Model(factors={"fps": factor}) for factor in (0.9, 0.75, 0.5)],
    ],
    ids=["one emotion favoured", "less confident", "slower"],
)
def test_the_more_a_model_is_spoiled_the_more_often_it_is_stopped(degrees: list[Model]) -> None:
    many, stopped = examples(30), []
    for model in degrees:
        ended = drawn(many, Rollout(patience_s=600, look_s=15, crowd=RecordedCrowd), model)
        broken = [each for each in ended if each.outcome == "failed"]
        stopped.append(len(broken) / many)
        seen = median(each.faces for each in broken) if broken else None
        print(f"clips, {model}: {stopped[-1]:.0%} stopped, after {seen} faces (median)")
    assert stopped == sorted(stopped)
    assert stopped[0] <= 0.1, "within the limit, so only luck takes it past"
    assert stopped[-1] == 1
