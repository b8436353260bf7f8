"""A training run in its folder: the loop, its log, and a state that survives a kill at any moment."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from fer_models.errors import Interrupted, TrainingError
from fer_models.network.compression import Counted, compression, counted
from fer_models.network.xception import Xception
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
    """Who looks on while a run goes."""

    def step(self, step: int, steps: int) -> None:
        """One batch was learned; step counts from 1."""

    def epoch(self, entry: dict[str, Any]) -> None:
        """One epoch was learned, measured and saved."""


class TrainingRun:
    """One learner in one directory, and its place in the schedule.

    unpruned: what the network held before any pruning, which the compression ratio compares with; by default it is
    the model's. commands: those that made the model, this run's included. held_out: None where nothing is measured.
    Raises TrainingError when there are too few images for one batch.
    """

    def __init__(
        self,
        learner: Trainer,
        held_out: FaceTensors | None,
        directory: Path,
        unpruned: Counted | None = None,
        commands: list[str] | None = None,
    ) -> None:
        _check_size(learner, held_out)
        self.learner, self.held_out, self.directory = learner, held_out, directory
        self.recipe, self.steps, self.steps_per_epoch = learner.recipe, learner.steps, learner.steps_per_epoch
        self.unpruned, self.commands = unpruned or counted(learner.model), commands or []
        self.step, self.loss_sum, self.seconds, self.history = 0, 0.0, 0.0, list[dict[str, Any]]()

    def fit(self, watch: RunObserver) -> Xception:
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
        self._end()
        return self.learner.average.module  # type: ignore[no-any-return]  # AveragedModel.module is untyped

    @property
    def epoch(self) -> int:
        """The epoch of the next step, counted from 0."""
        return self.step // self.steps_per_epoch

    def _end(self) -> None:
        """Temper the averaged model where the recipe says so, once, however often the last steps are gone through."""
        last, model = self.history[-1], self.learner.average.module
        temperature = None if TEMPERATURE in last else self._temperature(model, last["px"])
        if temperature is None:
            return
        scale_logits(model.classifier, temperature)
        last[TEMPERATURE] = round(temperature, 4)
        if self.held_out is not None:
            last["held_out_loss"] = round(validate(model, self.held_out, last["px"])[1], 4)
        self._save()

    def _temperature(self, model: Xception, px: int) -> float | None:
        if self.recipe.logit_temperature:
            return self.recipe.logit_temperature
        if not self.recipe.tempered or self.held_out is None:
            return None
        return fit_temperature(logits_of(model, self.held_out, px), self.held_out.labels)

    def _at_epoch_end(self) -> bool:
        return self.step % self.steps_per_epoch == 0

    def _advance(self, watch: RunObserver) -> None:
        started = time.monotonic()
        self.loss_sum += self.learner.learn(self.step)
        self.step += 1
        self.seconds += time.monotonic() - started
        if self.step % STEPS_BETWEEN_CHECKS == 0 or self._at_epoch_end():
            self._check_loss()
        if self._at_epoch_end():
            self._close_epoch()
        watch.step(self.step, self.steps)

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
        entry = {
            "epoch": self.epoch,
            "px": px,
            "train_loss": round(float(self.loss_sum) / self.steps_per_epoch, 4),
            **self._held_out_figures(px),
            "learning_rate": round(self.learner.schedule.get_last_lr()[0], 8),
            "seconds": round(self.seconds, 1),
        }
        self.history.append(entry)
        self.loss_sum, self.seconds = 0.0, 0.0

    def _held_out_figures(self, px: int) -> dict[str, float]:
        if self.held_out is None:
            return {}
        accuracy, loss = validate(self.learner.average, self.held_out, px)
        live_accuracy, _ = validate(self.learner.model, self.held_out, px)
        figures = {"held_out_loss": loss, "held_out_accuracy": accuracy, "live_accuracy": live_accuracy}
        return {name: round(value, 4) for name, value in figures.items()}

    def _tell(self, watch: RunObserver) -> None:
        if self._at_epoch_end():
            watch.epoch(self.history[-1])

    def _save(self) -> None:
        self._check_loss()
        write_checkpoint(self._state(), self.directory / CHECKPOINT)
        entries = [*({"command": each} for each in self.commands[-1:]), *self.history]
        write_whole(self.directory / LOG, "".join(json.dumps(each) + "\n" for each in entries))

    def _state(self) -> State:
        return {
            **self.learner.state(),
            "recipe": self.recipe.as_dict(),
            "config": asdict(self.recipe.network),
            "step": self.step,
            "steps": self.steps,
            "loss_sum": float(self.loss_sum),
            "seconds": self.seconds,
            "history": self.history,
            "unpruned": self.unpruned,
            "compression": compression(self.unpruned, counted(self.learner.average.module)),
            "commands": self.commands,
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
        self.learner.load(state)
        self.step, self.loss_sum, self.seconds = state["step"], state["loss_sum"], state["seconds"]
        self.history = state["history"]


def _check_size(learner: Trainer, held_out: FaceTensors | None) -> None:
    if not learner.steps_per_epoch or (held_out is not None and not len(held_out)):
        beside = "" if held_out is None else f" and {len(held_out)} held-out"
        raise TrainingError(
            f"{len(learner.train)} training{beside} images are too few; at least {learner.recipe.batch} to learn from, "
            "and 1 to watch by, are needed."
        )
