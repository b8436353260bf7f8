from dataclasses import replace

import pytest
from fakes_rollout import measured
from fer_controller.rollout.evidence.gates import choose, parse
from fer_controller.rollout.evidence.judge import Terms, judge
from fer_controller.rollout.evidence.measured import Measured
from fer_controller.rollout.evidence.verdicts import FAILED, PASSED, Verdict, outcome, reason, sentences
from fer_wire.contracts import FINDER
from hypothesis import given
from hypothesis import strategies as st

TERMS = Terms(alpha=0.001)


def one(gate: str, before: Measured, after: Measured, terms: Terms = TERMS) -> Verdict:
    return judge([parse(gate)], {"a": before}, {"a": after}, terms)[0]


def test_a_ratio_is_taken_to_the_devices_own_baseline() -> None:
    verdict = one("fps>=0.8x", measured(fps=30.0), measured(fps=15.0))
    assert (verdict.outcome, verdict.value, verdict.before, verdict.after) == ("failed", 0.5, 30.0, 15.0)
    assert verdict.sentence == (
        "The frame rate went from 30 to 15 frames/s, 0.5 times the baseline; fps>=0.8x is broken. Chance does not "
        "explain it: p = 1.1e-05 on 10 minutes after and 10 before, where 0.0005 would do."
    )


def test_a_difference_is_taken_from_it_and_an_absolute_limit_is_the_value_itself() -> None:
    warm = measured(temperature_c=61.0)
    assert one("temperature<=+8", measured(temperature_c=50.0), warm).outcome == "failed"
    assert one("temperature<=65", measured(temperature_c=50.0), warm).outcome == "passed"
    assert one("temperature<=60", measured(temperature_c=50.0), warm).outcome == "failed"


def test_a_limit_that_was_broken_before_turns_nothing_back_and_passes_nothing() -> None:
    hot = measured(temperature_c=70.0)
    assert one("temperature<=60", hot, hot).outcome == "inconclusive"


def test_a_wave_is_as_good_as_the_median_of_its_devices() -> None:
    before = {name: measured(fps=30.0) for name in "abc"}
    after = {"a": measured(fps=3.0), "b": measured(fps=29.0), "c": measured(fps=30.0)}
    verdict = judge([parse("fps>=0.8x")], before, after, TERMS)[0]
    assert (verdict.outcome, round(verdict.value or 0, 2), verdict.devices) == ("passed", 0.97, 3)


def test_what_a_face_or_a_minute_says_is_no_evidence_for_more_than_one() -> None:
    verdict = one("fps>=0.8x", measured(30, fps=30.0), measured(1, fps=20.0, samples=3, lowest={}, highest={}))
    assert (verdict.outcome, verdict.evidence_before, verdict.evidence_after) == ("inconclusive", 30, 1)
    assert verdict.sentence.endswith(
        "It may be chance: p = 0.065 on 1 minutes after and 30 before, where 0.0005 would do. "
        "About 2 minutes would decide."
    )


def test_half_the_frame_rate_is_known_by_the_first_messages() -> None:
    before = measured(30, fps=30.0, samples=180)
    three = measured(1, fps=15.0, samples=3)
    assert one("fps>=0.8x", before, three).outcome == "failed"
    assert one("fps>=0.8x", before, measured(1, fps=22.0, samples=3)).outcome == "inconclusive"
    mixed = measured(1, fps=15.0, samples=3, highest={"fps": 30.0})
    assert one("fps>=0.8x", before, mixed).outcome == "inconclusive"


def share(*values: float | None) -> dict[str, Measured]:
    """Devices that see a face in such shares of their frames."""
    return {f"d{number}": measured(face_share=value) for number, value in enumerate(values)}


def judged_share(before: dict[str, Measured], after: dict[str, Measured], terms: Terms = TERMS) -> Verdict:
    (gate,) = (gate for gate in choose((), FINDER) if gate.metric == "face_share")
    return judge([gate], before, after, terms)[0]


