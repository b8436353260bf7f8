"""What is to be pruned, and the recipe of the fine-tuning that follows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from fer_models.data.faces import FACE_PX
from fer_models.errors import UsageError
from fer_models.network.config import XceptionConfig
from fer_models.pruning.budget import LATENCY, Budget
from fer_models.training.checkpoint import digest
from fer_models.training.recipe import Recipe

STRUCTURED, MAGNITUDE = "structured", "magnitude"
METHODS = (STRUCTURED, MAGNITUDE)
FINE_TUNING_WARM_UP = 0.1


@dataclass(frozen=True)
class PruningRequest:
    """checkpoint: the network to prune; folder: where the pruned run goes; method: structured or magnitude.

    sparse_epochs: of sparse learning before the cut, at this strength of its regulariser; epochs and learning_rate: of
    the fine-tuning after it. teacher_share: how much of the loss is the distance to the unpruned network, 0–1;
    tutor_share: how much of a label the tutors answer, 0–1; command: for the record.
    """

    checkpoint: Path
    folder: Path
    budget: Budget
    method: str = STRUCTURED
    sparse_epochs: int = 2
    epochs: int = 10
    learning_rate: float = 0.03
    teacher_share: float = 0.5
    tutor_share: float = 0.5
    strength: float = 1e-4
    command: str = ""

    def check(self) -> None:
        """Raise UsageError when the method is unknown, or cannot reach such a budget."""
        if self.method not in METHODS:
            raise UsageError(f"There is no pruning method {self.method!r}; choose {' or '.join(METHODS)}.")
        if self.method == MAGNITUDE and self.budget.kind == LATENCY:
            raise UsageError(
                f"Magnitude pruning keeps the shape of the network, so it cannot reach {self.budget}; "
                f"choose --method {STRUCTURED}."
            )

    def recipe(self, trained: Recipe) -> Recipe:
        """The recipe of the fine-tuning, from that of the training.

        Raises UsageError when the network cannot be pruned like that, or no images were held out.
        """
        if self.method == STRUCTURED and not isinstance(trained.network, XceptionConfig):
            raise UsageError(
                f"{self.checkpoint} holds a {trained.network.name}, and structured pruning is made for an Xception's "
                f"blocks; choose --method {MAGNITUDE}."
            )
        if trained.whole:
            raise UsageError(
                f"{self.checkpoint} has also learned the held-out images (--whole), so none are left to measure on; "
                "prune a run without --whole, and give --whole to the runs that follow."
            )
        return replace(
            trained,
            epochs=self.epochs,
            sizes=((1.0, FACE_PX),),
            peak_learning_rate=self.learning_rate,
            warm_up=FINE_TUNING_WARM_UP,
            teacher_share=self.teacher_share,
            magnitude_ratio=1.0,
            tutor_share=0.0,
            tutors=(),
            teachers=(),
            origin=self._origin(),
        )

    def _origin(self) -> str:
        """What tells this pruning from any other, so that a run is resumed only by the same."""
        return (
            f"{digest(self.checkpoint)} {self.method} {self.budget.kind}={self.budget.value:g} "
            f"sparse_epochs={self.sparse_epochs} strength={self.strength:g}"
        )
