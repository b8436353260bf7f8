"""Views as a camera gives them: in poor light, out of focus, from afar, noisy and compressed; a whole batch at once."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from fer_models.data.augmentation import Camera
from fer_models.data.contrast import stretched

BLOCK_PX = 8
MIDDLE_QUALITY = 50
JPEG_LUMINANCE = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
"""The quantisation table of ITU-T T.81, table K.1."""


def as_a_camera(faces: Tensor, how: Camera, draw: torch.Generator) -> Tensor:
    """float32 N×1×H×W in 0–255 to the same shape and range, spoiled at random, then stretched as a device does."""
    seen = torch.where(_chosen(faces, how.distant, draw), _from_afar(faces, how, draw), faces)
    seen = torch.where(_chosen(faces, how.blurred, draw), _blurred(seen, how, draw), seen)
    dark = _chosen(faces, how.dark, draw)
    seen = torch.where(dark, _in_the_dark(seen, how, draw), seen)
    seen = torch.where(dark | _chosen(faces, how.noisy, draw), _noisy(seen, how, draw), seen).round().clamp(0, 255)
    seen = torch.where(_chosen(faces, how.compressed, draw), _compressed(seen, how, draw), seen)
    return stretched(seen)


def _chosen(faces: Tensor, share: float, draw: torch.Generator) -> Tensor:
    """Which of the faces, N×1×1×1."""
    return _between(faces, (0.0, 1.0), draw) < share


def _between(faces: Tensor, reach: tuple[float, float], draw: torch.Generator) -> Tensor:
    """A number for each face, N×1×1×1."""
    low, high = reach
    return low + (high - low) * torch.rand(len(faces), 1, 1, 1, generator=draw, device=faces.device)


def _from_afar(faces: Tensor, how: Camera, draw: torch.Generator) -> Tensor:
    """All as if they had been so many pixels wide; one width for the batch."""
    low, high = how.distant_px
    px = int(torch.randint(low, high + 1, (), generator=draw, device=faces.device))
    small = functional.interpolate(faces, size=(px, px), mode="bilinear", antialias=True)
    return functional.interpolate(small, size=faces.shape[-2:], mode="bilinear")


def _blurred(faces: Tensor, how: Camera, draw: torch.Generator) -> Tensor:
    """Gaussian blur, another for each face."""
    reach = math.ceil(2.5 * how.blur_px[1])
    places = torch.arange(-reach, reach + 1, device=faces.device)
    weights = torch.exp(-(places**2) / (2 * _between(faces, how.blur_px, draw).view(-1, 1) ** 2))
    weights = weights / weights.sum(dim=1, keepdim=True)
    rows = functional.pad(faces, (reach, reach, reach, reach), mode="replicate").transpose(0, 1)
    across = functional.conv2d(rows, weights.view(-1, 1, 1, len(places)), groups=len(faces))
    return functional.conv2d(across, weights.view(-1, 1, len(places), 1), groups=len(faces)).transpose(0, 1)


def _in_the_dark(faces: Tensor, how: Camera, draw: torch.Generator) -> Tensor:
    """Less light, and another gradation."""
    gain = torch.exp(_between(faces, (math.log(how.light[0]), math.log(how.light[1])), draw))
    gamma = torch.exp(_between(faces, (-how.gamma, how.gamma), draw))
    return 255 * gain * (faces / 255).clamp_min(1e-6) ** gamma


def _noisy(faces: Tensor, how: Camera, draw: torch.Generator) -> Tensor:
    """A sensor's noise: some always, some with the square root of the light."""
    steady, rising = _between(faces, (0.0, how.noise), draw), _between(faces, (0.0, how.shot_noise), draw)
    spread = (steady**2 + rising**2 * faces).sqrt()
    return faces + spread * torch.randn(faces.shape, generator=draw, device=faces.device)


def _compressed(faces: Tensor, how: Camera, draw: torch.Generator) -> Tensor:
    """What JPEG leaves: the coefficients of each block rounded to multiples of the table."""
    high, wide = faces.shape[-2:]
    whole = functional.pad(faces - 128, (0, -wide % BLOCK_PX, 0, -high % BLOCK_PX), mode="replicate")
    blocks = whole.unflatten(3, (-1, BLOCK_PX)).unflatten(2, (-1, BLOCK_PX)).transpose(3, 4)
    cosines, steps = _cosines(faces), _steps(faces, how, draw)
    kept = (cosines @ blocks @ cosines.T / steps).round() * steps
    back = (cosines.T @ kept @ cosines).transpose(3, 4).reshape(whole.shape)
    return (back + 128).round().clamp(0, 255)[:, :, :high, :wide]


def _steps(faces: Tensor, how: Camera, draw: torch.Generator) -> Tensor:
    """The table of each face's quality, N×1×1×1×8×8, as libjpeg scales it."""
    quality = _between(faces, how.jpeg_quality, draw)
    scale = torch.where(quality < MIDDLE_QUALITY, MIDDLE_QUALITY / quality, 2 - quality / MIDDLE_QUALITY)
    table = torch.tensor(JPEG_LUMINANCE, dtype=faces.dtype, device=faces.device)
    return (table * scale).clamp_min(1).view(-1, 1, 1, 1, BLOCK_PX, BLOCK_PX)


def _cosines(like: Tensor) -> Tensor:
    """The orthonormal cosine transform of a block, 8×8."""
    places = torch.arange(BLOCK_PX, dtype=like.dtype, device=like.device)
    waves = torch.cos(math.pi / BLOCK_PX * (places + 0.5) * places.unsqueeze(1)) * math.sqrt(2 / BLOCK_PX)
    waves[0] /= math.sqrt(2)
    return waves
