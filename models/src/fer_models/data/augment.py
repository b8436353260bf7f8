"""Random views of faces, made for a whole batch at once on the batch's device."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from fer_models.data.augmentation import Augmentation


def augment(images: Tensor, how: Augmentation, generator: torch.Generator) -> Tensor:
    """float32 N×1×H×W in 0–255 to the same shape and range, flipped, turned, shifted, relit and partly erased."""
    views = _warp(images, how, generator)
    views = _relight(views, how, generator)
    return _erase(views, how, generator)


def _uniform(n: int, reach: float, like: Tensor, generator: torch.Generator) -> Tensor:
    return (torch.rand(n, generator=generator, device=like.device) * 2 - 1) * reach


def _warp(images: Tensor, how: Augmentation, generator: torch.Generator) -> Tensor:
    n = len(images)
    angle = torch.deg2rad(_uniform(n, how.rotation_deg, images, generator))
    zoom = 1 + _uniform(n, how.scale, images, generator)
    flip = torch.sign(_uniform(n, 1.0, images, generator) + 1e-12)
    shift_x, shift_y = (_uniform(n, 2 * how.translate, images, generator) for _ in range(2))
    rows = torch.stack(
        [
            torch.stack([flip * zoom * angle.cos(), -zoom * angle.sin(), shift_x], dim=1),
            torch.stack([flip * zoom * angle.sin(), zoom * angle.cos(), shift_y], dim=1),
        ],
        dim=1,
    )
    grid = functional.affine_grid(rows, list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, padding_mode="border", align_corners=False)


def _relight(images: Tensor, how: Augmentation, generator: torch.Generator) -> Tensor:
    n = len(images)
    gain = (1 + _uniform(n, how.contrast, images, generator)).view(n, 1, 1, 1)
    offset = _uniform(n, how.brightness, images, generator).view(n, 1, 1, 1)
    mean = images.mean(dim=(1, 2, 3), keepdim=True)
    return ((images - mean) * gain + mean + offset).clamp(0, 255)


def _erase(images: Tensor, how: Augmentation, generator: torch.Generator) -> Tensor:
    n, _, height, width = images.shape
    half = how.erase_px / 2
    centre_y = (_uniform(n, 0.5, images, generator) + 0.5) * height
    centre_x = (_uniform(n, 0.5, images, generator) + 0.5) * width
    chosen = torch.rand(n, generator=generator, device=images.device) < how.erase_probability
    ys = torch.arange(height, device=images.device).view(1, -1, 1)
    xs = torch.arange(width, device=images.device).view(1, 1, -1)
    inside = ((ys - centre_y.view(n, 1, 1)).abs() < half) & ((xs - centre_x.view(n, 1, 1)).abs() < half)
    hole = (inside & chosen.view(n, 1, 1)).unsqueeze(1)
    return torch.where(hole, images.mean(dim=(1, 2, 3), keepdim=True), images)
