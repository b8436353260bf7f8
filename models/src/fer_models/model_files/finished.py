"""Finished models as commands are given them: an .onnx file, or a zoo entry, whose fp32 file is taken."""

from __future__ import annotations

from pathlib import Path

from fer_wire.manifest import FP32

from fer_models.model_files.manifest import read_manifest

ONNX = ".onnx"


def is_finished_model(path: Path) -> bool:
    """Whether the path names a zoo entry or an .onnx file; anything else is taken for a checkpoint."""
    return path.is_dir() or path.suffix == ONNX


def model_file(model: Path) -> Path:
    """The .onnx file of a finished model; raises ContractError for a folder without a manifest."""
    if not model.is_dir():
        return model
    variants = {variant.precision: variant.file for variant in read_manifest(model).variants}
    return model / variants.get(FP32, next(iter(variants.values())))
