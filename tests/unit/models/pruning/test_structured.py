"""Whole channels go, in every layer that shares them, and the network still computes."""

from typing import Any

import pytest

pytestmark = pytest.mark.training


@pytest.fixture
def network(torch: Any) -> Any:
    from fer_models.network.config import XceptionConfig
    from fer_models.network.xception import Xception, initialise

    torch.manual_seed(0)
    model = Xception(XceptionConfig(width=0.1, stem_stride=1, stem_padding=1))
    initialise(model)
    return model.eval()


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6])
def test_a_cut_network_has_fewer_channels_in_multiples_of_eight(torch: Any, network: Any, share: float) -> None:
    from fer_models.network.xception import parameter_counts
    from fer_models.pruning.structured import cut

    smaller = cut(network, share)
    widths = [m.out_channels for m in smaller.modules() if isinstance(m, torch.nn.Conv2d)]
    assert all(width % 8 == 0 and width > 0 for width in widths)
    assert parameter_counts(smaller)[0] < parameter_counts(network)[0]
    assert smaller(torch.zeros(2, 1, 48, 48)).shape == (2, 7)


def test_the_network_itself_is_left_alone(network: Any) -> None:
    from fer_models.network.compression import counted
    from fer_models.pruning.structured import cut

    before = counted(network)
    cut(network, 0.5)
    assert counted(network) == before


@pytest.mark.parametrize("ratio", [1.2, 2.0, 4.0])
def test_the_largest_network_within_a_ratio_is_close_to_it(network: Any, ratio: float) -> None:
    from fer_models.network.compression import compression, counted
    from fer_models.pruning.structured import largest

    unpruned = counted(network)
    found = largest(network, lambda cut: compression(unpruned, counted(cut))["weights"] >= ratio)
    assert found is not None
    assert ratio <= compression(unpruned, counted(found))["weights"] < 1.5 * ratio


def test_a_demand_that_no_cut_meets_finds_none(network: Any) -> None:
    from fer_models.pruning.structured import largest

    assert largest(network, lambda _: False) is None


def test_a_cut_network_is_built_again_from_its_weights_alone(torch: Any, network: Any) -> None:
    from fer_models.network.networks import build
    from fer_models.network.xception import shape_like
    from fer_models.pruning.structured import cut

    smaller = cut(network, 0.4)
    again = build(smaller.config)
    shape_like(again, smaller.state_dict())
    again.load_state_dict(smaller.state_dict())
    faces = torch.rand(3, 1, 48, 48) * 255
    assert again.eval()(faces).allclose(smaller(faces), atol=1e-6)


def test_sparse_learning_pushes_weak_channels_harder_than_strong_ones(torch: Any) -> None:
    from fer_models.network.config import XceptionConfig
    from fer_models.network.xception import Xception, initialise
    from fer_models.pruning.structured import SparseLearning

    torch.manual_seed(0)
    model = Xception(XceptionConfig(width=0.1, stem_stride=1, stem_padding=1))
    initialise(model)
    weight = model.features[5].body[1].pointwise.weight
    with torch.no_grad():
        weight[0] *= 0.01
    learning = SparseLearning(model, 1e-2)
    model(torch.zeros(2, 1, 48, 48)).sum().backward()
    before = weight.grad.clone()
    learning.after_backward(model, 0.5)
    push = (weight.grad - before).flatten(1).norm(dim=1) / weight.detach().flatten(1).norm(dim=1)
    assert push[0] > 2 * push[1:].mean()
