"""Stretches dull faces as a device does before it classifies them (the agent's faces/contrast.py, as tensors)."""

from __future__ import annotations

import torch
from fer_wire.contracts import DARKEST_SHARE, DULL_RANGE, FLAT_RANGE
from torch import Tensor


def stretched(faces: Tensor) -> Tensor:
    """float32 N×1×H×W in 0–255 to the same, those of little contrast brought to the whole range."""
    flat = faces.flatten(1)
    edge = int(DARKEST_SHARE * flat.shape[1])
    low = flat.kthvalue(edge + 1, dim=1).values
    high = flat.kthvalue(flat.shape[1] - edge, dim=1).values
    dull = (high - low < DULL_RANGE) & (high - low >= FLAT_RANGE)
    gain = torch.where(dull, 255 / (high - low).clamp_min(FLAT_RANGE), torch.ones_like(low))
    shift = torch.where(dull, low, torch.zeros_like(low))
    return ((flat - shift.unsqueeze(1)) * gain.unsqueeze(1)).clamp(0, 255).view_as(faces)
