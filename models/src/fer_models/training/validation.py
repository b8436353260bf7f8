"""How good a network in training is, and pictures in the size that it is shown."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from fer_models.data.faces import FACE_PX
from fer_models.training.tensors import FaceTensors


def at_size(images: Tensor, px: int) -> Tensor:
    """N×1×H×W pictures to N×1×px×px, smoothed as they shrink."""
    if images.shape[-1] == px:
        return images
    return functional.interpolate(images, size=(px, px), mode="bilinear", antialias=True)


@torch.no_grad()
def logits_of(model: nn.Module, deck: FaceTensors, px: int = FACE_PX, batch: int = 256) -> Tensor:
    """float32 N×7, single view, on the deck's device."""
    model.eval()
    starts = range(0, len(deck), batch)
    return torch.cat([model(at_size(deck.images[at : at + batch].float(), px)).float() for at in starts])


def validate(model: nn.Module, deck: FaceTensors, px: int = FACE_PX) -> tuple[float, float]:
    """(share of faces, 0–1, whose most probable emotion is the label; mean cross entropy in nats), single view."""
    logits = logits_of(model, deck, px)
    right = int((logits.argmax(1) == deck.labels).sum())
    return right / len(deck), float(functional.cross_entropy(logits, deck.labels))


def as_input(images: Any) -> Tensor:
    """uint8 N×48×48 to the contract's float32 N×1×48×48, 0–255."""
    return torch.from_numpy(images).unsqueeze(1).float()
