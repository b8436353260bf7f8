"""Training from beginning to end: data, recipe and machine come together, the run goes, and its pictures are drawn."""

from __future__ import annotations

from pathlib import Path

import torch
from fer_wire.emotions import EMOTIONS
from torch import nn

from fer_models.evaluation import score
from fer_models.network.networks import Network
from fer_models.plots import confusion_matrix, training_curves
from fer_models.training.datasets import DataSources, training_and_held_out
from fer_models.training.machine import MachineOptions
from fer_models.training.run import RunObserver, TrainingRun
from fer_models.training.starting_point import StartingPoint
from fer_models.training.tensors import FaceTensors
from fer_models.training.trainer import Pruning, Trainer
from fer_models.training.validation import logits_of

CURVES, CONFUSION = "curves.png", "confusion.png"


def run_training(
    folder: Path,
    options: MachineOptions,
    sources: DataSources,
    start: StartingPoint,
    observer: RunObserver,
    *,
    teacher: nn.Module | None = None,
    pruning: Pruning | None = None,
) -> Network:
    """Train in the folder until the recipe ends, and draw the run; returns the averaged model.

    start: the recipe, the network to train (in place), and how it was made. A run that was begun in the folder is
    resumed. Raises UsageError, DatasetError, TrainingError or Interrupted.
    """
    machine = options.machine()
    learned, held_out = training_and_held_out(sources, start.recipe, machine.device, observer.step)
    if teacher is not None:
        teacher.to(machine.device, memory_format=torch.channels_last).eval()  # type: ignore[call-overload]  # torch's stub lacks it
    trainer = Trainer(start.recipe, learned, start.model, teacher, pruning, machine)
    run = TrainingRun(trainer, held_out, folder, start.unpruned, list(start.commands))
    trained = run.fit(observer)
    training_curves(run.history, folder / CURVES)
    if held_out is not None:
        _draw_confusion(trained, held_out, folder)
    return trained


def _draw_confusion(model: Network, held_out: FaceTensors, folder: Path) -> None:
    predictions = logits_of(model, held_out).argmax(1)
    found = score(held_out.labels.cpu().numpy(), predictions.cpu().numpy())
    title = f"Held-out training images: {100 * found.accuracy:.1f} %"
    confusion_matrix(found.confusion, EMOTIONS, folder / CONFUSION, title)
