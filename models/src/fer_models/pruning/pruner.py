"""The course of pruning: sparse learning, the cut, and fine-tuning under the eyes of the unpruned network."""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fer_models.data.faces import FACE_PX
from fer_models.errors import UsageError
from fer_models.model_files.golden import golden_faces
from fer_models.model_files.runtime import Classifier
from fer_models.model_files.to_onnx import export_fp32
from fer_models.network.compression import CHANNELS, FILTERS, WEIGHTS, Counted, compression, counted
from fer_models.network.xception import Xception, parameter_counts
from fer_models.pruning.budget import ACCURACY_LOSS, LATENCY, RATIO, Budget
from fer_models.pruning.magnitude import MagnitudePruning
from fer_models.pruning.structured import SparseLearning, largest
from fer_models.training.checkpoint import CHECKPOINT, averaged, digest, load_trained, read_checkpoint
from fer_models.training.datasets import DataSources, held_out_tensors, with_tutors
from fer_models.training.recipe import Recipe
from fer_models.training.run import RunObserver
from fer_models.training.train import Place, run_training
from fer_models.training.validation import validate

STRUCTURED, MAGNITUDE = "structured", "magnitude"
METHODS = (STRUCTURED, MAGNITUDE)
OUTCOME = "prune.json"
SPARSE, STEP = "sparse", "step-{}"
RATIO_OF_A_STEP = 1.25
MOST_STEPS = 12

Display = Callable[[str], AbstractContextManager[RunObserver]]


@dataclass(frozen=True)
class PruningRequest:
    """What is to be pruned, how, and with how much training; strength is the sparse regulariser's."""

    checkpoint: Path
    budget: Budget
    method: str = STRUCTURED
    sparse_epochs: int = 2
    epochs: int = 10
    learning_rate: float = 0.03
    teacher_share: float = 0.5
    tutor_share: float = 0.5
    strength: float = 1e-4
    commands: tuple[str, ...] = ()


