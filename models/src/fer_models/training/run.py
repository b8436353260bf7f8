"""A training run in its folder: the loop over the steps, the log, and a checkpoint that survives a kill."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from fer_models.errors import Interrupted, TrainingError
from fer_models.network.compression import Counted, compression, counted
from fer_models.network.networks import Network
from fer_models.staging import write_whole
from fer_models.training.checkpoint import CHECKPOINT, State, read_checkpoint, write_checkpoint
from fer_models.training.interruption import Interruption
from fer_models.training.recipe import Recipe
from fer_models.training.temperature_scaling import fit_temperature, scale_logits
from fer_models.training.tensors import FaceTensors
from fer_models.training.trainer import Trainer
from fer_models.training.validation import logits_of, validate

LOG = "log.jsonl"
SAVE_EVERY_S = 60.0
STEPS_BETWEEN_CHECKS = 10
TEMPERATURE = "temperature"


class RunObserver(Protocol):
    """Follows a run: a display, or a test."""

    def step(self, step: int, steps: int) -> None:
        """One batch was learned; steps count from 1."""

    def epoch(self, entry: dict[str, Any]) -> None:
        """One epoch was learned, measured and saved; entry is its line of the log."""


class TrainingRun:
    """One trainer in one folder, and how far it is."""

    def __init__(
        self,
        trainer: Trainer,
        held_out: FaceTensors | None,
        folder: Path,
        unpruned: Counted | None = None,
        commands: list[str] | None = None,
    ) -> None:
        """held_out: the faces that each epoch is measured on; None measures nothing.

        unpruned: what the network had before any pruning, for the compression ratio; by default what it has now.
        commands: those that made the model, this run's last. Raises TrainingError when there are too few faces.
        """
        _check_size(trainer, held_out)
        self.trainer, self.held_out, self.folder = trainer, held_out, folder
        self.recipe, self.steps_per_epoch = trainer.recipe, trainer.steps_per_epoch
        self.steps = self.recipe.last_epoch * self.steps_per_epoch
        self.unpruned, self.commands = unpruned or counted(trainer.model), commands or []
        self.step, self.loss_sum, self.seconds, self.history = 0, 0.0, 0.0, list[dict[str, Any]]()

    def fit(self, observer: RunObserver) -> Network:
        """Train to the last step, saving every minute and after every epoch; returns the averaged model.

        Raises TrainingError when the loss is not a finite number; Interrupted after Ctrl-C, when everything is saved.
        """
        self._resume()
        saved = time.monotonic()
        with Interruption() as interruption:
            while self.step < self.steps:
                self._advance(observer)
                if self._at_epoch_end() or interruption.asked or time.monotonic() - saved > SAVE_EVERY_S:
                    self._save()
                    saved = time.monotonic()
                    self._tell(observer)
                if interruption.asked and self.step < self.steps:
                    raise Interrupted(
                        f"Stopped in epoch {self.epoch + 1} of {self.recipe.last_epoch}; everything is saved in "
                        f"{self.folder / CHECKPOINT}. Repeat the command to go on."
                    )
        self._end()
        return self.trainer.average.module  # type: ignore[no-any-return]  # AveragedModel.module is untyped

    @property
    def epoch(self) -> int:
        """The epoch of the next step, counted from 0."""
        return self.step // self.steps_per_epoch

    def _end(self) -> None:
        """Scale the averaged model's logits if the recipe says so; once, however often the end is reached."""
        last, model = self.history[-1], self.trainer.average.module
        temperature = None if TEMPERATURE in last else self._temperature(model, last["px"])
        if temperature is None:
            return
        scale_logits(model.classifier, temperature)
        last[TEMPERATURE] = round(temperature, 4)
        if self.held_out is not None:
            last["held_out_loss"] = round(validate(model, self.held_out, last["px"])[1], 4)
        self._save()

    def _temperature(self, model: Network, px: int) -> float | None:
        if self.recipe.logit_temperature:
            return self.recipe.logit_temperature
        if not self.recipe.tempered or self.held_out is None:
            return None
        return fit_temperature(logits_of(model, self.held_out, px), self.held_out.labels)

    def _at_epoch_end(self) -> bool:
        return self.step % self.steps_per_epoch == 0

    def _advance(self, observer: RunObserver) -> None:
        started = time.monotonic()
        self.loss_sum += self.trainer.learn(self.step)
        self.step += 1
        self.seconds += time.monotonic() - started
        if self.step % STEPS_BETWEEN_CHECKS == 0 or self._at_epoch_end():
            self._check_loss()
        if self._at_epoch_end():
            self._close_epoch()
        observer.step(self.step, self.steps)

    def _check_loss(self) -> None:
        loss = float(self.loss_sum)
        if not abs(loss) < float("inf"):
            raise TrainingError(
                f"The loss became {loss} in epoch {(self.step - 1) // self.steps_per_epoch + 1} of {self.folder}; "
                "train again with a lower --learning-rate or another --seed, into another --out. If that fails too, "
                "look at the images."
            )

    def _close_epoch(self) -> None:
        px = self.recipe.px(self.epoch - 1)
        entry = {
            "epoch": self.epoch,
            "px": px,
            "train_loss": round(float(self.loss_sum) / self.steps_per_epoch, 4),
            **self._held_out_figures(px),
            "learning_rate": round(self.trainer.schedule.get_last_lr()[0], 8),
            "seconds": round(self.seconds, 1),
        }
        self.history.append(entry)
        self.loss_sum, self.seconds = 0.0, 0.0

    def _held_out_figures(self, px: int) -> dict[str, float]:
        if self.held_out is None:
            return {}
        accuracy, loss = validate(self.trainer.average, self.held_out, px)
        live_accuracy, _ = validate(self.trainer.model, self.held_out, px)
        figures = {"held_out_loss": loss, "held_out_accuracy": accuracy, "live_accuracy": live_accuracy}
        return {name: round(value, 4) for name, value in figures.items()}

    def _tell(self, observer: RunObserver) -> None:
        if self._at_epoch_end():
            observer.epoch(self.history[-1])

    def _save(self) -> None:
        self._check_loss()
        write_checkpoint(self._state(), self.folder / CHECKPOINT)
        entries = [*({"command": each} for each in self.commands[-1:]), *self.history]
        write_whole(self.folder / LOG, "".join(json.dumps(each) + "\n" for each in entries))

    def _state(self) -> State:
        return {
            **self.trainer.state(),
            "recipe": self.recipe.as_dict(),
            "config": asdict(self.recipe.network),
            "step": self.step,
            "steps": self.steps,
            "loss_sum": float(self.loss_sum),
            "seconds": self.seconds,
            "history": self.history,
            "unpruned": self.unpruned,
            "compression": compression(self.unpruned, counted(self.trainer.average.module)),
            "commands": self.commands,
        }

    def _resume(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / CHECKPOINT
        if not path.exists():
            return
        state = read_checkpoint(path)
        if Recipe.from_dict(state["recipe"]) != self.recipe or state["steps"] != self.steps:
            raise TrainingError(
                f"{path} was made with a different recipe or different images; repeat that run's options, or give "
                "another --out folder."
            )
        self.trainer.load(state)
        self.step, self.loss_sum, self.seconds = state["step"], state["loss_sum"], state["seconds"]
        self.history = state["history"]


def _check_size(trainer: Trainer, held_out: FaceTensors | None) -> None:
    if not trainer.steps_per_epoch or (held_out is not None and not len(held_out)):
        beside = "" if held_out is None else f" and {len(held_out)} held-out"
        raise TrainingError(
            f"{len(trainer.train)} training{beside} images are too few; give data with at least {trainer.recipe.batch} "
            "to learn from and 1 to hold out."
        )
