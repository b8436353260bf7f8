"""How much a random view of a face may differ from the image."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Augmentation:
    """Largest changes: degrees, shares of size (scale, translate) and of contrast, grey levels (brightness)."""

    rotation_deg: float = 12.0
    scale: float = 0.15
    translate: float = 0.1
    contrast: float = 0.25
    brightness: float = 30.0
    erase_probability: float = 0.3
    erase_px: int = 14


GENTLE = Augmentation(
    rotation_deg=4.0, scale=0.05, translate=0.04, contrast=0.1, brightness=10.0, erase_probability=0.0
)
"""Views close to the images themselves, for the end of a training."""

MODERATE = Augmentation(
    rotation_deg=8.0, scale=0.1, translate=0.06, contrast=0.2, brightness=20.0, erase_probability=0.2
)
"""Views for a network that is too small to learn from stronger ones."""
