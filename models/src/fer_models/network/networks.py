"""Every network that can be trained, built from what decides its shape."""

from __future__ import annotations

from typing import TypeAlias

from fer_models.network.config import CNN, RESNET50, VGG, NetworkConfig, XceptionConfig
from fer_models.network.peers import CNN_SHAPE, RESNET_SHAPE, VGG_SHAPE, PlainShape, ResidualShape
from fer_models.network.plain import Plain
from fer_models.network.resnet import ResNet
from fer_models.network.xception import Xception

Network: TypeAlias = Xception | Plain | ResNet

PEERS: dict[str, PlainShape | ResidualShape] = {VGG: VGG_SHAPE, RESNET50: RESNET_SHAPE, CNN: CNN_SHAPE}


def build(config: NetworkConfig) -> Network:
    """The network of that shape, with weights as PyTorch draws them."""
    if isinstance(config, XceptionConfig):
        return Xception(config)
    shape = PEERS[config.name]
    return Plain(config, shape) if isinstance(shape, PlainShape) else ResNet(config, shape)
