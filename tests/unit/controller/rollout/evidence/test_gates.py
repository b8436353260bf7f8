import pytest
from fakes_rollout import measured
from fer_controller.rollout.evidence.gated_metrics import Minima
from fer_controller.rollout.evidence.gates import Verdict, choose, judge, outcome, parse, waited
from fer_controller.rollout.evidence.measured import Measured
from fer_wire.contracts import FINDER
from hypothesis import given
from hypothesis import strategies as st

MINIMA = Minima(samples=3, events=10, measured=0.5)


def one(gate: str, before: Measured, after: Measured) -> Verdict:
    return judge([parse(gate)], {"a": before}, {"a": after}, MINIMA)[0]


@pytest.mark.parametrize("text", ["fps>=0.8x", "temperature<=+8", "latency_p95_ms<=40", "confidence>=-0.15"])
def test_a_gate_is_written_as_it_was_read(text: str) -> None:
    assert str(parse(text)) == text


def test_a_ratio_is_taken_to_the_devices_own_baseline() -> None:
    verdict = one("fps>=0.8x", measured(fps=30.0), measured(fps=15.0))
    assert (verdict.outcome, verdict.value, verdict.before, verdict.after) == ("failed", 0.5, 30.0, 15.0)
    assert verdict.sentence == (
        "The frame rate went from 30 to 15 frames/s, 0.5 times the baseline; fps>=0.8x is broken."
    )


def test_a_difference_is_taken_from_it_and_an_absolute_limit_needs_none() -> None:
    warm = measured(temperature_c=61.0)
    assert one("temperature<=+8", measured(temperature_c=50.0), warm).outcome == "failed"
    assert one("temperature<=65", measured(temperature_c=50.0), warm).outcome == "passed"


def test_a_wave_is_as_good_as_the_median_of_its_devices() -> None:
    before = {name: measured(fps=30.0) for name in "abc"}
    after = {"a": measured(fps=3.0), "b": measured(fps=29.0), "c": measured(fps=30.0)}
    verdict = judge([parse("fps>=0.8x")], before, after, MINIMA)[0]
    assert (verdict.outcome, round(verdict.value or 0, 2), verdict.devices) == ("passed", 0.97, 3)


def share(*values: float | None) -> dict[str, Measured]:
    """Devices that see a face in such shares of their frames."""
    return {f"d{number}": measured(face_share=value) for number, value in enumerate(values)}


def judged_share(before: dict[str, Measured], after: dict[str, Measured]) -> Verdict:
    (gate,) = (gate for gate in choose((), FINDER) if gate.metric == "face_share")
    return judge([gate], before, after, MINIMA)[0]


def test_a_finder_that_finds_nothing_breaks_the_gate_on_faces() -> None:
    verdict = judged_share(share(0.6), share(0.0))
    assert verdict.outcome == "failed"
    assert verdict.sentence == (
        "The share of frames with a face went from 0.6 to 0 of 1, 0 times the baseline; face_share>=0.5x is broken."
    )


def test_a_crowded_camera_does_not_hide_blind_ones() -> None:
    assert judged_share(share(*[0.05] * 10), share(1.0, *[0.0] * 9)).outcome == "failed"
    assert judged_share(share(*[0.3] * 10), share(0.0, *[0.3] * 9)).outcome == "passed"


@pytest.mark.parametrize("before", [0.0, 0.01])
def test_where_hardly_a_face_was_seen_before_the_gate_does_not_know(before: float) -> None:
    verdict = judged_share(share(before, before, 0.5), share(0.0, 0.3, 0.0))
    assert verdict.outcome == "inconclusive"
    assert verdict.sentence == (
        "The share of frames with a face: 1 of 3 devices have enough samples before and after "
        "(3 telemetry messages each, and a baseline of 0.02 or more)."
    )


def test_agents_that_do_not_say_how_often_they_see_a_face_are_passed_over() -> None:
    assert judged_share(share(None, None), share(None, None)).outcome == "not measured"


