"""The figures of one row, read from the files that its command left."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from fer_wire.contracts import FACE_PX
from fer_wire.manifest import INT8

from fer_models.ablation.plan import Step
from fer_models.data.sources import load_each_held_out
from fer_models.evaluation.across import answers, figures
from fer_models.evaluation.sets import FaceSet
from fer_models.model_files.counts import count
from fer_models.model_files.runtime import Classifier
from fer_models.model_files.to_onnx import export_fp32
from fer_models.pruning.pruner import OUTCOME as PRUNING_RECORD
from fer_models.quantization.record import RECORD as QUANTIZATION_RECORD
from fer_models.training.checkpoint import CHECKPOINT, load_trained
from fer_models.training.run import LOG


@dataclass(frozen=True)
class AblationFigures:
    """accuracy: share of the held-out training images, 0–1, one view each; macs: for one face, at the row's own size.

    live_accuracy: of the weights as training left them, where accuracy is that of their average; None for int8 files.
    size_bytes: of the .onnx file; p50_ms: for one face in ONNX Runtime, on one thread of this machine. held_out: the
    figures of each data set by itself, as `evaluate` tells them.
    """

    accuracy: float
    parameters: int
    nonzero_parameters: int
    macs: int
    size_bytes: int
    p50_ms: float
    live_accuracy: float | None = None
    held_out: list[dict[str, Any]] = field(default_factory=list)


def held_out_sets(sources: Sequence[Path]) -> list[FaceSet]:
    """Of each data set the training images that no run learns from; raises DatasetError when one is unusable."""
    held_out = (held for _, held in load_each_held_out(sources))
    return [FaceSet(path.stem, "held out", faces) for path, faces in zip(sources, held_out, strict=True)]


def command_of(folder: Path) -> str | None:
    """The command that began the training in the folder, according to its log; None where no log names one."""
    log = folder / LOG
    if not log.exists():
        return None
    command: str | None = json.loads(log.read_text(encoding="utf-8").splitlines()[0]).get("command")
    return command


def read_figures(step: Step, folder: Path, also_on: Sequence[FaceSet] = ()) -> AblationFigures:
    """The figures of a finished run's folder, and of its network at 48 px on each of the sets.

    Raises TrainingError or ContractError when its files are unusable.
    """
    if step is Step.QUANTIZE:
        path = folder / f"{INT8}.onnx"
        accuracy = _said(folder / QUANTIZATION_RECORD)["files"][INT8]["accuracy"]
        return replace(_measured(path, accuracy, FACE_PX), held_out=_on(path, also_on))
    last = json.loads((folder / LOG).read_text(encoding="utf-8").splitlines()[-1])
    accuracy = (
        _said(folder / PRUNING_RECORD)["held_out_accuracy"]["after"]
        if step is Step.PRUNE
        else last["held_out_accuracy"]
    )
    network = load_trained(folder / CHECKPOINT)
    with tempfile.TemporaryDirectory() as scratch:
        own, path = Path(scratch) / "own.onnx", Path(scratch) / "fp32.onnx"
        export_fp32(network, own, last["px"])
        export_fp32(network, path, FACE_PX)
        measured = _measured(own, accuracy, last["px"])
        return replace(measured, live_accuracy=last["live_accuracy"], held_out=_on(path, also_on))


def _on(path: Path, sets: Sequence[FaceSet]) -> list[dict[str, Any]]:
    return figures(sets, answers(Classifier(path), sets))


def _measured(path: Path, accuracy: float, px: int) -> AblationFigures:
    counts = count(path)
    grey = np.full((1, 1, px, px), 128, dtype=np.float32)
    return AblationFigures(
        accuracy=accuracy,
        parameters=counts.parameters,
        nonzero_parameters=counts.nonzero_parameters,
        macs=counts.macs,
        size_bytes=path.stat().st_size,
        p50_ms=Classifier(path).latency(grey).p50_ms,
    )


def _said(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
