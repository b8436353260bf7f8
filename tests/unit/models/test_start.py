"""A run begins with fresh weights or goes on from what another made."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fer_models.errors import TrainingError
from fer_models.network import XceptionConfig
from fer_models.recipe import PRESETS, Recipe
from made_models import made_faces

pytestmark = [pytest.mark.training, pytest.mark.usefixtures("torch")]

SMALL = XceptionConfig(width=0.1, stem_stride=1, stem_padding=1)
COMMANDS = ["fer-models train", "fer-models prune"]


class Silent:
    def step(self, step: int, steps: int) -> None:
        pass

    def epoch(self, entry: dict[str, Any]) -> None:
        pass


def a_pruned_run(folder: Path) -> Path:
    import torch
    from fer_models.deck import deal
    from fer_models.learner import Learner, new_model
    from fer_models.prune.ratio import counted
    from fer_models.prune.structured import cut
    from fer_models.train import Run

    recipe, cpu = Recipe(network=SMALL, epochs=1, batch=14), torch.device("cpu")
    whole = new_model(recipe)
    learner = Learner(recipe, deal(made_faces(28), recipe, cpu), cut(whole, 0.3))
    Run(learner, deal(made_faces(14), recipe, cpu), folder, counted(whole), COMMANDS).fit(Silent())
    return folder / "checkpoint.pt"


def test_a_start_from_a_checkpoint_has_its_weights_its_shape_and_its_history(tmp_path: Path) -> None:
    from fer_models.checkpoint import load_trained, read_checkpoint
    from fer_models.start import from_checkpoint

    path = a_pruned_run(tmp_path)
    start = from_checkpoint(PRESETS["settle"], path)
    kept = load_trained(path).state_dict()
    assert all(weight.equal(kept[name]) for name, weight in start.model.state_dict().items())
    assert start.recipe.network == SMALL
    assert start.unpruned == read_checkpoint(path)["unpruned"]
    assert list(start.commands) == COMMANDS


def test_runs_from_different_starts_have_different_recipes(tmp_path: Path) -> None:
    from fer_models.start import fresh, from_checkpoint

    recipe = replace(PRESETS["tiny"], network=SMALL)
    assert fresh(recipe).recipe == recipe
    assert from_checkpoint(recipe, a_pruned_run(tmp_path)).recipe != recipe


def test_a_start_that_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    from fer_models.start import from_checkpoint

    with pytest.raises(TrainingError, match=r"Cannot read the checkpoint .*nothing\.pt"):
        from_checkpoint(PRESETS["settle"], tmp_path / "nothing.pt")
