"""The models that are shipped keep the contract, fit in their size, and are as good as they say."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from fer_models.data.faces import LabelledFaces
from fer_models.data.sources import load_split
from fer_models.evaluation import evaluate
from fer_models.model_files.runtime import Classifier
from fer_models.zoo.verification import verify_entry
from fer_wire import ModelManifest
from fer_wire.contracts import FINDER, LANDMARKER
from fer_wire.manifest import FP32, INT8, PRECISIONS
from hypothesis_profiles import examples

MAX_ZOO_BYTES = 16_000_000
MAX_EYES_INT8_BYTES = 1_500_000
MAX_MANIFEST_BYTES = 65_536
INT8_LOSS = 0.005
# A face or two may fall to another side where another processor rounds otherwise.
ACCURACY_STEP = 0.002
ROUNDING = 0.00005001
ACCURACY_CHANCE = 0.06
"""How far a fifth of the faces may be from all of them: three and a half standard deviations."""


@dataclass(frozen=True)
class Limits:
    """accuracy: the least share of the PublicTest images, 0–1, of any variant."""

    parameters: int
    int8_bytes: int
    accuracy: float


EYES = (FINDER, LANDMARKER)
LIMITS = {
    "light": Limits(parameters=3_000_000, int8_bytes=4_000_000, accuracy=0.69),
    "nano": Limits(parameters=500_000, int8_bytes=1_000_000, accuracy=0.685),
}


@pytest.fixture(scope="module")
def zoo(root: Path) -> Path:
    return root / "models" / "zoo"


@pytest.fixture(scope="module", params=LIMITS)
def entry(request: pytest.FixtureRequest, zoo: Path) -> Path:
    (folder,) = (zoo / str(request.param)).iterdir()
    return folder


@pytest.fixture(scope="module")
def limits(entry: Path) -> Limits:
    return LIMITS[entry.parent.name]


@pytest.fixture(scope="module")
def manifest(entry: Path) -> ModelManifest:
    return verify_entry(entry)


@pytest.fixture(scope="module")
def faces(data_dir: Path) -> LabelledFaces:
    return load_split(data_dir / "fer2013.zip", "PublicTest")


def test_every_model_of_the_zoo_has_its_limits(zoo: Path) -> None:
    assert {folder.name for folder in zoo.iterdir()} == {*LIMITS, *EYES}


@pytest.mark.parametrize("task", EYES)
def test_the_eyes_are_shipped_in_every_precision_and_keep_their_contract(task: str, zoo: Path) -> None:
    (folder,) = (zoo / task).iterdir()
    manifest = verify_entry(folder)
    assert manifest.task == task
    assert tuple(variant.precision for variant in manifest.variants) == PRECISIONS
    assert all(variant.measured for variant in manifest.variants)
    assert (folder / "manifest.json").stat().st_size < MAX_MANIFEST_BYTES
    assert "no commercial use" in (folder / "card.md").read_text(encoding="utf-8")


def test_the_eyes_in_int8_fit_in_one_and_a_half_megabytes(zoo: Path) -> None:
    assert sum(path.stat().st_size for task in EYES for path in (zoo / task).glob("*/int8.onnx")) <= MAX_EYES_INT8_BYTES


def test_the_zoo_fits_in_sixteen_megabytes(zoo: Path) -> None:
    assert sum(path.stat().st_size for path in zoo.rglob("*") if path.is_file()) <= MAX_ZOO_BYTES


def test_every_precision_is_shipped_and_keeps_the_contract(manifest: ModelManifest) -> None:
    assert tuple(variant.precision for variant in manifest.variants) == PRECISIONS


def test_the_figures_of_each_emotion_and_calibration_are_those_that_were_evaluated(
    manifest: ModelManifest, root: Path
) -> None:
    record = root / "docs/results" / f"evaluate-{manifest.name}-{manifest.version}.json"
    files = {file["sha256"]: file for file in json.loads(record.read_text(encoding="utf-8"))["files"].values()}
    for variant in manifest.variants:
        stated, found = variant.accuracy[0], files[variant.sha256]
        assert stated.calibration_error == pytest.approx(found["calibration"]["ece"], abs=ROUNDING)
        for each, measured in zip(stated.emotions, found["emotions"], strict=True):
            assert (each.emotion, each.images) == (measured["emotion"], measured["images"])
            assert each.precision == pytest.approx(measured["precision"], abs=ROUNDING)
            assert each.recall == pytest.approx(measured["recall"], abs=ROUNDING)


def test_a_model_is_small_and_was_pruned(manifest: ModelManifest, limits: Limits) -> None:
    for variant in manifest.variants:
        assert variant.parameters <= limits.parameters
        assert variant.compression.weights > 1
        assert variant.precision != INT8 or variant.size_bytes <= limits.int8_bytes


def test_int8_is_within_half_a_point_of_fp32(manifest: ModelManifest) -> None:
    accuracy = {variant.precision: variant.accuracy[0].accuracy for variant in manifest.variants}
    assert accuracy[FP32] - accuracy[INT8] <= INT8_LOSS


@pytest.mark.parametrize("precision", PRECISIONS)
def test_each_variant_is_as_accurate_as_its_manifest_says(
    precision: str, entry: Path, manifest: ModelManifest, limits: Limits, faces: LabelledFaces
) -> None:
    variant = next(v for v in manifest.variants if v.precision == precision)
    stated = variant.accuracy[0]
    whole, many = len(faces), examples(len(faces))
    found = evaluate(Classifier(entry / variant.file, threads=1), faces.take(np.arange(many) * whole // many))
    assert stated.images == whole
    assert stated.accuracy >= limits.accuracy
    assert found.accuracy == pytest.approx(stated.accuracy, abs=ACCURACY_STEP if many == whole else ACCURACY_CHANCE)
