"""One network from several that began alike: the mean of their weights (Wortsman et al. 2022, arXiv:2203.05482)."""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.optim.swa_utils import update_bn

from fer_models.data.augment import augment
from fer_models.data.camera import as_a_camera
from fer_models.data.contrast import stretched
from fer_models.errors import TrainingError
from fer_models.model_files.finished import model_file
from fer_models.network.networks import Network
from fer_models.staging import write_whole
from fer_models.training.checkpoint import (
    AVERAGED_PREFIX,
    CHECKPOINT,
    State,
    averaged,
    digest,
    read_checkpoint,
    write_checkpoint,
)
from fer_models.training.datasets import DataSources, training_and_held_out
from fer_models.training.recipe import Recipe
from fer_models.training.starting_point import starting_point
from fer_models.training.tensors import FaceTensors
from fer_models.training.validation import validate

OUTCOME = "average.json"
MEASURED_VIEWS = 8192

Progress = Callable[[str], None]


@dataclass(frozen=True)
class AveragingRequest:
    """checkpoints: what is averaged; folder: where the result goes; command: for the record.

    start: the network that the runs began with, to be averaged too, so that less of what it knew is lost (Wortsman et
    al. 2022, arXiv:2109.01903).
    """

    checkpoints: tuple[Path, ...]
    folder: Path
    command: str
    start: Path | None = None

    @property
    def names(self) -> list[str]:
        """What is averaged, in words."""
        return [*(path.parent.name for path in self.checkpoints), *([str(self.start)] if self.start else [])]


def average(request: AveragingRequest, sources: DataSources, on_step: Progress) -> dict[str, Any]:
    """Write the checkpoint of the mean network, and average.json; returns the latter's content.

    Batch norms are measured again, on training images as the runs saw them. Nothing is measured on held-out images if
    one of the runs learned from them. Raises TrainingError when the networks did not start from the same weights, or a
    checkpoint cannot be read.
    """
    on_step("reading the checkpoints and the images")
    states = [read_checkpoint(path) for path in request.checkpoints]
    _check(request, states)
    recipe = _recipe(request.checkpoints, states)
    learned, held_out = training_and_held_out(sources, recipe, torch.device("cpu"))
    networks = [averaged(state) for state in states]
    if request.start:
        networks.append(starting_point(recipe, request.start, sources).model)
    mean = _mean(networks)
    on_step(f"measuring batch norms on {min(len(learned), MEASURED_VIEWS)} views")
    update_bn(_views(learned, recipe), mean)
    on_step("measuring on the held-out images")
    outcome = _outcome(request, states, [_figures(network, held_out) for network in (mean, *networks)])
    request.folder.mkdir(parents=True, exist_ok=True)
    write_checkpoint(_state(states[0], mean, recipe, outcome), request.folder / CHECKPOINT)
    write_whole(request.folder / OUTCOME, json.dumps(outcome, indent=2) + "\n")
    return outcome


def _outcome(request: AveragingRequest, states: Sequence[State], figures: Sequence[dict[str, float]]) -> dict[str, Any]:
    of_mean, *of_each = figures
    return {
        "command": request.command,
        "averaged": [{"run": run, **each} for run, each in zip(request.names, of_each, strict=True)],
        **of_mean,
        "commands": [*_joined([state.get("commands", []) for state in states]), request.command],
    }


def _check(request: AveragingRequest, states: Sequence[State]) -> None:
    paths, first = request.checkpoints, states[0]
    if len(request.names) < 2:
        raise TrainingError(
            f"One checkpoint, {paths[0]}, has no average; give --checkpoint at least twice, or --start too."
        )
    if request.start and not _began_with(request.start, first):
        raise TrainingError(f"{paths[0]} did not start from {request.start}; give the --start of that run.")
    for path, state in zip(paths[1:], states[1:], strict=True):
        if not first["recipe"]["origin"] or state["recipe"]["origin"] != first["recipe"]["origin"]:
            raise TrainingError(
                f"{paths[0]} and {path} did not start from the same weights, so their average would be useless; "
                "give runs that have the same --start."
            )


def _began_with(start: Path, state: State) -> bool:
    try:
        return digest(model_file(start)) == state["recipe"]["origin"]
    except OSError:
        return False


def _recipe(paths: Sequence[Path], states: Sequence[State]) -> Recipe:
    """The first run's recipe, `whole` if any run was; its origin names all of them, so that no run resumes it."""
    recipes = [Recipe.from_dict(state["recipe"]) for state in states]
    return replace(recipes[0], whole=any(each.whole for each in recipes), origin=" ".join(map(digest, paths)))


def _mean(networks: Sequence[Network]) -> Network:
    """A copy of the first network with the mean of all weights; its batch norms' statistics are not measured yet."""
    mean = copy.deepcopy(networks[0])
    every = [dict(network.named_parameters()) for network in networks]
    with torch.no_grad():
        for name, weight in mean.named_parameters():
            weight.copy_(torch.stack([each[name] for each in every]).mean(dim=0))
    return mean


def _views(faces: FaceTensors, recipe: Recipe) -> Iterator[Tensor]:
    """Batches of augmented images as a run has them, drawn from the recipe's seed."""
    draw = torch.Generator().manual_seed(recipe.seed)
    order = torch.randperm(len(faces), generator=draw)[:MEASURED_VIEWS]
    for chosen in order.split(recipe.batch):
        views = augment(faces.images[chosen].float(), recipe.augmentation, draw)
        yield as_a_camera(stretched(views), recipe.camera, draw) if recipe.camera.spoils else views


def _figures(network: Network, held_out: FaceTensors | None) -> dict[str, float]:
    if held_out is None:
        return {}
    accuracy, loss = validate(network, held_out)
    return {"held_out_accuracy": round(accuracy, 4), "held_out_loss": round(loss, 4)}


def _joined(histories: Sequence[Sequence[str]]) -> list[str]:
    """The commands of all, each once, in their request."""
    return list(dict.fromkeys(itertools.chain.from_iterable(histories)))


def _state(first: State, mean: Network, recipe: Recipe, outcome: dict[str, Any]) -> State:
    weights = mean.state_dict()
    of_mean = {f"{AVERAGED_PREFIX}{name}": value for name, value in weights.items()}
    return {
        **first,
        "model": weights,
        "average": {**first["average"], **of_mean},
        "recipe": recipe.as_dict(),
        "history": [],
        "commands": outcome["commands"],
    }
