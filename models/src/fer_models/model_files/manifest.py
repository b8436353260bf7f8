"""manifest.json of a zoo entry: written, and read back."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from fer_wire import MessageError, ModelManifest, parse
from fer_wire.contracts import CLASSIFIER, FINDER, LANDMARKER
from fer_wire.manifest import FP16, FP32, INT8, Accuracy, Compression, Latency, Measurement, Variant

from fer_models.errors import ContractError
from fer_models.model_files.counts import count

MANIFEST = "manifest.json"
UNPRUNED = Compression()

NUMBERS = re.compile(r"\[[-+.\de,\s]+\]")

# Largest difference between a device's outputs and the golden ones. Runtimes order sums and pick kernels differently,
# which moves probabilities by about 1e-6 in float32, by about 1e-2 in float16 (TensorRT computes in it, a CPU widens
# it), and in int8 by some rounding steps that add up over forty layers. Logits and sizes in strides are larger numbers.
TOLERANCES = {
    CLASSIFIER: {FP32: 1e-3, FP16: 2e-2, INT8: 5e-2},
    FINDER: {FP32: 1e-2, FP16: 0.2, INT8: 0.5},
    LANDMARKER: {FP32: 1e-2, FP16: 0.2, INT8: 0.5},
}


def describe(
    path: Path,
    precision: str,
    accuracy: tuple[Accuracy, ...],
    latency: tuple[Latency, ...],
    compression: Compression = UNPRUNED,
    task: str = CLASSIFIER,
    measured: tuple[Measurement, ...] = (),
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
        measured=measured,
        latency=latency,
        tolerance=TOLERANCES[task][precision],
    )


def write_manifest(manifest: ModelManifest, folder: Path) -> None:
    """Write manifest.json into the folder, readable for people too: numbers that belong together share a line."""
    text = NUMBERS.sub(lambda row: " ".join(row[0].split()), manifest.model_dump_json(indent=2))
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> ModelManifest:
    """The manifest of a zoo entry; raises ContractError when it is missing or malformed."""
    path = folder / MANIFEST
    try:
        return parse(ModelManifest, path.read_bytes())
    except OSError as error:
        raise ContractError(f"{path} cannot be read ({error.strerror}); give a folder NAME/VERSION.") from error
    except MessageError as error:
        raise ContractError(f"{path} is not a manifest: {error}") from error
