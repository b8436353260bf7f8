"""Pruning from beginning to end: sparse learning, the cut, and fine-tuning with the unpruned network as teacher."""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

from fer_models.model_files.golden import golden_faces
from fer_models.model_files.runtime import Classifier
from fer_models.model_files.to_onnx import export_fp32
from fer_models.network.compression import CHANNELS, FILTERS, WEIGHTS, Counted, compression, counted
from fer_models.network.networks import Network
from fer_models.network.xception import parameter_counts
from fer_models.pruning.budget import ACCURACY_LOSS, RATIO
from fer_models.pruning.magnitude import MagnitudePruning
from fer_models.pruning.request import MAGNITUDE, PruningRequest
from fer_models.pruning.structured import SparseLearning, largest
from fer_models.training.checkpoint import CHECKPOINT, averaged, load_trained, read_checkpoint
from fer_models.training.datasets import DataSources, held_out_tensors, with_tutors
from fer_models.training.machine import MachineOptions
from fer_models.training.recipe import Recipe
from fer_models.training.run import RunObserver
from fer_models.training.starting_point import StartingPoint
from fer_models.training.train import run_training
from fer_models.training.trainer import Pruning
from fer_models.training.validation import validate

OUTCOME = "prune.json"
SPARSE, STEP = "sparse", "step-{}"
RATIO_OF_A_STEP = 1.25
MOST_STEPS = 12

Display = Callable[[str], AbstractContextManager[RunObserver]]
"""Given a title, shows the run that follows."""


class Pruner:
    """Prunes one checkpoint into another, in the request's folder; a part that was stopped is resumed."""

    def __init__(
        self, request: PruningRequest, sources: DataSources, options: MachineOptions, display: Display
    ) -> None:
        """Raises TrainingError when the checkpoint cannot be read, UsageError when it cannot be pruned as asked."""
        request.check()
        state = read_checkpoint(request.checkpoint)
        recipe = request.recipe(Recipe.from_dict(state["recipe"]))
        self.request, self.sources, self.options, self.display = request, sources, options, display
        self.folder = request.folder
        self.teacher = averaged(state)
        self.unpruned: Counted = state.get("unpruned") or counted(self.teacher)
        self.commands = (*state.get("commands", []), request.command)
        self.recipe = with_tutors(recipe, sources, request.tutor_share)

    def prune(self) -> dict[str, Any]:
        """Prune within the budget and write prune.json; returns its content. Raises BudgetError when that fails."""
        smaller = self._within_loss() if self.request.budget.kind == ACCURACY_LOSS else self._to_size()
        outcome = self._outcome(smaller)
        (self.folder / OUTCOME).write_text(json.dumps(outcome, indent=2) + "\n", encoding="utf-8")
        return outcome

    def _to_size(self) -> Network:
        if self.request.method == MAGNITUDE:
            return self._zeroed(self.request.budget.value, self.folder)
        begun = self.folder / CHECKPOINT
        smaller = load_trained(begun) if begun.exists() else self._cut(self._sparse())
        return self._tuned(smaller, self.folder)

    def _within_loss(self) -> Network:
        """Prune further, a quarter of R at a time, until the loss is too great; the last good network is the result."""
        best, best_folder = None, None
        before = self._accuracy(self.teacher)
        for step in range(1, MOST_STEPS + 1):
            folder = self.folder / STEP.format(step)
            tried = self._smaller(RATIO_OF_A_STEP**step, folder)
            if tried is None or 100 * (before - self._accuracy(tried)) > self.request.budget.value:
                break
            best, best_folder = tried, folder
        if best is None or best_folder is None:
            raise self.request.budget.unmet(f"R = {RATIO_OF_A_STEP:g} already costs more")
        for file in best_folder.iterdir():
            if file.is_file():
                (self.folder / file.name).write_bytes(file.read_bytes())
        return best

    def _smaller(self, ratio: float, folder: Path) -> Network | None:
        if self.request.method == MAGNITUDE:
            return self._zeroed(ratio, folder)
        found = largest(self._sparse(), self._reaches(ratio))
        return None if found is None else self._tuned(found, folder)

    def _sparse(self) -> Network:
        """The teacher after sparse learning, its weakest channels close to zero."""
        if not self.request.sparse_epochs:
            return self.teacher
        recipe = replace(self.recipe, epochs=self.request.sparse_epochs)
        model = copy.deepcopy(self.teacher)
        regulariser = SparseLearning(model, self.request.strength)
        return self._run(recipe, model, self.folder / SPARSE, "sparse learning", regulariser)

    def _cut(self, model: Network) -> Network:
        budget = self.request.budget
        meets = (
            self._reaches(budget.value) if budget.kind == RATIO else lambda smaller: latency_ms(smaller) <= budget.value
        )
        found = largest(model, meets)
        if found is None:
            raise budget.unmet("even the smallest cut misses it")
        return found

    def _reaches(self, ratio: float) -> Callable[[Network], bool]:
        return lambda smaller: compression(self.unpruned, counted(smaller))[WEIGHTS] >= ratio

    def _tuned(self, model: Network, folder: Path) -> Network:
        return self._run(self.recipe, model, folder, "fine-tuning", None)

    def _zeroed(self, ratio: float, folder: Path) -> Network:
        recipe = replace(self.recipe, magnitude_ratio=ratio)
        return self._run(recipe, copy.deepcopy(self.teacher), folder, "magnitude pruning", MagnitudePruning(ratio))

    def _run(self, recipe: Recipe, model: Network, folder: Path, title: str, pruning: Pruning | None) -> Network:
        start = StartingPoint(recipe, model, self.unpruned, self.commands)
        with self.display(title) as observer:
            return run_training(
                folder, self.options, self.sources, start, observer, teacher=self.teacher, pruning=pruning
            )

    def _accuracy(self, model: Network) -> float:
        """Share of the held-out training images, 0–1."""
        return validate(model, held_out_tensors(self.sources, self.recipe, next(model.parameters()).device))[0]

    def _outcome(self, smaller: Network) -> dict[str, Any]:
        ratios = compression(self.unpruned, counted(smaller))
        return {
            "method": self.request.method,
            "budget": {self.request.budget.kind: self.request.budget.value},
            "ratio": {kind: ratios[kind] for kind in (WEIGHTS, FILTERS, CHANNELS)},
            "parameters": {"before": parameter_counts(self.teacher)[0], "after": parameter_counts(smaller)[0]},
            "held_out_accuracy": {
                "before": round(self._accuracy(self.teacher), 4),
                "after": round(self._accuracy(smaller), 4),
            },
            "commands": list(self.commands),
        }


def latency_ms(model: Network) -> float:
    """Median time for one face in ONNX Runtime, on one thread of this machine, in float32."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fp32.onnx"
        export_fp32(copy.deepcopy(model), path)
        return Classifier(path).latency(golden_faces((1, 1, 1, 1), 1)).p50_ms
