"""Every shipped .onnx file loads in this environment's ONNX Runtime and answers as where it was made.

`make test-py38` runs this on ONNX Runtime 1.19 and on 1.11, JetPack 4.6's; it needs no camera, no dlib and no onnx.
"""

from pathlib import Path
from typing import List, Tuple

import numpy as np
import pytest
from fer_agent.emotion.classify import Classifier
from fer_agent.emotion.model import golden_faces, golden_outputs, read_model
from fer_agent.settings import EmotionSettings
from fer_wire import EMOTIONS

ZOO = Path(__file__).resolve().parents[3] / "models" / "zoo"
BATCHES = (1, 3, 16)
SUM_TOLERANCE = 1e-3


def _shipped() -> List[Tuple[Path, str]]:
    folders = sorted(manifest.parent for manifest in ZOO.glob("*/*/manifest.json"))
    return [(folder, variant.precision) for folder in folders for variant in read_model(folder).variants]


@pytest.fixture(params=_shipped(), ids=lambda found: f"{found[0].parent.name}-{found[0].name}-{found[1]}")
def shipped(request: pytest.FixtureRequest) -> Tuple[Path, str]:
    """A zoo entry's folder and one of its precisions."""
    folder, precision = request.param
    return folder, precision


def test_a_model_is_shipped() -> None:
    assert _shipped()


def test_the_golden_batch_is_reproduced_within_the_tolerance(shipped: Tuple[Path, str], tmp_path: Path) -> None:
    model, variant = read_model(shipped[0]), read_model(shipped[0]).variant(shipped[1])
    found = _classifier(shipped, tmp_path).classify(golden_faces(model.manifest.golden))
    difference = float(np.abs(found - golden_outputs(model.manifest.golden, variant.precision)).max())
    assert difference <= variant.tolerance


@pytest.mark.parametrize("faces", BATCHES)
def test_a_batch_of_any_size_gives_probabilities(faces: int, shipped: Tuple[Path, str], tmp_path: Path) -> None:
    pixels = np.random.default_rng(faces).integers(0, 256, (faces, 1, 48, 48)).astype(np.float32)
    found = _classifier(shipped, tmp_path).classify(pixels)
    assert found.shape == (faces, len(EMOTIONS))
    assert (found >= 0).all()
    assert np.abs(found.sum(axis=1) - 1).max() < SUM_TOLERANCE


def _classifier(shipped: Tuple[Path, str], state: Path) -> Classifier:
    folder, precision = shipped
    return Classifier.load(EmotionSettings.model_validate({"model": folder, "precision": precision}), state)
