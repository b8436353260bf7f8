"""One zoo entry of a finder or a landmarker: three .onnx files, measured and described."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from fer_wire import ModelManifest
from fer_wire.contracts import CONTRACTS
from fer_wire.manifest import FP16, FP32, INT8, PRECISIONS, Variant

from fer_models.errors import ContractError
from fer_models.eyes.learning.checkpoint import read_state
from fer_models.model_files.finished import is_finished_model
from fer_models.model_files.float16 import to_fp16
from fer_models.model_files.golden import make_golden
from fer_models.model_files.manifest import describe, read_manifest, write_manifest
from fer_models.model_files.runtime import RunningModel
from fer_models.quantization.qdq import to_int8
from fer_models.staging import staged
from fer_models.zoo.eyes.card import write_eyes_card
from fer_models.zoo.eyes.maker import DATA, LICENCE, EyesMaker
from fer_models.zoo.release import ReleaseRequest
from fer_models.zoo.verification import verify_entry

TRAINED = ("samples", "batch", "seed")


def release_eyes(request: ReleaseRequest, maker: EyesMaker, on_step: Callable[[str], None]) -> ModelManifest:
    """Make the entry beside its place and move it there when it is complete and verified.

    The request's checkpoint may also be an .onnx file or a zoo entry. Raises ContractError when that version exists,
    DatasetError, TrainingError and ContractError when the inputs are unusable.
    """
    if request.folder.exists():
        raise ContractError(f"{request.folder} exists; give a new --version, or remove the folder to make it again.")
    with staged(request.folder) as entry:
        files = {precision: entry / f"{precision}.onnx" for precision in PRECISIONS}
        calibrated = _write_files(request, maker, files, on_step)
        variants = [_variant(path, precision, maker, on_step) for precision, path in files.items()]
        on_step("writing golden batch, manifest and card")
        manifest = _manifest(request, maker, variants, files)
        write_manifest(manifest, entry)
        write_eyes_card(manifest, maker, calibrated, entry)
        verify_entry(entry)
    return manifest


def _write_files(
    request: ReleaseRequest, maker: EyesMaker, files: dict[str, Path], on_step: Callable[[str], None]
) -> int:
    """The three files; returns how many pictures int8 was calibrated on."""
    on_step(f"exporting {FP32}")
    maker.export(request.checkpoint, files[FP32])
    on_step(f"converting to {FP16}")
    to_fp16(files[FP32], files[FP16])
    on_step(f"calibrating {INT8}")
    pictures = maker.calibration()
    to_int8(files[FP32], files[INT8], pictures)
    return len(pictures)


def _variant(path: Path, precision: str, maker: EyesMaker, on_step: Callable[[str], None]) -> Variant:
    on_step(f"measuring {precision}")
    measured = maker.measured(path)
    picture = np.random.default_rng(0).integers(0, 256, (1, 1, *maker.timed)).astype(np.float32)
    latency = RunningModel(path, CONTRACTS[maker.task]).latency(picture)
    return describe(path, precision, (), (latency,), task=maker.task, measured=measured)


def _manifest(
    request: ReleaseRequest, maker: EyesMaker, variants: list[Variant], files: dict[str, Path]
) -> ModelManifest:
    return ModelManifest(
        task=maker.task,
        name=request.name,
        version=request.version,
        labels=CONTRACTS[maker.task].labels,
        face_px=maker.face_px,
        variants=tuple(variants),
        golden=make_golden(files, maker.task),
        dataset=DATA,
        licence=LICENCE,
        commit=request.commit,
        command=request.command or " && ".join([*_training(request, maker.task), _release(request, maker.task)]),
        created=datetime.now(UTC),
    )


def _training(request: ReleaseRequest, task: str) -> list[str]:
    """What made the weights, as far as their file tells."""
    if is_finished_model(request.checkpoint):
        return [read_manifest(request.checkpoint).command] if request.checkpoint.is_dir() else []
    plan = read_state(request.checkpoint, task)["plan"]
    options = " ".join(f"--{name} {plan[name]}" for name in TRAINED)
    return [f"fer-models {task} train --data {request.data.name} {options} --rate {plan['peak_rate']}"]


def _release(request: ReleaseRequest, task: str) -> str:
    source = "/".join(request.checkpoint.parts[-2:]) if request.checkpoint.is_dir() else request.checkpoint.name
    return f"fer-models {task} release {source} --data {request.data.name} --version {request.version}"
