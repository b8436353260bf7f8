"""How accurate a network in training is on faces that it does not learn from."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from fer_models.data.faces import FACE_PX
from fer_models.training.tensors import FaceTensors

BATCH = 256


def at_size(images: Tensor, px: int) -> Tensor:
    """N×1×H×W images to N×1×px×px, smoothed where they shrink."""
    if images.shape[-1] == px:
        return images
    return functional.interpolate(images, size=(px, px), mode="bilinear", antialias=True)


@torch.no_grad()
def logits_of(model: nn.Module, faces: FaceTensors, px: int = FACE_PX) -> Tensor:
    """float32 N×7, one view of each face, on the faces' device."""
    model.eval()
    starts = range(0, len(faces), BATCH)
    return torch.cat([model(at_size(faces.images[at : at + BATCH].float(), px)).float() for at in starts])


def validate(model: nn.Module, faces: FaceTensors, px: int = FACE_PX) -> tuple[float, float]:
    """(share of faces, 0–1, whose most probable emotion is the label; mean cross entropy in nats), one view each."""
    logits = logits_of(model, faces, px)
    right = int((logits.argmax(1) == faces.labels).sum())
    return right / len(faces), float(functional.cross_entropy(logits, faces.labels))
