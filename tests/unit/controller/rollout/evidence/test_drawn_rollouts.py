"""How often the gates are wrong: rollouts drawn by chance, of models that change nothing and of spoiled ones."""

from collections import Counter

import pytest
from drawn_rollouts import TIGHT, Model, Rollout, drawn
from fer_controller.rollout.evidence import spending
from hypothesis_profiles import examples


@pytest.mark.parametrize(("faces_a_minute", "soak_s"), [(6, 25), (24, 25), (6, 120), (24, 120)])
def test_a_model_that_changes_nothing_turns_back_in_at_most_one_of_a_hundred_rollouts_whatever_the_limits(
    faces_a_minute: float, soak_s: float
) -> None:
    many = examples(500)
    rollout = Rollout(
        faces_a_minute=faces_a_minute, soak_s=soak_s, patience_s=180, baseline_s=600, look_s=30, gates=TIGHT
    )
    ended = Counter(each.outcome for each in drawn(many, rollout))
    print(f"{faces_a_minute} faces a minute, soak {soak_s} s, limits next to nothing: {dict(ended)} of {many}")
    assert ended["failed"] <= spending.ERROR * many


def test_with_the_usual_limits_a_model_that_changes_nothing_passes() -> None:
    many = examples(100)
    ended = drawn(many, Rollout(soak_s=60, patience_s=900, look_s=15))
    counted = Counter(each.outcome for each in ended)
    half_s = sorted(each.seconds for each in ended)[many // 2]
    print(f"the usual limits, soak 60 s: {dict(counted)}, half of them within {half_s} s")
    assert counted["failed"] == 0
    assert counted["passed"] >= 0.9 * many


@pytest.mark.parametrize(
    ("model", "metric", "looks"),
    [
        (Model(favours=1.0), "emotion_mix", 2),
        (Model(factors={"fps": 0.5}), "fps", 1),
        (Model(factors={"latency_p95_ms": 3.0}), "latency_p95_ms", 1),
        (Model(factors={"temperature_c": 1.6}), "temperature", 1),
        (Model(errors_a_minute=60), "errors", 1),
        (Model(confidence=0.5), "confidence", 2),
    ],
)
def test_a_model_that_is_dangerous_is_stopped_on_one_device_by_the_first_or_second_look(
    model: Model, metric: str, looks: int
) -> None:
    ended = drawn(examples(20), Rollout(soak_s=60), model)
    assert {each.outcome for each in ended} == {"failed"}
    for each in ended:
        (verdict,) = (verdict for verdict in each.verdicts if verdict.outcome == "failed")
        assert verdict.metric == metric
        assert verdict.looks <= looks


def test_the_more_a_model_is_spoiled_the_more_often_and_the_sooner_it_is_stopped() -> None:
    many, stopped = examples(20), []
    for favours in (0.2, 0.6, 1.0):
        ended = drawn(many, Rollout(patience_s=300, look_s=15), Model(favours=favours))
        stopped.append(sum(each.outcome == "failed" for each in ended) / many)
        print(f"an emotion favoured by {favours:.0%}: {stopped[-1]:.0%} stopped")
    assert stopped == sorted(stopped)
    assert stopped[0] <= 0.1, "a fifth favoured is within the limit, so only luck takes it past"
    assert stopped[-1] == 1
