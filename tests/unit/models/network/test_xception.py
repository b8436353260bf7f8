"""The network is the published one, and its small form keeps the contract's input."""

from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
from fer_models.training.presets import LIGHT

pytestmark = pytest.mark.training

PUBLISHED_TRAINABLE = 22_855_952
PUBLISHED_WITH_STATISTICS = 22_910_480


@pytest.fixture
def xception() -> ModuleType:
    pytest.importorskip("torch", exc_type=ImportError)
    from fer_models.network import xception

    return xception


def test_at_full_width_it_has_the_published_number_of_parameters(xception: ModuleType) -> None:
    network = xception.Xception(xception.XceptionConfig(width=1.0, in_channels=3, classes=1000))
    assert xception.parameter_counts(network) == (PUBLISHED_TRAINABLE, PUBLISHED_WITH_STATISTICS)


@pytest.mark.parametrize("width", [0.05, 0.1, 0.25, 0.5])
def test_a_width_scales_every_channel_to_a_multiple_of_eight(xception: ModuleType, width: float) -> None:
    config = xception.XceptionConfig(width=width)
    assert all(config.channels(n) % 8 == 0 and config.channels(n) >= 8 for n in (32, 64, 128, 256, 728, 2048))


def small(xception: ModuleType) -> Any:
    return xception.Xception(replace(LIGHT, width=0.05)).eval()


def test_the_small_network_takes_48_pixel_faces_of_any_number(xception: ModuleType) -> None:
    import torch

    network = small(xception)
    assert network(torch.zeros(3, 1, 48, 48)).shape == (3, 7)


def test_scaling_pixels_is_the_networks_own_work(xception: ModuleType) -> None:
    import torch

    network = small(xception)
    seen = []
    network.features[0].register_forward_hook(lambda _module, inputs, _output: seen.append(inputs[0]))
    network(torch.tensor([0.0, 127.5, 255.0]).view(3, 1, 1, 1).expand(3, 1, 48, 48))
    assert seen[0][:, 0, 0, 0].tolist() == [-1.0, 0.0, 1.0]
