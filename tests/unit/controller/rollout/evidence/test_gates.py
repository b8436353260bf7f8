import pytest
from fer_controller.rollout.evidence.gates import choose, parse


@pytest.mark.parametrize("text", ["fps>=0.8x", "temperature<=+8", "latency_p95_ms<=40", "confidence>=-0.15"])
def test_a_gate_is_written_as_it_was_read(text: str) -> None:
    assert str(parse(text)) == text


def test_a_given_gate_replaces_the_default_of_its_metric_and_off_removes_it() -> None:
    chosen = {str(gate) for gate in choose(("fps>=0.5x", "fps>=10", "memory=off"))}
    assert {"fps>=0.5x", "fps>=10"} <= chosen
    assert not any(text.startswith(("memory", "fps>=0.8")) for text in chosen)


@pytest.mark.parametrize(
    ("text", "baseline", "cut", "doubled"),
    [("fps>=0.8x", 30.0, 27.0, 0.64), ("temperature<=+8", 50.0, 54.0, 16), ("latency_p95_ms<=40", 30.0, 35.0, 40)],
)
def test_what_is_beyond_half_the_way_to_the_limit_speaks_against_a_model(
    text: str, baseline: float, cut: float, doubled: float
) -> None:
    gate = parse(text)
    assert gate.cut(baseline) == pytest.approx(cut)
    assert gate.doubled().limit == pytest.approx(doubled)
