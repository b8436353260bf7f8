"""One training run in its folder: steps, averaged weights, a log, and a checkpoint that survives a kill."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import nn

from fer_models.errors import Interrupted, TrainingError
from fer_models.eyes.learning.average import Average
from fer_models.eyes.learning.checkpoint import AVERAGE, CHECKPOINT, KIND, State, read_state, write_state
from fer_models.eyes.learning.schedule import Plan
from fer_models.staging import write_whole
from fer_models.training.interruption import Interruption

LOG = "log.jsonl"
SAVE_EVERY_S = 120.0
LOG_EVERY_STEPS = 200
MEASURE_EVERY_LOGS = 10

Figures = dict[str, float]


class Lesson(Protocol):
    """What a run teaches: where its samples come from, and how the network is judged."""

    kind: str

    def loss(self, model: nn.Module, count: int, rng: np.random.Generator) -> tuple[torch.Tensor, Figures]:
        """The loss over so many new samples, and its parts."""

    def measured(self, model: nn.Module) -> Figures:
        """How the averaged network does on a few held-out pictures."""


class LearningRun:
    """A network, its average and optimiser in one folder, resumed where the folder has a checkpoint.

    begin_with: fills the network of a run whose folder has none.
    """

    def __init__(
        self,
        lesson: Lesson,
        model: nn.Module,
        plan: Plan,
        folder: Path,
        begin_with: Callable[[nn.Module], None] | None = None,
    ) -> None:
        self.lesson, self.plan, self.folder = lesson, plan, folder
        self.model = model.train().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = Average(self.model)
        self.optimiser = torch.optim.AdamW(_groups(self.model, plan.weight_decay), lr=plan.peak_rate)
        self.seen, self.step, self.seconds = 0, 0, 0.0
        self.history: list[dict[str, Any]] = []
        self._sums, self._counted, self._since = dict[str, float](), 0, 0.0
        self._resume(begin_with)

    def fit(self, watch: Callable[[int, int], None], tell: Callable[[dict[str, Any]], None]) -> nn.Module:
        """Learn up to the plan's samples; returns the averaged network.

        watch is told samples seen and in all, tell each entry of the log. Raises TrainingError when the loss is no
        number, Interrupted after Ctrl-C or kill, when all is saved.
        """
        saved = time.monotonic()
        with Interruption() as interruption:
            while self.seen < self.plan.samples:
                self._learn()
                watch(self.seen, self.plan.samples)
                done = self.seen >= self.plan.samples
                if self.step % LOG_EVERY_STEPS == 0 or done:
                    tell(self._logged(measure=done or len(self.history) % MEASURE_EVERY_LOGS == 0))
                if done or interruption.asked or time.monotonic() - saved > SAVE_EVERY_S:
                    self.save()
                    saved = time.monotonic()
                if interruption.asked and not done:
                    raise Interrupted(f"Stopped and saved after {self.seen} samples; give the same command to go on.")
        return self.average.model

    def save(self) -> None:
        """Write checkpoint and log."""
        state: State = {
            KIND: self.lesson.kind,
            AVERAGE: self.average.model.state_dict(),
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "plan": self.plan.as_dict(),
            "seen": self.seen,
            "step": self.step,
            "seconds": self.seconds,
            "history": self.history,
        }
        write_state(self.folder / CHECKPOINT, state)
        write_whole(self.folder / LOG, "".join(json.dumps(entry) + "\n" for entry in self.history))

    def _learn(self) -> None:
        started = time.monotonic()
        rate = self.plan.rate(self.seen)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        rng = np.random.default_rng([self.plan.seed, self.seen])
        loss, figures = self.lesson.loss(self.model, self.plan.batch, rng)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        norm = float(nn.utils.clip_grad_norm_(self.model.parameters(), self.plan.gradient))
        if not np.isfinite(norm):
            raise TrainingError(
                f"The loss is no number after {self.seen} samples; "
                f"take away {self.folder} and train with a lower --rate."
            )
        self.optimiser.step()
        self.average.follow(self.model, self.plan.keep(self.step))
        self.seen, self.step = self.seen + self.plan.batch, self.step + 1
        self._count({"loss": float(loss.detach()), **figures}, time.monotonic() - started)

    def _count(self, figures: Figures, seconds: float) -> None:
        for name, value in figures.items():
            self._sums[name] = self._sums.get(name, 0.0) + value
        self._counted += 1
        self._since += seconds
        self.seconds += seconds

    def _logged(self, *, measure: bool) -> dict[str, Any]:
        entry = {
            "seen": self.seen,
            **{name: round(total / self._counted, 4) for name, total in self._sums.items()},
            "rate": float(f"{self.plan.rate(self.seen):.3g}"),
            "seconds": round(self.seconds),
            "samples_per_s": round(self._counted * self.plan.batch / max(self._since, 1e-9), 1),
        }
        if measure:
            entry |= {name: round(value, 4) for name, value in self.lesson.measured(self.average.model).items()}
        self.history.append(entry)
        self._sums, self._counted, self._since = {}, 0, 0.0
        return entry

    def _resume(self, begin_with: Callable[[nn.Module], None] | None) -> None:
        path = self.folder / CHECKPOINT
        if path.is_file():
            state = read_state(path, self.lesson.kind)
            self.model.load_state_dict(state["model"])
            self.average.model.load_state_dict(state[AVERAGE])
            self.optimiser.load_state_dict(state["optimiser"])
            self.seen, self.step, self.seconds = state["seen"], state["step"], state["seconds"]
            self.history = state["history"]
            return
        if begin_with is not None:
            begin_with(self.model)
            self.average.model.load_state_dict(self.model.state_dict())
        self.folder.mkdir(parents=True, exist_ok=True)


def _groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Weights of convolutions decay; biases and normalizations do not."""
    weights = [each for each in model.parameters() if each.ndim > 1]
    others = [each for each in model.parameters() if each.ndim <= 1]
    return [{"params": weights, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]
