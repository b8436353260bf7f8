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


@dataclass(frozen=True)
class Camera:
    """How a camera may spoil a view: the shares of the views (0–1) that are, and how far.

    light: of the light that the face had; gamma: the largest logarithm of the exponent; noise: grey levels; shot_noise:
    times the root of the grey level; distant_px: how wide the face was; blur_px: standard deviation.
    """

    dark: float = 0.0
    light: tuple[float, float] = (0.1, 1.0)
    gamma: float = 0.4
    noisy: float = 0.0
    noise: float = 2.0
    shot_noise: float = 0.4
    distant: float = 0.0
    distant_px: tuple[int, int] = (16, 40)
    blurred: float = 0.0
    blur_px: tuple[float, float] = (0.3, 1.6)
    compressed: float = 0.0
    jpeg_quality: tuple[float, float] = (15.0, 90.0)

    @property
    def spoils(self) -> bool:
        """Whether it changes anything."""
        return any((self.dark, self.noisy, self.distant, self.blurred, self.compressed))


ANY_CAMERA = Camera(dark=0.35, noisy=0.35, distant=0.15, blurred=0.2, compressed=0.3)
"""What cameras do in rooms, halls and streets."""