class Pruner:
    """One pruning, from a checkpoint to another in the place's folder; each part goes on where it was stopped."""

    def __init__(self, order: PruningRequest, sources: DataSources, place: Place, display: Display) -> None:
        """Raises TrainingError when the checkpoint cannot be read, UsageError when the method cannot serve it."""
        if order.method not in METHODS:
            raise UsageError(f"There is no pruning {order.method!r}; choose {' or '.join(METHODS)}.")
        if order.method == MAGNITUDE and order.budget.kind == LATENCY:
            raise UsageError(
                f"Magnitude pruning leaves the shape of the network, so it cannot reach {order.budget}; "
                f"choose --method {STRUCTURED}."
            )
        state = read_checkpoint(order.checkpoint)
        recipe = Recipe.from_dict(state["recipe"])
        if recipe.whole:
            raise UsageError(
                f"{order.checkpoint} has learned the held-out images too (--whole), so none are left to judge by; "
                "prune a run that was made without it, and give --whole to what follows."
            )
        self.order, self.sources, self.place, self.display = order, sources, place, display
        self.teacher = averaged(state)
        self.unpruned: Counted = state.get("unpruned") or counted(self.teacher)
        self.commands = [*state.get("commands", []), *order.commands]
        self.recipe = with_tutors(_fine_tuning(recipe, order), sources, order.tutor_share)

    def prune(self) -> dict[str, Any]:
        """Prune within the budget and write prune.json; returns what it says. Raises BudgetError where that fails."""
        smaller = self._within_loss() if self.order.budget.kind == ACCURACY_LOSS else self._to_size()
        outcome = self._outcome(smaller)
        (self.place.folder / OUTCOME).write_text(json.dumps(outcome, indent=2) + "\n", encoding="utf-8")
        return outcome

    def _to_size(self) -> Xception:
        if self.order.method == MAGNITUDE:
            return self._zeroed(self.teacher, self.order.budget.value, self.place)
        begun = self.place.folder / CHECKPOINT
        smaller = load_trained(begun) if begun.exists() else self._cut(self._sparse(self.teacher, self.place))
        return self._tuned(smaller, self.place)

    def _within_loss(self) -> Xception:
        """Ever smaller, a quarter of R at a time, until the loss is too great; the last good one is the result."""
        best, best_folder = None, None
        before = self._accuracy(self.teacher)
        for step in range(1, MOST_STEPS + 1):
            place = replace(self.place, folder=self.place.folder / STEP.format(step))
            tried = self._smaller(RATIO_OF_A_STEP**step, place)
            if tried is None or 100 * (before - self._accuracy(tried)) > self.order.budget.value:
                break
            best, best_folder = tried, place.folder
        if best is None or best_folder is None:
            raise self.order.budget.unmet(f"R = {RATIO_OF_A_STEP:g} already costs more")
        for file in best_folder.iterdir():
            if file.is_file():
                (self.place.folder / file.name).write_bytes(file.read_bytes())
        return best

    def _smaller(self, ratio: float, place: Place) -> Xception | None:
        if self.order.method == MAGNITUDE:
            return self._zeroed(self.teacher, ratio, place)
        found = largest(self._sparse(self.teacher, self.place), self._reaches(ratio))
        return None if found is None else self._tuned(found, place)

    def _sparse(self, model: Xception, place: Place) -> Xception:
        if not self.order.sparse_epochs:
            return model
        recipe = replace(self.recipe, epochs=self.order.sparse_epochs)
        learner = copy.deepcopy(model)
        regulariser = SparseLearning(learner, self.order.strength)
        return self._run(recipe, learner, replace(place, folder=place.folder / SPARSE), "sparse learning", regulariser)

    def _cut(self, model: Xception) -> Xception:
        value = self.order.budget.value
        meets = self._reaches(value) if self.order.budget.kind == RATIO else lambda cut: latency_ms(cut) <= value
        found = largest(model, meets)
        if found is None:
            raise self.order.budget.unmet("even the smallest cut misses it")
        return found

    def _reaches(self, ratio: float) -> Callable[[Xception], bool]:
        return lambda smaller: compression(self.unpruned, counted(smaller))[WEIGHTS] >= ratio

    def _tuned(self, model: Xception, place: Place) -> Xception:
        return self._run(self.recipe, model, place, "fine-tuning", None)

    def _zeroed(self, model: Xception, ratio: float, place: Place) -> Xception:
        recipe = replace(self.recipe, magnitude_ratio=ratio)
        return self._run(recipe, copy.deepcopy(model), place, "magnitude pruning", MagnitudePruning(ratio))

    def _run(self, recipe: Recipe, model: Xception, place: Place, title: str, pruning: Any) -> Xception:
        with self.display(title) as watch:
            return run_training(
                place,
                self.sources,
                recipe,
                model,
                watch,
                teacher=self.teacher,
                pruning=pruning,
                unpruned=self.unpruned,
                commands=self.commands,
            )

    def _accuracy(self, model: Xception) -> float:
        """Share of the held-out training images, 0–1."""
        return validate(model, held_out_tensors(self.sources, self.recipe, next(model.parameters()).device))[0]

    def _outcome(self, smaller: Xception) -> dict[str, Any]:
        ratios = compression(self.unpruned, counted(smaller))
        return {
            "method": self.order.method,
            "budget": {self.order.budget.kind: self.order.budget.value},
            "ratio": {kind: ratios[kind] for kind in (WEIGHTS, FILTERS, CHANNELS)},
            "parameters": {"before": parameter_counts(self.teacher)[0], "after": parameter_counts(smaller)[0]},
            "held_out_accuracy": {
                "before": round(self._accuracy(self.teacher), 4),
                "after": round(self._accuracy(smaller), 4),
            },
            "commands": self.commands,
        }


def latency_ms(model: Xception) -> float:
    """Median time of one face in ONNX Runtime on one thread of this machine, float32."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fp32.onnx"
        export_fp32(copy.deepcopy(model), path)
        return Classifier(path).latency(golden_faces((1, 1, 1, 1), 1)).p50_ms


def _fine_tuning(recipe: Recipe, order: PruningRequest) -> Recipe:
    return replace(
        recipe,
        epochs=order.epochs,
        sizes=((1.0, FACE_PX),),
        peak_learning_rate=order.learning_rate,
        warm_up=0.1,
        teacher_share=order.teacher_share,
        magnitude_ratio=1.0,
        tutor_share=0.0,
        tutors=(),
        teachers=(),
        origin=f"{digest(order.checkpoint)} {order.method} {order.budget.kind}={order.budget.value:g} "
        f"sparse_epochs={order.sparse_epochs} strength={order.strength:g}",
    )
