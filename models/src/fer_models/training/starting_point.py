"""What a run starts from: fresh weights, those of a checkpoint, or those of a finished model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from fer_models.data.faces import LabelledFaces
from fer_models.errors import UsageError
from fer_models.model_files.finished import is_finished_model, model_file
from fer_models.model_files.from_onnx import trainable_network
from fer_models.model_files.manifest import read_manifest
from fer_models.network.compression import Counted, counted
from fer_models.network.config import NetworkConfig, XceptionConfig, network_config
from fer_models.network.networks import Network
from fer_models.training.checkpoint import averaged, digest, read_checkpoint
from fer_models.training.datasets import DataSources, training_faces
from fer_models.training.recipe import Recipe
from fer_models.training.trainer import new_model

AND_THEN = " && "
MEASURED_FACES = 2048


@dataclass(frozen=True)
class StartingPoint:
    """A recipe, and the network that it trains.

    unpruned: how many weights, filters and channels the network had before any pruning; commands: those that made it.
    """

    recipe: Recipe
    model: Network
    unpruned: Counted
    commands: tuple[str, ...] = ()

    def followed_by(self, command: str) -> StartingPoint:
        """The same, with one more command."""
        return replace(self, commands=(*self.commands, command))


def starting_point(recipe: Recipe, start: Path | None, sources: DataSources) -> StartingPoint:
    """Fresh weights where there is no start; a finished model for an .onnx file or a folder; else a checkpoint."""
    if start is None:
        return fresh(recipe)
    if is_finished_model(start):
        return from_model(recipe, start, training_faces(sources))
    return from_checkpoint(recipe, start)


def fresh(recipe: Recipe) -> StartingPoint:
    """The network that the recipe describes, its weights drawn from the recipe's seed."""
    model = new_model(recipe)
    return StartingPoint(recipe, model, counted(model))


def from_checkpoint(recipe: Recipe, path: Path) -> StartingPoint:
    """The averaged network of a checkpoint, which decides the shape, whatever the recipe says.

    Raises TrainingError when the file is missing or damaged, UsageError when it holds another kind of network.
    """
    state = read_checkpoint(path)
    config = network_config(state["config"])
    _check_kind(config, recipe, path)
    model = averaged(state)
    known = replace(recipe, network=config, origin=digest(path))
    return StartingPoint(known, model, state.get("unpruned") or counted(model), tuple(state.get("commands", ())))


def from_model(recipe: Recipe, path: Path, faces: LabelledFaces) -> StartingPoint:
    """The network of a finished model: an .onnx file, or the fp32 file of a zoo entry.

    faces: what its batch norms are measured on. A zoo entry also says which commands made it and how far it was
    pruned. Raises ContractError when the file is not one that fer-models exported, UsageError when the recipe is for
    another network than an Xception: of those, only a checkpoint can be trained further.
    """
    if not isinstance(recipe.network, XceptionConfig):
        raise UsageError(
            f"A finished model, like {path}, can be trained further only as an Xception; start from the checkpoint.pt "
            f"of a {recipe.network.name}."
        )
    file = model_file(path)
    chosen = faces.images[:: max(1, len(faces) // MEASURED_FACES)][:MEASURED_FACES]
    model = trainable_network(file, recipe.network, chosen)
    known = replace(recipe, network=model.config, origin=digest(file))
    if not path.is_dir():
        return StartingPoint(known, model, counted(model))
    manifest = read_manifest(path)
    ratio = next(each.compression for each in manifest.variants if each.file == file.name).model_dump()
    unpruned = {kind: round(ratio[kind] * number) for kind, number in counted(model).items()}
    return StartingPoint(known, model, unpruned, tuple(manifest.command.split(AND_THEN)))


def _check_kind(held: NetworkConfig, recipe: Recipe, path: Path) -> None:
    if held.name != recipe.network.name:
        raise UsageError(
            f"{path} holds another network than --network {recipe.network.name}; give --network {held.name}, or start "
            f"from the checkpoint.pt of a {recipe.network.name}."
        )
