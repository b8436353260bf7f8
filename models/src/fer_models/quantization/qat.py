"""Quantization-aware fine-tuning: the network learns to answer as before while its numbers are rounded.

Weights are rounded by the paper's equations, a step for each output channel; activations to the ranges that calibration
saw, around each convolution as in int8.onnx, which is finer where a ReLU follows. Gradients pass the rounding as if it
were not there (straight through). The float32 network itself is the teacher, so no label is learned
by heart.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import parametrize

from fer_models.data.faces import LabelledFaces
from fer_models.quantization.calibration import BATCH as CALIBRATION_BATCH
from fer_models.quantization.equations import LEAST_STEP, MOST_BITS, Floats, bound
from fer_models.quantization.folding import folded

WEIGHT = "weight"
LARGEST_GRADIENT = 1.0


@dataclass(frozen=True)
class FineTuning:
    """Length and learning rate of the fine-tuning; bits: of the weights."""

    epochs: int = 2
    batch: int = 64
    learning_rate: float = 2e-5
    bits: int = MOST_BITS
    seed: int = 0


def fine_tune(
    network: nn.Module,
    training: LabelledFaces,
    calibration: Floats,
    how: FineTuning,
    on_epoch: Callable[[int, float], None] = lambda _epoch, _loss: None,
) -> nn.Module:
    """A copy without batch norms whose float32 weights tolerate rounding; on_epoch is told each epoch's mean loss."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    faces = torch.from_numpy(calibration)
    teacher = folded(network, faces[:1]).to(device)
    student, faces = copy.deepcopy(teacher), faces.to(device)
    hooks = _round_activations(student, faces)
    _round_weights(student, how.bits)
    optimiser = torch.optim.Adam(student.parameters(), how.learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, how.epochs * -(-len(training) // how.batch))
    draw = torch.Generator().manual_seed(how.seed)
    for epoch in range(how.epochs):
        losses = []
        for images in _batches(training, how.batch, draw):
            losses.append(_learn(teacher, student, images.to(device), optimiser))
            schedule.step()
        on_epoch(epoch + 1, float(np.mean(losses)))
    for hook in hooks:
        hook.remove()
    return _unrounded(student).cpu().eval()


def fake_quantized(values: Tensor, step: Tensor, limit: int) -> Tensor:
    """The nearest of `limit` steps on each side of 0; the gradient passes straight through, except beyond the ends."""
    held = torch.clamp(values, -limit * step, limit * step)
    return held + (torch.round(held / step) * step - held).detach()


class RoundedWeight(nn.Module):
    """Eqs. 2–4 for each output channel, for torch's parametrizations; the gradient passes straight through.

    Weights that are 0 stay 0, because they were pruned.
    """

    def __init__(self, weight: Tensor, bits: int) -> None:
        super().__init__()
        self.bits, self.kept = bits, weight.detach() != 0

    def forward(self, weight: Tensor) -> Tensor:
        weight = weight * self.kept
        largest = weight.detach().abs().amax(dim=tuple(range(1, weight.dim())), keepdim=True)
        step = (largest * 2 / (2**self.bits - 1)).clamp(min=float(LEAST_STEP))
        limit = bound(self.bits)
        integers = torch.clamp(torch.round(weight / step), -limit, limit)
        return weight + (integers * step - weight).detach()


def _learn(teacher: nn.Module, student: nn.Module, images: Tensor, optimiser: torch.optim.Optimizer) -> float:
    with torch.no_grad():
        wanted = teacher(images).log_softmax(dim=1)
    loss = functional.kl_div(student(images).log_softmax(dim=1), wanted, log_target=True, reduction="batchmean")
    optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(student.parameters(), LARGEST_GRADIENT)
    optimiser.step()
    return loss.item()


def _batches(faces: LabelledFaces, size: int, draw: torch.Generator) -> Iterator[Tensor]:
    """All faces in a new order, half of them mirrored: float32 N×1×48×48, 0–255."""
    for chosen in torch.randperm(len(faces), generator=draw).split(size):
        images = torch.from_numpy(faces.images[chosen.numpy()]).unsqueeze(1).float()
        mirrored = torch.rand(len(images), 1, 1, 1, generator=draw) < 0.5
        yield torch.where(mirrored, images.flip(3), images)


def _convolutions(network: nn.Module) -> list[nn.Conv2d]:
    return [module for module in network.modules() if isinstance(module, nn.Conv2d)]


def _round_weights(network: nn.Module, bits: int) -> None:
    for module in _convolutions(network):
        parametrize.register_parametrization(module, WEIGHT, RoundedWeight(module.weight, bits))


def _unrounded(network: nn.Module) -> nn.Module:
    for module in _convolutions(network):
        parametrize.remove_parametrizations(module, WEIGHT, leave_parametrized=False)
    return network


@torch.no_grad()
def _round_activations(network: nn.Module, faces: Tensor) -> list[torch.utils.hooks.RemovableHandle]:
    """Round the input and output of each convolution, scaled to the largest magnitude on these faces."""
    read, made = _largest(network, faces)
    limit, levels = bound(MOST_BITS), 2**MOST_BITS - 1
    hooks = []
    for module in _convolutions(network):
        steps = [(seen[module] * 2 / levels).clamp(min=float(LEAST_STEP)) for seen in (read, made)]
        hooks.append(module.register_forward_pre_hook(lambda _, x, step=steps[0]: (fake_quantized(x[0], step, limit),)))
        hooks.append(module.register_forward_hook(lambda _, __, y, step=steps[1]: fake_quantized(y, step, limit)))
    return hooks


def _largest(network: nn.Module, faces: Tensor) -> tuple[dict[nn.Module, Tensor], dict[nn.Module, Tensor]]:
    """The largest magnitudes of each convolution's input and output."""
    read = {module: torch.zeros((), device=faces.device) for module in _convolutions(network)}
    made = dict(read)

    def note(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        read[module] = torch.maximum(read[module], inputs[0].abs().amax())
        made[module] = torch.maximum(made[module], output.abs().amax())

    hooks = [module.register_forward_hook(note) for module in _convolutions(network)]
    for batch in faces.split(CALIBRATION_BATCH):
        network(batch)
    for hook in hooks:
        hook.remove()
    return read, made
