"""A plain training loop: one-cycle SGD, label smoothing, an average of the weights, resume after a kill."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from fer_models.data.augment import Augmentation, augment
from fer_models.data.faces import Faces
from fer_models.errors import TrainingError
from fer_models.xception import Xception, XceptionConfig, initialise, light

CHECKPOINT = "checkpoint.pt"
LOG = "log.jsonl"
STATE = ("recipe", "config", "epoch", "model", "average", "optimiser", "schedule")


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a run; a resumed run must have the same."""

    width: float = 0.25
    epochs: int = 30
    batch: int = 64
    peak_learning_rate: float = 0.1
    weight_decay: float = 5e-4
    label_smoothing: float = 0.1
    ema_decay: float = 0.998
    seed: int = 0
    augmentation: Augmentation = field(default_factory=Augmentation)


class Run:
    """One training run in one directory: its model, optimiser, average and place in the schedule."""

    def __init__(self, recipe: Recipe, train: Faces, held_out: Faces, directory: Path) -> None:
        self.recipe, self.train, self.held_out, self.directory = recipe, train, held_out, directory
        torch.manual_seed(recipe.seed)
        self.model = light(recipe.width).to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub lacks it
        initialise(self.model)
        self.optimiser = torch.optim.SGD(
            self.model.parameters(), recipe.peak_learning_rate, 0.9, weight_decay=recipe.weight_decay, nesterov=True
        )
        self.steps_per_epoch = _steps_per_epoch(recipe, train, held_out)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimiser, recipe.peak_learning_rate, recipe.epochs * self.steps_per_epoch, pct_start=0.25
        )
        self.average = AveragedModel(self.model, multi_avg_fn=get_ema_multi_avg_fn(recipe.ema_decay), use_buffers=True)
        self.epoch = 0

    def fit(self, on_epoch: Callable[[dict[str, Any]], None]) -> Xception:
        """Train to the last epoch, saving and logging after each; returns the averaged model.

        Raises TrainingError when the loss is not a number.
        """
        self._resume()
        while self.epoch < self.recipe.epochs:
            started = time.monotonic()
            loss = self._train_epoch()
            self.epoch += 1
            entry = {
                "epoch": self.epoch,
                "train_loss": round(loss, 4),
                "held_out_accuracy": round(accuracy(self.average, self.held_out), 4),
                "learning_rate": self.schedule.get_last_lr()[0],
                "seconds": round(time.monotonic() - started, 1),
            }
            self._save(entry)
            on_epoch(entry)
        return self.average.module  # type: ignore[no-any-return]  # AveragedModel.module is untyped

    def _train_epoch(self) -> float:
        self.model.train()
        seed = self.recipe.seed * 100_003 + self.epoch
        torch.manual_seed(seed)  # dropout draws from here, so a resumed run draws what an unbroken one does
        generator = torch.Generator().manual_seed(seed)
        losses = []
        for images, labels in self._batches(generator):
            loss = self._loss(augment(images, self.recipe.augmentation, generator), labels)
            if not torch.isfinite(loss):
                raise TrainingError(
                    f"The loss became {loss.item()} in epoch {self.epoch + 1} of {self.directory}; train again with "
                    "another --seed and another --out, and look at the images if that fails too."
                )
            self.optimiser.zero_grad()
            loss.backward()
            self.optimiser.step()
            self.schedule.step()
            self.average.update_parameters(self.model)
            losses.append(loss.item())
        return float(np.mean(losses))

    def _loss(self, images: Tensor, labels: Tensor) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            logits = self.model(images.contiguous(memory_format=torch.channels_last))
        return nn.functional.cross_entropy(logits.float(), labels, label_smoothing=self.recipe.label_smoothing)

    def _batches(self, generator: torch.Generator) -> Iterator[tuple[Tensor, Tensor]]:
        order = torch.randperm(len(self.train), generator=generator).numpy()
        for step in range(self.steps_per_epoch):
            chosen = order[step * self.recipe.batch : (step + 1) * self.recipe.batch]
            yield as_input(self.train.images[chosen]), torch.from_numpy(self.train.labels[chosen])

    def _save(self, entry: dict[str, Any]) -> None:
        state = {
            "recipe": asdict(self.recipe),
            "config": asdict(self.model.config),
            "epoch": self.epoch,
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict(),
        }
        partial = self.directory / (CHECKPOINT + ".partial")
        torch.save(state, partial)
        partial.replace(self.directory / CHECKPOINT)
        with (self.directory / LOG).open("a") as log:
            log.write(json.dumps(entry) + "\n")

    def _resume(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        path = self.directory / CHECKPOINT
        if not path.exists():
            return
        state = read_checkpoint(path)
        if state["recipe"] != asdict(self.recipe):
            raise TrainingError(f"{path} was made with another recipe; give the same options or another --out folder.")
        self.epoch = state["epoch"]
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.schedule.load_state_dict(state["schedule"])


def as_input(images: np.ndarray[Any, np.dtype[np.uint8]]) -> Tensor:
    """uint8 N×48×48 to the contract's float32 N×1×48×48, 0–255."""
    return torch.from_numpy(images).unsqueeze(1).float()


@torch.inference_mode()
def accuracy(model: nn.Module, faces: Faces, batch: int = 256) -> float:
    """Share of faces, 0–1, whose most probable emotion is the label."""
    model.eval()
    right = 0
    for start in range(0, len(faces), batch):
        logits = model(as_input(faces.images[start : start + batch]))
        right += int((logits.argmax(1).numpy() == faces.labels[start : start + batch]).sum())
    return right / len(faces)


def read_checkpoint(path: Path) -> dict[str, Any]:
    """The state that a run saved; raises TrainingError when the file is missing or damaged."""
    try:
        state: dict[str, Any] = torch.load(path, weights_only=True)
    except Exception as error:
        raise TrainingError(
            f"Cannot read the checkpoint {path} ({_first_line(error)}); train again or give another file."
        ) from error
    if not isinstance(state, dict) or set(STATE) - state.keys():
        raise TrainingError(f"{path} is no checkpoint of fer-models train; give the checkpoint.pt of its --out folder.")
    return state


def load_trained(path: Path) -> Xception:
    """The averaged model of a checkpoint, ready for inference."""
    state = read_checkpoint(path)
    model = Xception(XceptionConfig(**state["config"]))
    prefix = "module."
    weights = {k[len(prefix) :]: v for k, v in state["average"].items() if k.startswith(prefix)}
    model.load_state_dict(weights)
    return model.eval()


def _steps_per_epoch(recipe: Recipe, train: Faces, held_out: Faces) -> int:
    steps = len(train) // recipe.batch
    if not steps or not len(held_out):
        raise TrainingError(
            f"{len(train)} training and {len(held_out)} held-out images are too few; "
            f"at least {recipe.batch} and 1 are needed."
        )
    return steps


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
