"""The temperature makes probabilities such as can be believed, and no answer another one."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_profiles import examples

pytestmark = [pytest.mark.training, pytest.mark.usefixtures("torch")]

FACES = 4000


def told_truly(torch: Any, seed: int = 0) -> tuple[Any, Any]:
    """Logits, and labels drawn with just the probabilities that the logits stand for."""
    draw = torch.Generator().manual_seed(seed)
    logits = torch.randn(FACES, 7, generator=draw) * 2
    return logits, torch.multinomial(logits.softmax(dim=1), 1, generator=draw).squeeze(1)


def test_probabilities_that_are_true_are_left_as_they_are(torch: Any) -> None:
    from fer_models.training.temperature_scaling import fit_temperature

    assert fit_temperature(*told_truly(torch)) == pytest.approx(1, abs=0.05)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(15))
@given(st.floats(0.2, 5))
def test_logits_that_are_too_sharp_or_too_flat_are_found_out(torch: Any, factor: float) -> None:
    from fer_models.training.temperature_scaling import fit_temperature

    logits, labels = told_truly(torch)
    assert fit_temperature(logits * factor, labels) == pytest.approx(factor * fit_temperature(logits, labels), rel=1e-3)


@pytest.mark.parametrize(("sure", "expected"), [(True, 0.05), (False, 20.0)])
def test_a_network_that_is_always_right_or_never_ends_at_a_bound(torch: Any, sure: bool, expected: float) -> None:
    from fer_models.training.temperature_scaling import fit_temperature

    labels = torch.arange(70) % 7
    logits = torch.nn.functional.one_hot(labels if sure else (labels + 1) % 7, 7).float()
    assert fit_temperature(logits, labels) == pytest.approx(expected, rel=1e-3)


def test_tempering_divides_the_logits(torch: Any) -> None:
    from fer_models.training.temperature_scaling import scale_logits

    layer, features = torch.nn.Linear(5, 7), torch.randn(3, 5)
    before = layer(features)
    scale_logits(layer, 2.5)
    assert torch.allclose(layer(features), before / 2.5, atol=1e-6)
