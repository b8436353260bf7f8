"""The figures of one row, read from the files that its command left."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from fer_wire.contracts import FACE_PX
from fer_wire.manifest import INT8

from fer_models.ablation.plan import Step
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
    size_bytes: of the .onnx file; p50_ms: for one face in ONNX Runtime, on one thread of this machine.
    """

    accuracy: float
    parameters: int
    nonzero_parameters: int
    macs: int
    size_bytes: int
    p50_ms: float
    live_accuracy: float | None = None


def command_of(folder: Path) -> str | None:
    """The command that began the training in the folder, according to its log; None where no log names one."""
    log = folder / LOG
    if not log.exists():
        return None
    command: str | None = json.loads(log.read_text(encoding="utf-8").splitlines()[0]).get("command")
    return command


def read_figures(step: Step, folder: Path) -> AblationFigures:
    """The figures of a finished run's folder; raises TrainingError or ContractError when its files are unusable."""
    if step is Step.QUANTIZE:
        return _measured(
            folder / f"{INT8}.onnx", _said(folder / QUANTIZATION_RECORD)["files"][INT8]["accuracy"], FACE_PX
        )
    last = json.loads((folder / LOG).read_text(encoding="utf-8").splitlines()[-1])
    accuracy = (
        _said(folder / PRUNING_RECORD)["held_out_accuracy"]["after"]
        if step is Step.PRUNE
        else last["held_out_accuracy"]
    )
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "fp32.onnx"
        export_fp32(load_trained(folder / CHECKPOINT), path, last["px"])
        return replace(_measured(path, accuracy, last["px"]), live_accuracy=last["live_accuracy"])


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
