"""A run begins with fresh weights or goes on from what another made."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fer_models.errors import TrainingError, UsageError
from fer_models.network.config import CNN, XceptionConfig
from fer_models.training.presets import PRESETS
from fer_models.training.recipe import Recipe, with_network
from made_models import made_faces, write_network

pytestmark = [pytest.mark.training, pytest.mark.usefixtures("torch")]

SMALL = XceptionConfig(width=0.1, stem_stride=1, stem_padding=1)
COMMANDS = ["fer-models train", "fer-models prune"]


def an_entry(folder: Path) -> Path:
    """A zoo entry of a pruned network whose batch norms have learned something."""
    from fer_models.model_files.golden import make_golden
    from fer_models.model_files.manifest import describe, write_manifest
    from fer_models.model_files.to_onnx import export_fp32
    from fer_models.training.checkpoint import load_trained
    from fer_wire import ModelManifest
    from fer_wire.manifest import Compression

    path = folder / "entry" / "fp32.onnx"
    path.parent.mkdir(parents=True)
    export_fp32(load_trained(a_pruned_run(folder)), path)
    pruned = describe(path, "fp32", (), (), Compression(weights=2.0, filters=1.5, channels=1.5))
    manifest = ModelManifest(
        name="small",
        version="1.0.0",
        variants=(pruned,),
        golden=make_golden({"fp32": path}),
        command=" && ".join(COMMANDS),
        created=datetime.now(UTC),
    )
    write_manifest(manifest, path.parent)
    return path.parent


class Silent:
    def step(self, step: int, steps: int) -> None:
        pass

    def epoch(self, entry: dict[str, Any]) -> None:
        pass


def a_pruned_run(folder: Path) -> Path:
    import torch
    from fer_models.network.compression import counted
    from fer_models.pruning.structured import cut
    from fer_models.training.run import TrainingRun
    from fer_models.training.tensors import face_tensors
    from fer_models.training.trainer import Trainer, new_model

    recipe, cpu = Recipe(network=SMALL, epochs=1, batch=14), torch.device("cpu")
    whole = new_model(recipe)
    learner = Trainer(recipe, face_tensors(made_faces(28), recipe, cpu), cut(whole, 0.3))
    TrainingRun(learner, face_tensors(made_faces(14), recipe, cpu), folder, counted(whole), COMMANDS).fit(Silent())
    return folder / "checkpoint.pt"


def test_a_start_from_a_checkpoint_has_its_weights_its_shape_and_its_history(tmp_path: Path) -> None:
    from fer_models.training.checkpoint import load_trained, read_checkpoint
    from fer_models.training.starting_point import from_checkpoint

    path = a_pruned_run(tmp_path)
    start = from_checkpoint(PRESETS["settle"], path)
    kept = load_trained(path).state_dict()
    assert all(weight.equal(kept[name]) for name, weight in start.model.state_dict().items())
    assert start.recipe.network == SMALL
    assert start.unpruned == read_checkpoint(path)["unpruned"]
    assert list(start.commands) == COMMANDS


def test_runs_from_different_starts_have_different_recipes(tmp_path: Path) -> None:
    from fer_models.training.starting_point import fresh, from_checkpoint

    recipe = replace(PRESETS["tiny"], network=SMALL)
    assert fresh(recipe).recipe == recipe
    assert from_checkpoint(recipe, a_pruned_run(tmp_path)).recipe != recipe


def test_a_start_that_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    from fer_models.training.starting_point import from_checkpoint

    with pytest.raises(TrainingError, match=r"Cannot read the checkpoint .*nothing\.pt"):
        from_checkpoint(PRESETS["settle"], tmp_path / "nothing.pt")


def test_a_start_from_a_zoo_entry_answers_as_its_file_does_and_knows_its_history(tmp_path: Path) -> None:
    import torch
    from fer_models.model_files.runtime import Classifier
    from fer_models.network.compression import counted
    from fer_models.training.starting_point import from_model

    entry, faces = an_entry(tmp_path), made_faces(28)
    start = from_model(PRESETS["settle"], entry, faces)
    inputs = faces.images[:, None].astype("float32")
    with torch.inference_mode():
        answers = start.model.eval()(torch.from_numpy(inputs)).softmax(dim=1)
    assert torch.allclose(answers, torch.from_numpy(Classifier(entry / "fp32.onnx").predict(inputs)), atol=1e-4)
    assert list(start.commands) == COMMANDS
    assert start.unpruned["weights"] == 2 * counted(start.model)["weights"]
    assert start.recipe.network == PRESETS["settle"].network


def test_a_batch_norm_of_a_finished_model_norms_what_it_is_shown(tmp_path: Path) -> None:
    import torch
    from fer_models.training.starting_point import from_model

    entry, faces = an_entry(tmp_path), made_faces(28)
    model = from_model(replace(PRESETS["settle"], network=SMALL), entry, faces).model  # without dropout
    inputs = torch.from_numpy(faces.images[:, None]).float()
    with torch.inference_mode():
        as_kept, as_shown = model.eval()(inputs), model.train()(inputs)
    assert torch.allclose(as_kept, as_shown, atol=0.05)


def test_a_finished_model_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    from fer_models.errors import ContractError
    from fer_models.training.starting_point import from_model

    with pytest.raises(ContractError, match=r"other\.onnx cannot be trained further: its layers are not those"):
        from_model(PRESETS["settle"], write_network(tmp_path / "other.onnx"), made_faces(14))


def test_a_finished_file_that_is_none_is_refused(tmp_path: Path) -> None:
    from fer_models.errors import ContractError
    from fer_models.training.starting_point import from_model

    (tmp_path / "torn.onnx").write_bytes(b"torn")
    with pytest.raises(ContractError, match=r"torn\.onnx is not an \.onnx file"):
        from_model(PRESETS["settle"], tmp_path / "torn.onnx", made_faces(14))


def test_a_start_that_holds_another_network_is_refused(tmp_path: Path) -> None:
    from fer_models.training.starting_point import from_checkpoint

    refused = r"holds another network than --network cnn; give --network xception, or start from .* of a cnn"
    with pytest.raises(UsageError, match=refused):
        from_checkpoint(with_network(PRESETS["tiny"], CNN), a_pruned_run(tmp_path))


def test_a_finished_model_starts_no_other_network_than_an_xception(tmp_path: Path) -> None:
    from fer_models.training.starting_point import from_model

    refused = r"light, can be trained further only as an Xception; start from the checkpoint\.pt of a cnn"
    with pytest.raises(UsageError, match=refused):
        from_model(with_network(PRESETS["tiny"], CNN), tmp_path / "light", made_faces(14))
