"""manifest.json of a zoo entry: written, and read back."""

from __future__ import annotations

import hashlib
from pathlib import Path

from fer_wire import MessageError, ModelManifest, parse
from fer_wire.manifest import Accuracy, Compression, Latency, Variant

from fer_models.errors import ContractError
from fer_models.model_files.counts import count

MANIFEST = "manifest.json"
UNPRUNED = Compression()

# Largest difference between a device's probabilities and the golden ones. Runtimes order sums and pick kernels
# differently, which moves float32 by about 1e-6, float16 by about 1e-2 (TensorRT computes in it, a CPU widens it),
# and int8 by some rounding steps that add up over forty layers.
TOLERANCES = {"fp32": 1e-3, "fp16": 2e-2, "int8": 5e-2}


def describe(
    path: Path,
    precision: str,
    accuracy: tuple[Accuracy, ...],
    latency: tuple[Latency, ...],
    compression: Compression = UNPRUNED,
) -> Variant:
    """One .onnx file, as the manifest lists it."""
    counts = count(path)
    data = path.read_bytes()
    return Variant(
        precision=precision,
        file=path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        size_bytes=len(data),
        parameters=counts.parameters,
        nonzero_parameters=counts.nonzero_parameters,
        compression=compression,
        macs=counts.macs,
        accuracy=accuracy,
        latency=latency,
        tolerance=TOLERANCES[precision],
    )


def write_manifest(manifest: ModelManifest, folder: Path) -> None:
    """Write manifest.json into the folder, readable for people too."""
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> ModelManifest:
    """The manifest of a zoo entry; raises ContractError when it is missing or malformed."""
    path = folder / MANIFEST
    try:
        return parse(ModelManifest, path.read_bytes())
    except OSError as error:
        raise ContractError(f"{path} cannot be read ({error.strerror}); give a folder NAME/VERSION.") from error
    except MessageError as error:
        raise ContractError(f"{path} is not a manifest: {error}") from error
