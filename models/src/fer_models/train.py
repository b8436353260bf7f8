"""The training loop: one-cycle SGD, an average of the weights, and a state that survives a kill at any moment."""

from __future__ import annotations

import json
import time
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from fer_models.checkpoint import CHECKPOINT, State, read_checkpoint, write_checkpoint
from fer_models.data.augment import augment
from fer_models.data.faces import FACE_PX
from fer_models.deck import Deck
from fer_models.distill import distance, soft_cross_entropy
from fer_models.errors import Interrupted, TrainingError
from fer_models.interruption import Interruption
from fer_models.prune.ratio import Counted, compression, counted
from fer_models.recipe import Recipe
from fer_models.xception import Xception, initialise

LOG = "log.jsonl"
SAVE_EVERY_S = 60.0
STEPS_BETWEEN_CHECKS = 10
SEEDS_PER_RUN = 1_000_003
GRADIENT_NORM = 5.0


class Pruning(Protocol):
    """What pruning does inside training; progress runs from 0 to 1 over the run."""

    def after_backward(self, model: Xception, progress: float) -> None:
        """Change the gradients, before the optimiser uses them."""

    def after_step(self, model: Xception, average: Xception, progress: float) -> None:
        """Change the weights and their average, after the optimiser did."""


class Watch(Protocol):
    """Who looks on while a run goes."""

    def step(self, step: int, steps: int) -> None:
        """One batch was learned; step counts from 1."""

    def epoch(self, entry: dict[str, Any]) -> None:
        """One epoch was learned, measured and saved."""


