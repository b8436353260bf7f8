"""What a run begins with: fresh weights, or those of a checkpoint."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from fer_models.checkpoint import averaged, digest, read_checkpoint
from fer_models.learner import new_model
from fer_models.network import XceptionConfig
from fer_models.prune.ratio import Counted, counted
from fer_models.recipe import Recipe
from fer_models.xception import Xception


@dataclass(frozen=True)
class Start:
    """The recipe that names its origin, the network, what it held before any pruning, and what made it."""

    recipe: Recipe
    model: Xception
    unpruned: Counted
    commands: tuple[str, ...] = ()


def fresh(recipe: Recipe) -> Start:
    """A network as the recipe describes it, its weights drawn from the recipe's seed."""
    model = new_model(recipe)
    return Start(recipe, model, counted(model))


def from_checkpoint(recipe: Recipe, path: Path) -> Start:
    """The averaged network of a checkpoint; its shape is the checkpoint's, whatever the recipe says.

    Raises TrainingError when the file is missing or damaged.
    """
    state = read_checkpoint(path)
    model = averaged(state)
    known = replace(recipe, network=XceptionConfig(**state["config"]), origin=digest(path))
    return Start(known, model, state.get("unpruned") or counted(model), tuple(state.get("commands", ())))
