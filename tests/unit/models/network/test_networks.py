"""The paper's peers are the published networks, and take and give what an Xception does."""

from typing import Any

import pytest
from fer_models.network.config import CNN, RESNET50, VGG, XCEPTION, PeerConfig, XceptionConfig, network_config
from fer_models.network.peers import CNN_SHAPE, VGG_SHAPE

PEERS = (VGG, RESNET50, CNN)
PUBLISHED = {VGG: 138_357_544, RESNET50: 25_557_032}
SCALES_OF_VGG = 4_224
"""One for each output of a convolution, where the batch norm has two numbers and the published network a bias."""


@pytest.mark.training
@pytest.mark.usefixtures("torch")
@pytest.mark.parametrize(("name", "added"), [(VGG, SCALES_OF_VGG), (RESNET50, 0)])
def test_a_peer_has_the_published_number_of_parameters(name: str, added: int) -> None:
    from fer_models.network.networks import build
    from fer_models.network.xception import parameter_counts

    network = build(PeerConfig(name, in_channels=3, classes=1000, px=224))
    assert parameter_counts(network)[0] == PUBLISHED[name] + added


@pytest.mark.training
@pytest.mark.parametrize("name", PEERS)
def test_a_peer_takes_48_pixel_faces_of_any_number(name: str, torch: Any) -> None:
    from fer_models.network.networks import build

    network = build(PeerConfig(name)).eval()
    assert network(torch.zeros(3, 1, 48, 48)).shape == (3, 7)


@pytest.mark.training
@pytest.mark.parametrize("name", PEERS)
def test_scaling_pixels_is_a_peers_own_work(name: str, torch: Any) -> None:
    from fer_models.network.networks import build

    network, seen = build(PeerConfig(name)).eval(), []
    network.features[0].register_forward_hook(lambda _module, inputs, _output: seen.append(inputs[0]))
    network(torch.tensor([0.0, 127.5, 255.0]).view(3, 1, 1, 1).expand(3, 1, 48, 48))
    assert seen[0][:, 0, 0, 0].tolist() == [-1.0, 0.0, 1.0]


@pytest.mark.parametrize(("shape", "px", "side"), [(VGG_SHAPE, 224, 7), (VGG_SHAPE, 48, 1), (CNN_SHAPE, 48, 4)])
def test_the_map_before_the_dense_layers_has_the_side_that_pools_and_padding_leave(
    shape: Any, px: int, side: int
) -> None:
    assert shape.side(px) == side


def test_a_kept_shape_without_a_name_is_that_of_an_xception() -> None:
    assert network_config({"width": 0.25}) == XceptionConfig(width=0.25)
    assert network_config({"width": 0.25}).name == XCEPTION
    assert network_config({"name": CNN, "px": 48}) == PeerConfig(CNN)
