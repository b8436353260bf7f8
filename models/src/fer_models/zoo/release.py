"""One zoo entry from one checkpoint: three .onnx files, measured and described."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fer_wire import ModelManifest
from fer_wire.manifest import PRECISIONS, Accuracy, Compression, EmotionAccuracy, Variant

from fer_models.data.faces import LabelledFaces, without_known
from fer_models.data.fer2013 import DATASET, LICENCE
from fer_models.data.sources import PUBLIC_TEST, TRAINING, load_split
from fer_models.errors import ContractError
from fer_models.evaluation import Evaluation, evaluate
from fer_models.model_files.golden import golden_faces, make_golden
from fer_models.model_files.manifest import describe, write_manifest
from fer_models.model_files.runtime import Classifier
from fer_models.network.config import network_config
from fer_models.quantization.record import QuantizationRecord, read_record
from fer_models.quantization.variants import FOLDER, QuantizationRequest, quantize_checkpoint
from fer_models.staging import staged
from fer_models.training.checkpoint import State, digest, read_checkpoint
from fer_models.zoo.card import write_card

UNSEEN = f"{PUBLIC_TEST} without training duplicates"
DECIMALS = 4

Progress = Callable[[str], None]


@dataclass(frozen=True)
class ReleaseRequest:
    """What is to be released, and where: out/name/version. commit and command: for the manifest.

    also_learned: data sets beside FER2013 that it learned from, each with its terms. timed: whether to measure how long
    a face takes.
    """

    checkpoint: Path
    data: Path
    out: Path
    name: str
    version: str
    commit: str
    command: str = ""
    also_learned: tuple[str, ...] = ()
    timed: bool = True

    @property
    def folder(self) -> Path:
        """The folder of the entry."""
        return self.out / self.name / self.version

    @property
    def quantized(self) -> Path:
        """Where the checkpoint's .onnx files are, or will be made."""
        return self.checkpoint.parent / FOLDER


@dataclass(frozen=True)
class MeasuredVariant:
    """One variant, and its evaluation on the PublicTest images."""

    variant: Variant
    evaluation: Evaluation


def release(request: ReleaseRequest, on_step: Progress) -> ModelManifest:
    """Make the entry beside its place and move it there when it is complete.

    Takes the files that `fer-models quantize` made from the checkpoint; where there are none, makes them first.
    Raises ContractError when that version exists, DatasetError and TrainingError when the inputs are unusable.
    """
    if request.folder.exists():
        raise ContractError(f"{request.folder} exists; give a new --version, or remove the folder to make it again.")
    on_step("reading the checkpoint and the images")
    state = read_checkpoint(request.checkpoint)
    training, test = load_split(request.data, TRAINING), load_split(request.data, PUBLIC_TEST)
    record = _quantized(request, on_step)
    with staged(request.folder) as entry:
        files = {precision: entry / f"{precision}.onnx" for precision in PRECISIONS}
        for path in files.values():
            shutil.copyfile(request.quantized / path.name, path)
        compression = Compression(**state.get("compression", {}))
        measured = [
            _measure(path, p, compression, training, test, on_step, timed=request.timed) for p, path in files.items()
        ]
        on_step("writing golden batch, manifest and card")
        manifest = _manifest(request, state, measured, files, _commands(request, state, record))
        write_manifest(manifest, entry)
        write_card(manifest, measured[0].evaluation, record, entry)
    return manifest


def _quantized(request: ReleaseRequest, on_step: Progress) -> QuantizationRecord:
    found = read_record(request.quantized, digest(request.checkpoint))
    return found or quantize_checkpoint(
        QuantizationRequest(request.checkpoint, (request.data,), _quantize_command(request)), on_step
    )


def _measure(
    path: Path,
    precision: str,
    compression: Compression,
    training: LabelledFaces,
    test: LabelledFaces,
    on_step: Progress,
    *,
    timed: bool,
) -> MeasuredVariant:
    on_step(f"evaluating {precision}")
    classifier = Classifier(path)
    whole = evaluate(classifier, test)
    unseen = evaluate(classifier, without_known(test, training))
    accuracy = (scored(PUBLIC_TEST, whole), scored(UNSEEN, unseen))
    latency = (classifier.latency(golden_faces((1, 1, 1, 1), 1)),) if timed else ()
    return MeasuredVariant(describe(path, precision, accuracy, latency, compression), whole)


def scored(split: str, found: Evaluation) -> Accuracy:
    """The figures of one part of FER2013, as a manifest has them."""
    return Accuracy(
        dataset=DATASET,
        split=split,
        images=found.images,
        accuracy=round(found.accuracy, DECIMALS),
        macro_f1=round(found.macro_f1, DECIMALS),
        emotions=tuple(
            EmotionAccuracy(
                emotion=each.emotion,
                images=each.images,
                precision=round(each.precision, DECIMALS),
                recall=round(each.recall, DECIMALS),
            )
            for each in found.emotions
        ),
        calibration_error=found.calibration and round(found.calibration.ece, DECIMALS),
    )


def _manifest(
    request: ReleaseRequest, state: State, measured: list[MeasuredVariant], files: dict[str, Path], command: str
) -> ModelManifest:
    return ModelManifest(
        network=network_config(state["config"]).name,
        name=request.name,
        version=request.version,
        variants=tuple(m.variant for m in measured),
        golden=make_golden(files),
        dataset=_data_sets(request.also_learned),
        licence=_terms(request.also_learned),
        commit=request.commit,
        command=command,
        created=datetime.now(UTC),
    )


def _data_sets(others: Sequence[str]) -> str:
    names = [other.partition(":")[0].strip() for other in others]
    beside = f"; also learned: {', '.join(names)}" if names else ""
    return f"{DATASET}: {TRAINING} images for training and calibration, {PUBLIC_TEST} for the figures{beside}"


def _terms(others: Sequence[str]) -> str:
    return " ".join([LICENCE, *(f"Also learned, on these terms: {other}." for other in others)])


def _commands(request: ReleaseRequest, state: State, record: QuantizationRecord) -> str:
    """The command lines that made the entry, in order."""
    export = (
        f"fer-models export --checkpoint {request.checkpoint.name} --data {request.data.name} --name {request.name} "
        f"--version {request.version}"
    )
    export += "".join(f" --also-learned {shlex.quote(other)}" for other in request.also_learned)
    made = state.get("commands") or [_train_command(request, state["recipe"])]
    return request.command or " && ".join([*made, record.command, export])


def _train_command(request: ReleaseRequest, recipe: dict[str, Any]) -> str:
    options = " ".join(f"--{name} {recipe[name]}" for name in ("width", "epochs", "seed"))
    return f"fer-models train --data {request.data.name} {options}"


def _quantize_command(request: ReleaseRequest) -> str:
    return f"fer-models quantize --checkpoint {request.checkpoint.name} --data {request.data.name}"
