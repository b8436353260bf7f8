"""How far a random view of a face may stray."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Augmentation:
    """How far a view may stray: degrees, shares of the picture's size, and shares of its contrast."""

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
"""Views that are close to the pictures as they are, for the end of a training."""

MODERATE = Augmentation(
    rotation_deg=8.0, scale=0.1, translate=0.06, contrast=0.2, brightness=20.0, erase_probability=0.2
)
"""Views for a network too small to learn from those that stray further."""