@dataclass(frozen=True)
class Machine:
    """Where a run computes, which never changes what it learns beyond rounding."""

    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    bfloat16: bool = False
    compiled: bool = False

    def autocast(self) -> AbstractContextManager[Any]:
        """Mixed precision, where it is wanted."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.bfloat16)


@dataclass
class Run:
    """One training run in one directory: its model, optimiser, average and place in the schedule.

    unpruned: what the network held before any pruning, which the compression ratio compares with; by default it is
    the model's. commands: those that made the model, this run's included.
    Raises TrainingError when there are too few images for one batch.
    """

    recipe: Recipe
    train: Deck
    held_out: Deck
    directory: Path
    model: Xception
    teacher: Xception | None = None
    pruning: Pruning | None = None
    machine: Machine = field(default_factory=Machine)
    unpruned: Counted = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.unpruned = self.unpruned or counted(self.model)
        self.steps_per_epoch = _steps_per_epoch(self.recipe, self.train, self.held_out)
        self.steps = self.recipe.epochs * self.steps_per_epoch
        self.model.to(self.machine.device, memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub lacks it
        self.forward = torch.compile(self.model) if self.machine.compiled else self.model
        rate = self.recipe.peak_learning_rate
        self.optimiser = torch.optim.SGD(
            self.model.parameters(), rate, 0.9, weight_decay=self.recipe.weight_decay, nesterov=True
        )
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimiser, rate, max(self.steps, 2), pct_start=self.recipe.warm_up
        )
        averaging = get_ema_multi_avg_fn(self.recipe.ema_decay)
        self.average = AveragedModel(self.model, multi_avg_fn=averaging, use_buffers=True)
        self.step, self.loss_sum, self.seconds, self.history = 0, 0.0, 0.0, list[dict[str, Any]]()

    def fit(self, watch: Watch) -> Xception:
        """Train to the last step, saving each minute and after each epoch; returns the averaged model.

        Raises TrainingError when the loss is not a number, Interrupted after Ctrl-C, when all is saved.
        """
        self._resume()
        saved = time.monotonic()
        with Interruption() as interruption:
            while self.step < self.steps:
                self._advance(watch)
                if self._at_epoch_end() or interruption.asked or time.monotonic() - saved > SAVE_EVERY_S:
                    self._save()
                    saved = time.monotonic()
                    self._tell(watch)
                if interruption.asked and self.step < self.steps:
                    raise Interrupted(
                        f"Stopped in epoch {self.epoch + 1} of {self.recipe.epochs}; {self.directory / CHECKPOINT} has "
                        "all of it. Give the same command to go on."
                    )
        return self.average.module  # type: ignore[no-any-return]  # AveragedModel.module is untyped

    @property
    def epoch(self) -> int:
        """The epoch of the next step, counted from 0."""
        return self.step // self.steps_per_epoch

    def _at_epoch_end(self) -> bool:
        return self.step % self.steps_per_epoch == 0

    def _advance(self, watch: Watch) -> None:
        started = time.monotonic()
        loss = self._learn(*self._batch())
        self.step += 1
        self.loss_sum += loss.detach()
        self.seconds += time.monotonic() - started
        if self.step % STEPS_BETWEEN_CHECKS == 0 or self._at_epoch_end():
            self._check_loss()
        if self._at_epoch_end():
            self._close_epoch()
        watch.step(self.step, self.steps)

    def _batch(self) -> tuple[Tensor, Tensor, Tensor]:
        """All chance is drawn from (seed, step), so that a resumed run draws what an unbroken one does."""
        in_epoch = self.step % self.steps_per_epoch
        shuffle = torch.Generator().manual_seed(self.recipe.seed * SEEDS_PER_RUN + self.epoch)
        order = torch.randperm(len(self.train), generator=shuffle)
        chosen = order[in_epoch * self.recipe.batch : (in_epoch + 1) * self.recipe.batch].to(self.machine.device)
        draw = torch.Generator(self.machine.device).manual_seed(self.recipe.seed * SEEDS_PER_RUN + self.step)
        torch.manual_seed(self.recipe.seed * SEEDS_PER_RUN + self.step)  # for dropout
        images = augment(self.train.images[chosen].float(), self.recipe.augmentation, draw)
        images = at_size(images, self.recipe.px(self.epoch)).contiguous(memory_format=torch.channels_last)
        return images, self.train.targets[chosen], self.train.weights[chosen]

    def _learn(self, images: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
        self.model.train()
        with self.machine.autocast():
            logits = self.forward(images)
        loss = (self._losses(logits.float(), images, targets) * weights).mean()
        self.optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), GRADIENT_NORM)
        progress = self.step / self.steps
        if self.pruning:
            self.pruning.after_backward(self.model, progress)
        self.optimiser.step()
        self.schedule.step()
        self.average.update_parameters(self.model)
        if self.pruning:
            self.pruning.after_step(self.model, self.average.module, progress)
        return loss

    def _losses(self, logits: Tensor, images: Tensor, targets: Tensor) -> Tensor:
        losses = soft_cross_entropy(logits, targets)
        if self.teacher is None:
            return losses
        with torch.inference_mode(), self.machine.autocast():
            teacher_logits = self.teacher(images).float()
        return torch.lerp(
            losses,
            distance(logits, teacher_logits, self.recipe.temperature),
            torch.tensor(self.recipe.teacher_share, device=losses.device),
        )

    def _check_loss(self) -> None:
        loss = float(self.loss_sum)
        if not abs(loss) < float("inf"):
            raise TrainingError(
                f"The loss became {loss} in epoch {(self.step - 1) // self.steps_per_epoch + 1} of {self.directory}; "
                "train again with a lower --learning-rate or another --seed and another --out, and look at the images "
                "if that fails too."
            )

    def _close_epoch(self) -> None:
        px = self.recipe.px(self.epoch - 1)
        accuracy, loss = measure(self.average, self.held_out, px)
        live_accuracy, _ = measure(self.model, self.held_out, px)
        entry = {
            "epoch": self.epoch,
            "px": px,
            "train_loss": round(float(self.loss_sum) / self.steps_per_epoch, 4),
            "held_out_loss": round(loss, 4),
            "held_out_accuracy": round(accuracy, 4),
            "live_accuracy": round(live_accuracy, 4),
            "learning_rate": round(self.schedule.get_last_lr()[0], 8),
            "seconds": round(self.seconds, 1),
        }
        self.history.append(entry)
        self.loss_sum, self.seconds = 0.0, 0.0

    def _tell(self, watch: Watch) -> None:
        if self._at_epoch_end():
            watch.epoch(self.history[-1])

    def _save(self) -> None:
        self._check_loss()
        write_checkpoint(self._state(), self.directory / CHECKPOINT)
        entries = [*({"command": each} for each in self.commands[-1:]), *self.history]
        (self.directory / LOG).write_text("".join(json.dumps(each) + "\n" for each in entries), encoding="utf-8")

    def _state(self) -> State:
        return {
            "unpruned": self.unpruned,
            "compression": compression(self.unpruned, counted(self.average.module)),
            "commands": self.commands,
            "recipe": self.recipe.as_dict(),
            "config": asdict(self.model.config),
            "step": self.step,
            "steps": self.steps,
            "loss_sum": float(self.loss_sum),
            "seconds": self.seconds,
            "history": self.history,
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict(),
        }

    def _resume(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        path = self.directory / CHECKPOINT
        if not path.exists():
            return
        state = read_checkpoint(path)
        if Recipe.from_dict(state["recipe"]) != self.recipe or state["steps"] != self.steps:
            raise TrainingError(
                f"{path} was made with another recipe or other images; give the same options or another --out folder."
            )
        self.step, self.loss_sum, self.seconds = state["step"], state["loss_sum"], state["seconds"]
        self.history = state["history"]
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.schedule.load_state_dict(state["schedule"])


def new_model(recipe: Recipe) -> Xception:
    """A network with fresh weights, drawn from the recipe's seed."""
    torch.manual_seed(recipe.seed)
    model = Xception(recipe.network)
    initialise(model)
    return model


def at_size(images: Tensor, px: int) -> Tensor:
    """N×1×H×W pictures to N×1×px×px, smoothed as they shrink."""
    if images.shape[-1] == px:
        return images
    return functional.interpolate(images, size=(px, px), mode="bilinear", antialias=True)


@torch.inference_mode()
def measure(model: nn.Module, deck: Deck, px: int = FACE_PX, batch: int = 256) -> tuple[float, float]:
    """(share of faces, 0–1, whose most probable emotion is the label; mean cross entropy in nats), single view."""
    model.eval()
    right, loss = 0, 0.0
    for start in range(0, len(deck), batch):
        part = slice(start, start + batch)
        logits = model(at_size(deck.images[part].float(), px)).float()
        right += int((logits.argmax(1) == deck.labels[part]).sum())
        loss += float(functional.cross_entropy(logits, deck.labels[part], reduction="sum"))
    return right / len(deck), loss / len(deck)


def as_input(images: Any) -> Tensor:
    """uint8 N×48×48 to the contract's float32 N×1×48×48, 0–255."""
    return torch.from_numpy(images).unsqueeze(1).float()


def _steps_per_epoch(recipe: Recipe, train: Deck, held_out: Deck) -> int:
    steps = len(train) // recipe.batch
    if not steps or not len(held_out):
        raise TrainingError(
            f"{len(train)} training and {len(held_out)} held-out images are too few; "
            f"at least {recipe.batch} and 1 are needed."
        )
    return steps
