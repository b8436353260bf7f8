"""Every shipped .onnx file loads in this environment's ONNX Runtime and answers as where it was made.

`make test-py38` runs this on ONNX Runtime 1.19 and on 1.11, JetPack 4.6's; it needs no camera, no dlib and no onnx.
"""

from pathlib import Path
from typing import List, Tuple

import numpy as np
import pytest
from fer_agent.inference.model import golden_outputs, golden_pictures, read_manifest, read_model
from fer_agent.inference.network import Network, shapes
from fer_agent.settings import EmotionSettings
from fer_wire.contracts import CLASSIFIER, CONTRACTS

ZOO = Path(__file__).resolve().parents[3] / "models" / "zoo"
BATCHES = (1, 3, 16)
SUM_TOLERANCE = 1e-3


def _shipped() -> List[Tuple[Path, str]]:
    folders = sorted(manifest.parent for manifest in ZOO.glob("*/*/manifest.json"))
    return [(folder, each.precision) for folder in folders for each in read_manifest(folder, CLASSIFIER).variants]


@pytest.fixture(params=_shipped(), ids=lambda found: f"{found[0].parent.name}-{found[0].name}-{found[1]}")
def shipped(request: pytest.FixtureRequest, tmp_path: Path) -> Network:
    """One file of the zoo, loaded."""
    folder, precision = request.param
    model = read_model(folder, read_manifest(folder, CLASSIFIER).task)
    return Network(model, model.variant(precision), EmotionSettings(), tmp_path)


def test_a_model_is_shipped() -> None:
    assert _shipped()


def test_the_golden_batch_is_reproduced_within_the_tolerance(shipped: Network) -> None:
    golden, pictures = shipped.model.manifest.golden, golden_pictures(shipped.model.manifest.golden)
    found = np.concatenate([each.reshape(len(pictures), -1) for each in shipped.run(pictures)], axis=1)
    expected = golden_outputs(golden, shipped.variant.precision, CONTRACTS[shipped.task])
    assert float(np.abs(found - expected).max()) <= shipped.variant.tolerance


@pytest.mark.parametrize("pictures", BATCHES)
def test_a_batch_of_any_size_is_answered(pictures: int, shipped: Network) -> None:
    contract, px = CONTRACTS[shipped.task], shipped.model.manifest.face_px
    batch = np.random.default_rng(pictures).integers(0, 256, (pictures, 1, px, px)).astype(np.float32)
    found = shipped.run(batch)
    assert [each.shape for each in found] == shapes(contract, batch)
    if shipped.task == CLASSIFIER:
        assert (found[0] >= 0).all()
        assert np.abs(found[0].sum(axis=1) - 1).max() < SUM_TOLERANCE
