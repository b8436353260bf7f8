"""What decides the shape of a network, without PyTorch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from fer_wire.contracts import FACE_PX

from fer_models.options import option

XCEPTION, VGG, RESNET50, CNN = "xception", "vgg", "resnet50", "cnn"
CHANNEL_MULTIPLE = 8
PIXEL_CENTRE = 127.5
"""Networks see pixels of 0–255 divided by this, less 1."""


@dataclass(frozen=True)
class XceptionConfig:
    """Everything that decides the shape of an Xception; width 1, 3 channels and 1000 classes are the published one."""

    name: ClassVar[str] = XCEPTION
    width: float = option(1.0, "Channels, as a share of the published Xception's.", least=0.05, most=4)
    in_channels: int = 1
    classes: int = 7
    stem_stride: int = option(2, "Stride of the first convolution; 1 keeps the image's size.", least=1, most=2)
    stem_padding: int = 0
    dropout: float = 0.0

    def channels(self, published: int) -> int:
        """Scale a published channel count by the width, to a multiple of 8 (published counts stay at width 1)."""
        if self.width == 1.0:
            return published
        return max(CHANNEL_MULTIPLE, CHANNEL_MULTIPLE * round(published * self.width / CHANNEL_MULTIPLE))


@dataclass(frozen=True)
class PeerConfig:
    """A network that the paper compares its own with: vgg, resnet50 or cnn; px: the side of its pictures."""

    name: str
    in_channels: int = 1
    classes: int = 7
    px: int = FACE_PX


NetworkConfig: TypeAlias = XceptionConfig | PeerConfig


def network_config(kept: Mapping[str, Any]) -> NetworkConfig:
    """The shape that a checkpoint stores; only a peer's has a name."""
    return PeerConfig(**kept) if "name" in kept else XceptionConfig(**kept)
