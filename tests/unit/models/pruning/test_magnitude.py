"""Single weights go, the smallest first, ever more of them, and stay gone."""

from typing import Any

import pytest
from fer_models.pruning.schedule import ENDS, STARTS, sparsity_share
from hypothesis import given
from hypothesis import strategies as st

pytestmark = [pytest.mark.training, pytest.mark.usefixtures("torch")]


def network() -> Any:
    import torch
    from fer_models.network.config import XceptionConfig
    from fer_models.network.xception import Xception, initialise

    torch.manual_seed(0)
    model = Xception(XceptionConfig(width=0.05, stem_stride=1, stem_padding=1))
    initialise(model)
    return model


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_schedule_never_falls_and_runs_from_none_to_all(earlier: float, later: float) -> None:
    earlier, later = sorted((earlier, later))
    assert 0 <= sparsity_share(earlier) <= sparsity_share(later) <= 1
    assert sparsity_share(0) == 0
    assert sparsity_share(1) == 1


def test_half_way_seven_eighths_of_the_weights_are_gone() -> None:
    assert sparsity_share((STARTS + ENDS) / 2) == pytest.approx(7 / 8)


@pytest.mark.parametrize("ratio", [1.5, 2, 4, 10])
def test_at_the_end_r_is_what_was_asked_for_in_the_network_and_in_its_average(torch: Any, ratio: float) -> None:
    from fer_models.network.compression import compression, counted
    from fer_models.pruning.magnitude import MagnitudePruning, prunable

    model, average = network(), network()
    unpruned = counted(model)
    MagnitudePruning(ratio).after_step(model, average, 1.0)
    assert compression(unpruned, counted(model))["weights"] == pytest.approx(ratio, rel=0.001)
    assert counted(model)["weights"] == counted(average)["weights"]
    kept = torch.cat([w.abs().flatten() for w in prunable(model)])
    gone = torch.cat([w.abs().flatten() for w in prunable(network())])[kept == 0]
    assert gone.max() <= kept[kept > 0].min()


def test_before_its_start_nothing_is_pruned() -> None:
    from fer_models.network.compression import counted
    from fer_models.pruning.magnitude import MagnitudePruning

    model = network()
    MagnitudePruning(4).after_step(model, network(), 0.05)
    assert counted(model) == counted(network())


def test_a_ratio_of_one_asks_for_no_pruning() -> None:
    from fer_models.pruning.magnitude import while_training

    assert while_training(1.0) is None
