"""R counts what is left, as Eq. 1 does."""

from typing import Any

import pytest

pytestmark = [pytest.mark.training, pytest.mark.usefixtures("torch")]


def small() -> Any:
    import torch

    return torch.nn.Sequential(
        torch.nn.Conv2d(2, 4, 1, bias=False),
        torch.nn.Conv2d(4, 4, 3, groups=4, bias=False),
        torch.nn.Linear(4, 3, bias=False),
    )


def test_an_unpruned_network_holds_all_its_weights_filters_and_channels() -> None:
    from fer_models.network.compression import counted

    assert counted(small()) == {"weights": 8 + 36 + 12, "filters": 4 + 4 + 3, "channels": 2 + 4 + 4}


def test_a_filter_counts_until_its_last_weight_is_zero(torch: Any) -> None:
    from fer_models.network.compression import compression, counted

    model = small()
    unpruned = counted(model)
    with torch.no_grad():
        model[0].weight[0] = 0  # one filter of two weights
        model[2].weight[:, 1] = 0  # one channel of three
        model[2].weight[0, 0] = 0  # a single weight
    left = counted(model)
    assert left == {"weights": 56 - 2 - 3 - 1, "filters": 10, "channels": 9}
    assert compression(unpruned, left) == {"weights": round(56 / 50, 4), "filters": 1.1, "channels": round(10 / 9, 4)}


def test_nothing_pruned_is_a_ratio_of_one() -> None:
    from fer_models.network.compression import compression, counted

    assert set(compression(counted(small()), counted(small())).values()) == {1.0}
