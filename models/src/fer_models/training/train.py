"""One training session: sources, recipe and machine put together, run, and its pictures drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from fer_wire.emotions import EMOTIONS
from torch import nn

from fer_models.errors import UsageError
from fer_models.evaluation import score
from fer_models.network.compression import Counted
from fer_models.network.xception import Xception
from fer_models.plots import confusion_matrix, training_curves
from fer_models.training.datasets import DataSources, training_and_held_out
from fer_models.training.recipe import Recipe
from fer_models.training.run import RunObserver, TrainingRun
from fer_models.training.tensors import FaceTensors
from fer_models.training.trainer import Machine, Pruning, Trainer

AUTO, CPU, CUDA = "auto", "cpu", "cuda"
FP32, BF16 = "fp32", "bf16"
BF16_INSTRUCTIONS = ("avx512_bf16", "amx_bf16")
CURVES, CONFUSION = "curves.png", "confusion.png"


@dataclass(frozen=True)
class Place:
    """Where a session runs: its folder, and the machine as the command's options name it."""

    folder: Path
    device: str = AUTO
    precision: str = AUTO
    compiled: bool = False
    threads: int = 0

    def machine(self) -> Machine:
        """The device and precision; raises UsageError when they are not to be had."""
        if self.threads:
            torch.set_num_threads(self.threads)
        device = torch.device(self._device())
        if self.precision not in (AUTO, FP32, BF16):
            raise UsageError(f"There is no precision {self.precision!r}; choose {AUTO}, {FP32} or {BF16}.")
        bfloat16 = self.precision == BF16 or (self.precision == AUTO and _multiplies_bfloat16(device))
        return Machine(device, bfloat16, self.compiled)

    def _device(self) -> str:
        has_cuda = torch.cuda.is_available()
        if self.device == AUTO:
            return CUDA if has_cuda else CPU
        if self.device not in (CPU, CUDA) or (self.device == CUDA and not has_cuda):
            offered = f"{CPU} or {CUDA}" if has_cuda else CPU
            raise UsageError(f"There is no device {self.device!r} here; choose {AUTO} or {offered}.")
        return self.device


def run_training(
    place: Place,
    sources: DataSources,
    recipe: Recipe,
    model: Xception,
    watch: RunObserver,
    *,
    teacher: nn.Module | None = None,
    pruning: Pruning | None = None,
    unpruned: Counted | None = None,
    commands: Sequence[str] = (),
) -> Xception:
    """Train the model in the place's folder to the recipe's end and draw the run; returns the averaged model."""
    machine = place.machine()
    chosen, held_out = training_and_held_out(sources, recipe, machine.device, watch.step)
    if teacher is not None:
        teacher.to(machine.device, memory_format=torch.channels_last).eval()  # type: ignore[call-overload]  # torch's stub lacks it
    learner = Trainer(recipe, chosen, model, teacher, pruning, machine)
    training = TrainingRun(learner, held_out, place.folder, unpruned, list(commands))
    trained = training.fit(watch)
    training_curves(training.history, place.folder / CURVES)
    if held_out is not None:
        _draw_confusion(trained, held_out, place.folder)
    return trained


def _multiplies_bfloat16(device: torch.device) -> bool:
    """Whether the device has instructions for it; without them a CPU is slower in bfloat16 than in float32."""
    if device.type == CUDA:
        return True
    has = torch.cpu.get_capabilities()
    return any(has.get(name) for name in BF16_INSTRUCTIONS)


@torch.inference_mode()
def predictions(model: Xception, deck: FaceTensors, batch: int = 256) -> torch.Tensor:
    """The most probable emotion of each face: int64 N on the CPU."""
    model.eval()
    parts = [model(deck.images[at : at + batch].float()).argmax(1) for at in range(0, len(deck), batch)]
    return torch.cat(parts).cpu()


def _draw_confusion(model: Xception, held_out: FaceTensors, folder: Path) -> None:
    found = score(held_out.labels.cpu().numpy(), predictions(model, held_out).numpy())
    title = f"Held-out training images: {100 * found.accuracy:.1f} %"
    confusion_matrix(found.confusion, EMOTIONS, folder / CONFUSION, title)
