"""The shape of the network, without PyTorch."""

from __future__ import annotations

from dataclasses import dataclass

from fer_models.options import option

CHANNEL_MULTIPLE = 8


@dataclass(frozen=True)
class XceptionConfig:
    """Everything that decides the shape of the network; width 1, 3 channels and 1000 classes are the published one."""

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