def test_faces_that_are_gone_for_a_moment_are_no_verdict_before_the_time_of_the_wave_is_over() -> None:
    verdict = judged_share(share(0.6), share(0.0))
    assert waited(verdict).outcome == "inconclusive"
    assert waited(one("fps>=0.8x", measured(fps=30.0), measured(fps=15.0))).outcome == "failed"


def test_one_of_two_devices_that_restarts_or_falls_back_is_seen_though_the_median_hides_it() -> None:
    before = {name: measured() for name in "abc"}
    after = {"a": measured(restarts=2, on_cpu=1.0), "b": measured(), "c": measured()}
    verdicts = judge([parse("restarts<=+0.5"), parse("provider_fallback<=+0.02")], before, after, MINIMA)
    assert [verdict.outcome for verdict in verdicts] == ["failed", "failed"]


def test_all_faces_happy_is_another_mix_of_emotions() -> None:
    happy = measured(emotions={"happy": 20})
    verdict = one("emotion_mix<=0.3", measured(), happy)
    assert (verdict.outcome, verdict.value) == ("failed", 0.5)
    assert verdict.sentence == "The mix of emotions is 0.5 away from the baseline; emotion_mix<=0.3 is broken."


def test_too_few_samples_on_either_side_are_inconclusive() -> None:
    for before, after in ((measured(samples=2), measured()), (measured(), measured(samples=2))):
        verdict = one("fps>=0.8x", before, after)
        assert verdict.outcome == "inconclusive"
        assert verdict.sentence == (
            "The frame rate: 0 of 1 devices have enough samples before and after (3 telemetry messages each)."
        )


def test_too_few_devices_with_samples_are_inconclusive() -> None:
    before = {name: measured() for name in "abc"}
    after = {"a": measured(), "b": measured(samples=0), "c": measured(samples=0)}
    assert judge([parse("fps>=0.8x")], before, after, MINIMA)[0].outcome == "inconclusive"


def test_what_no_device_can_measure_is_passed_over_unless_it_was_asked_for() -> None:
    blind = measured(temperature_c=None)
    default = [gate for gate in choose(()) if gate.metric == "temperature"]
    assert judge(default, {"a": blind}, {"a": blind}, MINIMA)[0].outcome == "not measured"
    assert one("temperature<=+8", blind, blind).outcome == "inconclusive"


def test_what_was_measured_before_and_is_not_any_more_is_inconclusive() -> None:
    default = [gate for gate in choose(()) if gate.metric == "fps"]
    assert judge(default, {"a": measured()}, {"a": measured(fps=None)}, MINIMA)[0].outcome == "inconclusive"


def test_one_broken_gate_outweighs_an_undecided_one_and_that_outweighs_those_that_hold() -> None:
    passed, failed, undecided = (Verdict("", "", word, "") for word in ("passed", "failed", "inconclusive"))
    assert outcome([passed, undecided, failed]) == "failed"
    assert outcome([passed, undecided]) == "inconclusive"
    assert outcome([passed]) == "passed"


def test_a_given_gate_replaces_the_default_of_its_metric_and_off_removes_it() -> None:
    chosen = {str(gate) for gate in choose(("fps>=0.5x", "fps>=10", "memory=off"))}
    assert {"fps>=0.5x", "fps>=10"} <= chosen
    assert not any(text.startswith(("memory", "fps>=0.8")) for text in chosen)


@given(
    st.dictionaries(st.sampled_from("abcdefg"), st.integers(1, 100), min_size=1),
    st.dictionaries(st.sampled_from("abcdefg"), st.integers(1, 100), min_size=1),
)
def test_the_distance_of_two_mixes_lies_between_nought_and_one_and_is_symmetric(
    before: dict[str, int], after: dict[str, int]
) -> None:
    from fer_controller.rollout.evidence.gated_metrics import distance

    there = distance(Measured(emotions=before), Measured(emotions=after))
    back = distance(Measured(emotions=after), Measured(emotions=before))
    assert there is not None
    assert 0 <= there <= 1 + 1e-9
    assert there == pytest.approx(back)
    assert distance(Measured(emotions=before), Measured(emotions=before)) == 0
