"""One zoo entry from one checkpoint: three .onnx files, measured and described."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
from fer_wire import ModelManifest
from fer_wire.manifest import FP16, FP32, INT8, Accuracy, Variant

from fer_models.card import write_card
from fer_models.data.faces import Faces, without_known
from fer_models.data.fer2013 import DATASET, LICENCE
from fer_models.data.sources import PUBLIC_TEST, TRAINING, load_split
from fer_models.errors import ContractError
from fer_models.evaluate import Evaluation, evaluate
from fer_models.export import export_fp32
from fer_models.golden import golden_faces, make_golden
from fer_models.half import store_weights_in_half, to_fp16
from fer_models.manifest import describe, write_manifest
from fer_models.quantize.qdq import to_int8
from fer_models.runtime import Classifier
from fer_models.checkpoint import load_trained, read_checkpoint
from fer_models.xception import Xception

CALIBRATION_FACES = 400
CALIBRATION_SEED = 0
STEPS = 8
UNSEEN = f"{PUBLIC_TEST} without training duplicates"

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Request:
    """What is to be released, from what, and where to: out/name/version."""

    checkpoint: Path
    data: Path
    out: Path
    name: str
    version: str
    commit: str
    command: str = ""

    @property
    def folder(self) -> Path:
        """Where the entry will stand."""
        return self.out / self.name / self.version


@dataclass(frozen=True)
class Measured:
    """One variant, and its evaluation on the PublicTest images."""

    variant: Variant
    evaluation: Evaluation


def release(request: Request, on_step: Progress) -> ModelManifest:
    """Make the entry beside its place and move it there when it is whole.

    Raises ContractError when that version exists, DatasetError and TrainingError when the inputs are unfit.
    """
    if request.folder.exists():
        raise ContractError(f"{request.folder} exists; give a new --version, or remove the folder to make it again.")
    on_step("reading the checkpoint and the images")
    network = load_trained(request.checkpoint)
    training, test = load_split(request.data, TRAINING), load_split(request.data, PUBLIC_TEST)
    request.folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=request.folder.parent, prefix=".new-") as made:
        entry = Path(made) / request.version
        entry.mkdir()
        files = _write_files(network, calibration_faces(training), entry, on_step)
        measured = [_measure(path, precision, training, test, on_step) for precision, path in files.items()]
        on_step("writing golden batch, manifest and card")
        manifest = _manifest(request, measured, files)
        write_manifest(manifest, entry)
        write_card(manifest, measured[0].evaluation, entry)
        entry.replace(request.folder)
    return manifest


def calibration_faces(training: Faces) -> npt.NDArray[np.float32]:
    """A few hundred training images, the same at every call: float32 N×1×48×48, 0–255."""
    chosen = np.random.default_rng(CALIBRATION_SEED).permutation(len(training))[:CALIBRATION_FACES]
    return training.images[chosen].astype(np.float32)[:, np.newaxis]


def _write_files(
    network: Xception, calibration: npt.NDArray[np.float32], entry: Path, on_step: Progress
) -> dict[str, Path]:
    files = {precision: entry / f"{precision}.onnx" for precision in (FP32, FP16, INT8)}
    on_step(f"exporting {FP32}")
    export_fp32(network, files[FP32])
    on_step(f"converting to {FP16}")
    to_fp16(files[FP32], files[FP16])
    on_step(f"calibrating {INT8} on {len(calibration)} training images")
    to_int8(files[FP32], files[INT8], calibration)
    store_weights_in_half(files[FP32], files[FP32])
    return files


def _measure(path: Path, precision: str, training: Faces, test: Faces, on_step: Progress) -> Measured:
    on_step(f"evaluating {precision}")
    classifier = Classifier(path)
    whole = evaluate(classifier, test)
    unseen = evaluate(classifier, without_known(test, training))
    accuracy = tuple(
        Accuracy(
            dataset=DATASET,
            split=split,
            images=found.images,
            accuracy=round(found.accuracy, 4),
            macro_f1=round(found.macro_f1, 4),
        )
        for split, found in ((PUBLIC_TEST, whole), (UNSEEN, unseen))
    )
    latency = classifier.latency(golden_faces((1, 1, 1, 1), 1))
    return Measured(describe(path, precision, accuracy, (latency,)), whole)


def _manifest(request: Request, measured: list[Measured], files: dict[str, Path]) -> ModelManifest:
    return ModelManifest(
        name=request.name,
        version=request.version,
        variants=tuple(m.variant for m in measured),
        golden=make_golden(files),
        dataset=f"{DATASET}: {TRAINING} images for training and calibration, {PUBLIC_TEST} for the figures",
        licence=LICENCE,
        commit=request.commit,
        command=request.command or _command(request),
        created=datetime.now(UTC),
    )


def _command(request: Request) -> str:
    recipe = read_checkpoint(request.checkpoint)["recipe"]
    return (
        f"fer-models train --data {request.data.name} --width {recipe['width']} --epochs {recipe['epochs']} "
        f"--seed {recipe['seed']} && fer-models export --checkpoint {request.checkpoint.name} "
        f"--data {request.data.name} --name {request.name} --version {request.version}"
    )
