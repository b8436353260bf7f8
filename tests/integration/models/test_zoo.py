"""The models that are shipped keep the contract, fit in their size, and are as good as they say."""

from pathlib import Path

import pytest
from fer_models.data.sources import load_split
from fer_models.evaluate import evaluate
from fer_models.runtime import Classifier
from fer_models.verify import verify_entry
from fer_wire import ModelManifest
from fer_wire.manifest import FP32, INT8, PRECISIONS

MAX_ZOO_BYTES = 8_000_000
MAX_PARAMETERS = 1_500_000
LEAST_ACCURACY = 0.66
INT8_LOSS = 0.005
# A face or two may fall to another side where another processor rounds otherwise.
ACCURACY_STEP = 0.002


@pytest.fixture(scope="module")
def entry(root: Path) -> Path:
    (folder,) = (root / "models" / "zoo" / "light").iterdir()
    return folder


@pytest.fixture(scope="module")
def manifest(entry: Path) -> ModelManifest:
    return verify_entry(entry)


def test_every_precision_is_shipped_and_keeps_the_contract(manifest: ModelManifest) -> None:
    assert tuple(variant.precision for variant in manifest.variants) == PRECISIONS


def test_the_zoo_fits_in_eight_megabytes(entry: Path) -> None:
    assert sum(path.stat().st_size for path in entry.parent.parent.rglob("*") if path.is_file()) <= MAX_ZOO_BYTES


def test_the_light_model_is_light_and_was_pruned(manifest: ModelManifest) -> None:
    for variant in manifest.variants:
        assert variant.parameters <= MAX_PARAMETERS
        assert variant.compression.weights > 1


def test_int8_is_within_half_a_point_of_fp32(manifest: ModelManifest) -> None:
    accuracy = {variant.precision: variant.accuracy[0].accuracy for variant in manifest.variants}
    assert accuracy[FP32] - accuracy[INT8] <= INT8_LOSS


@pytest.mark.parametrize("precision", PRECISIONS)
def test_each_variant_is_as_accurate_as_its_manifest_says(
    precision: str, entry: Path, manifest: ModelManifest, data_dir: Path
) -> None:
    variant = next(v for v in manifest.variants if v.precision == precision)
    stated = variant.accuracy[0]
    found = evaluate(Classifier(entry / variant.file, threads=2), load_split(data_dir / "fer2013.zip", "PublicTest"))
    assert found.images == stated.images
    assert found.accuracy == pytest.approx(stated.accuracy, abs=ACCURACY_STEP)
    assert found.accuracy >= LEAST_ACCURACY
