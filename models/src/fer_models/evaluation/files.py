"""Which .onnx files are evaluated: one by one, or as a zoo entry lists them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from fer_models.errors import ContractError
from fer_models.model_files.counts import count
from fer_models.model_files.manifest import read_manifest


@dataclass(frozen=True)
class ModelFile:
    """One file; model, version, precision and compression (Eq. 1) are empty without a manifest."""

    path: Path
    model: str = ""
    version: str = ""
    precision: str = ""
    compression: dict[str, float] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What people call it: light 0.1.0 fp32, or the file's name."""
        return f"{self.model} {self.version} {self.precision}" if self.model else self.path.stem

    @property
    def group(self) -> str:
        """What the file belongs to, as part of a file name: light-0.1.0, or the file's name."""
        return f"{self.model}-{self.version}" if self.model else self.path.stem

    def is_of(self, precisions: Sequence[str] | None) -> bool:
        """Whether it has one of the precisions; a file without a manifest, or no precision asked for, will do."""
        return not precisions or not self.precision or self.precision in precisions

    def facts(self) -> dict[str, Any]:
        """What is known without running it: identity, digest, sizes."""
        data = self.path.read_bytes()
        return {
            "model": self.model or None,
            "version": self.version or None,
            "precision": self.precision or None,
            "sha256": hashlib.sha256(data).hexdigest(),
            "size_bytes": len(data),
            **asdict(count(self.path)),
            "compression": self.compression or None,
        }


def model_files(models: Sequence[Path]) -> dict[str, ModelFile]:
    """Every file of these .onnx files and zoo entries, by its name; raises ContractError for anything else."""
    files = [file for model in models for file in _files(model)]
    names = Counter(file.path.name for file in files)
    return {_name(file.path, names[file.path.name] > 1): file for file in files}


def _files(model: Path) -> list[ModelFile]:
    if model.is_file():
        return [ModelFile(model)]
    if not model.is_dir():
        raise ContractError(f"{model} does not exist; give an .onnx file, or a folder NAME/VERSION of a zoo.")
    manifest = read_manifest(model)
    return [
        ModelFile(model / v.file, manifest.name, manifest.version, v.precision, v.compression.model_dump())
        for v in manifest.variants
    ]


def _name(path: Path, is_shared: bool) -> str:
    return "/".join(path.parts[-3:]) if is_shared else path.name
