"""A run begins with the weights of a checkpoint or of a shipped file, and answers as these did."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fer_models.errors import ContractError, TrainingError

pytestmark = [pytest.mark.training, pytest.mark.usefixtures("torch")]

FINDER, LANDMARKER = "finder", "landmarker"


def learned(kind: str) -> Any:
    """A network whose batch norms have seen something, and whose answers differ from one picture to the next."""
    import torch

    torch.manual_seed(3)
    network = untrained(kind).train()
    for _ in range(3):
        network(pictures(8))
    last = network.answers if kind == LANDMARKER else network.heads[0][1]
    torch.nn.init.normal_(last.weight, std=0.3)
    return network.eval()


def untrained(kind: str) -> Any:
    from fer_models.eyes.finder.network import Finder
    from fer_models.eyes.landmarker.network import Landmarker

    return Finder() if kind == FINDER else Landmarker()


def pictures(count: int) -> Any:
    import torch

    return torch.from_numpy(np.random.default_rng(count).integers(0, 256, (count, 1, 64, 64)).astype(np.float32))


def exported(kind: str, network: Any, folder: Path) -> Path:
    from fer_models.eyes.finder.onnx_file import export_finder
    from fer_models.eyes.landmarker.onnx_file import export_landmarker

    path = folder / "fp32.onnx"
    (export_finder if kind == FINDER else export_landmarker)(network, path)
    return path


@pytest.mark.parametrize("kind", [FINDER, LANDMARKER])
def test_a_network_read_back_from_its_file_answers_as_before(kind: str, tmp_path: Path) -> None:
    import torch
    from fer_models.eyes.learning.beginning import load_weights

    network, again = learned(kind), untrained(kind)
    load_weights(again, exported(kind, network, tmp_path), kind, lambda: pictures(16).numpy())
    with torch.inference_mode():
        for found, wanted in zip(again.eval()(pictures(4)), network(pictures(4)), strict=True):
            torch.testing.assert_close(found, wanted, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("kind", [FINDER, LANDMARKER])
def test_its_batch_norms_know_what_they_are_shown_so_that_training_goes_on(kind: str, tmp_path: Path) -> None:
    import torch
    from fer_models.eyes.learning.beginning import load_weights

    again = untrained(kind)
    load_weights(again, exported(kind, learned(kind), tmp_path), kind, lambda: pictures(64).numpy())
    with torch.inference_mode():
        kept, shown = again.eval()(pictures(64))[0], again.train()(pictures(64))[0]
    assert float((kept - shown).abs().mean()) < 0.05 * float(kept.std())


def test_a_file_of_another_network_is_refused(tmp_path: Path) -> None:
    from fer_models.eyes.learning.beginning import load_weights

    path = exported(FINDER, learned(FINDER), tmp_path)
    with pytest.raises(
        ContractError, match=r"fp32\.onnx cannot be trained further: its layers are not those of a land"
    ):
        load_weights(untrained(LANDMARKER), path, LANDMARKER)


def test_a_checkpoint_of_another_shape_is_refused(tmp_path: Path) -> None:
    from fer_models.eyes.landmarker.network import Landmarker, LandmarkerShape
    from fer_models.eyes.learning.beginning import load_weights
    from fer_models.eyes.learning.checkpoint import AVERAGE, write_state

    narrow = Landmarker(LandmarkerShape(stem=8)).state_dict()
    write_state(tmp_path / "checkpoint.pt", {"kind": LANDMARKER, AVERAGE: narrow})
    with pytest.raises(TrainingError, match="is of a landmarker of another shape"):
        load_weights(untrained(LANDMARKER), tmp_path / "checkpoint.pt", LANDMARKER)


def test_training_begins_with_what_a_checkpoint_of_another_depth_has_in_common(tmp_path: Path) -> None:
    import torch
    from fer_models.eyes.finder.network import Finder, FinderShape
    from fer_models.eyes.learning.beginning import load_weights
    from fer_models.eyes.learning.checkpoint import AVERAGE, write_state

    shallow = Finder(FinderShape(widths=(32, 48, 96, 64), depths=(2, 3, 4, 2)))
    write_state(tmp_path / "checkpoint.pt", {"kind": FINDER, AVERAGE: shallow.state_dict()})
    deep = untrained(FINDER)
    load_weights(deep, tmp_path / "checkpoint.pt", FINDER, lambda: pictures(2).numpy())
    assert torch.equal(deep.stages[2][0].depthwise.weight, shallow.stages[2][0].depthwise.weight)
    assert deep.stages[3][0].across[0].weight.shape[0] == deep.shape.widths[3]