def test_a_finder_that_finds_nothing_breaks_the_gate_on_faces() -> None:
    verdict = judged_share(share(0.6), share(0.0))
    assert verdict.outcome == "failed"
    assert verdict.sentence.startswith(
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


def test_fewer_faces_are_no_verdict_before_the_time_of_the_wave_is_over_but_none_at_all_are() -> None:
    soaking = replace(TERMS, to_the_end=False)
    assert judged_share(share(0.6), share(0.2)).outcome == "failed"
    assert judged_share(share(0.6), share(0.2), soaking).outcome == "inconclusive"
    assert judged_share(share(0.6), share(0.0), soaking).outcome == "failed"


def test_one_of_three_devices_that_restarts_or_falls_back_is_seen_though_the_median_hides_it() -> None:
    before = {name: measured(30) for name in "abc"}
    after = {"a": measured(restarts=2, on_cpu=1.0), "b": measured(), "c": measured()}
    verdicts = judge([parse("restarts<=+0.5"), parse("provider_fallback<=+0.02")], before, after, TERMS)
    assert [verdict.outcome for verdict in verdicts] == ["failed", "failed"]


def faces(**counts: int) -> Measured:
    return measured(faces=counts)


def test_all_faces_happy_is_another_mix_of_emotions() -> None:
    verdict = one("emotion_mix<=0.3", faces(happy=30, sad=70), faces(happy=20))
    assert (verdict.outcome, verdict.value) == ("failed", 0.7)
    assert verdict.sentence == (
        "The mix of emotions is 0.7 away from the baseline; emotion_mix<=0.3 is broken. Chance does not explain it: "
        "p = 6.4e-09 on 20 faces after and 100 before, where 0.0005 would do."
    )


def test_a_few_faces_that_look_another_way_are_not_enough() -> None:
    verdict = one("emotion_mix<=0.3", faces(happy=30, sad=70), faces(happy=4), replace(TERMS, soaked_s=60))
    assert verdict.outcome == "inconclusive"
    assert verdict.sentence.endswith("About 24 faces would decide, in 5 min at the present rate.")


def test_a_baseline_of_few_faces_says_that_no_soak_would_do() -> None:
    verdict = one("emotion_mix<=0.05", faces(happy=1, sad=1), faces(happy=8, sad=8))
    assert verdict.sentence.endswith("No soak would do: 2 faces before are too few to compare with.")


def test_a_look_spends_error_only_when_the_evidence_has_doubled_and_the_next_may_spend_less() -> None:
    before, gate = faces(happy=50, sad=50), "emotion_mix<=0.3"
    looks: list[tuple[int, float]] = []
    last: dict[str, Verdict] = {}
    for seen in (4, 8, 12, 15, 16, 31, 32):
        verdict = one(gate, before, faces(happy=seen // 2, sad=seen - seen // 2), replace(TERMS, last=last))
        last = {gate: verdict}
        looks.append((verdict.looks, round((verdict.alpha or 0) / TERMS.alpha, 3)))
    assert looks == [(0, 0.5), (1, 0.5), (1, 0.167), (1, 0.167), (2, 0.167), (2, 0.083), (3, 0.083)]


def test_between_two_looks_that_count_nothing_is_broken() -> None:
    before, bad, gate = faces(happy=30, sad=70), faces(happy=14), "emotion_mix<=0.3"
    looked = replace(one(gate, before, faces(happy=4, sad=4)), looks=1, looked_at=8)
    assert one(gate, before, bad, replace(TERMS, last={gate: looked})).outcome == "inconclusive"
    assert one(gate, before, faces(happy=16), replace(TERMS, last={gate: looked})).outcome == "failed"


def test_too_few_samples_on_either_side_are_inconclusive() -> None:
    for before, after in ((measured(samples=2), measured()), (measured(), measured(samples=2))):
        verdict = one("fps>=0.8x", before, after)
        assert verdict.outcome == "inconclusive"
        assert verdict.sentence == (
            "The frame rate: 0 of 1 devices have enough samples before and after (3 telemetry messages each)."
        )


def test_too_few_devices_with_samples_are_inconclusive() -> None:
    before = {name: measured() for name in "abc"}
    after = {"a": measured(), "b": Measured(), "c": Measured()}
    assert judge([parse("fps>=0.8x")], before, after, TERMS)[0].outcome == "inconclusive"


def test_what_no_device_can_measure_is_passed_over_unless_it_was_asked_for() -> None:
    blind = measured(temperature_c=None)
    default = [gate for gate in choose(()) if gate.metric == "temperature"]
    assert judge(default, {"a": blind}, {"a": blind}, TERMS)[0].outcome == "not measured"
    assert one("temperature<=+8", blind, blind).outcome == "inconclusive"


def test_what_was_measured_before_and_is_not_any_more_is_inconclusive() -> None:
    default = [gate for gate in choose(()) if gate.metric == "fps"]
    assert judge(default, {"a": measured()}, {"a": measured(fps=None)}, TERMS)[0].outcome == "inconclusive"


def test_one_broken_gate_outweighs_an_undecided_one_and_that_outweighs_those_that_hold() -> None:
    passed, failed, undecided = (Verdict("", "", word, "") for word in ("passed", "failed", "inconclusive"))
    assert outcome([passed, undecided, failed]) == "failed"
    assert outcome([passed, undecided]) == "inconclusive"
    assert outcome([passed]) == "passed"


mixes = st.dictionaries(st.sampled_from("abcdefg"), st.integers(1, 100), min_size=1)


@given(mixes, mixes)
def test_the_distance_of_two_mixes_lies_between_nought_and_one_and_is_symmetric(
    before: dict[str, int], after: dict[str, int]
) -> None:
    there, back, same = (
        one("emotion_mix<=0.3", faces(**was), faces(**now)).value or 0.0
        for was, now in ((before, after), (after, before), (before, before))
    )
    assert 0 <= there <= 1 + 1e-9
    assert there == pytest.approx(back)
    assert same == 0


def test_one_broken_gate_is_the_reason_and_several_are_named_once() -> None:
    fps, p95 = Verdict("fps>=0.8x", "fps", FAILED, "Half as fast."), Verdict("p95<=1.5x", "p95", FAILED, "Late.")
    fine = Verdict("memory<=1.5x", "memory", PASSED, "Fine.")
    assert reason((fps, fine), FAILED) == "Half as fast."
    assert reason((fps, fine, p95), FAILED) == "fps>=0.8x is broken, and so is p95<=1.5x; the log says how."
    assert sentences((fps, fine, p95), FAILED) == "Half as fast. Late."
