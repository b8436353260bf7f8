"""The shape of the network, without PyTorch."""

from __future__ import annotations

from dataclasses import dataclass

CHANNEL_MULTIPLE = 8


@dataclass(frozen=True)
class XceptionConfig:
    """Everything that decides the shape of the network; width 1, 3 channels, 1000 classes is the published one."""

    width: float = 1.0
    in_channels: int = 1
    classes: int = 7
    stem_stride: int = 2
    stem_padding: int = 0
    dropout: float = 0.0

    def channels(self, published: int) -> int:
        """Scale a published channel count by the width, to a multiple of 8 (published counts stay at width 1)."""
        if self.width == 1.0:
            return published
        return max(CHANNEL_MULTIPLE, CHANNEL_MULTIPLE * round(published * self.width / CHANNEL_MULTIPLE))
