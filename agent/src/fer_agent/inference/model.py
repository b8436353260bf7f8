"""A model's folder: manifest.json and its .onnx files, checked before anything runs."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Sequence

import numpy as np
from fer_wire import EMOTIONS, MessageError, ModelManifest, parse
from fer_wire.contracts import CLASSIFIER, CONTRACTS, FACE_PX, FINDER, LANDMARKER, STRIDES, Contract
from fer_wire.golden import golden_pixels
from fer_wire.manifest import Golden, Variant

from fer_agent.errors import ModelError
from fer_agent.inference.arrays import Batch

MANIFEST = "manifest.json"
ONNX = ".onnx"
REMEDY = "reinstall the model"

SETTINGS: Dict[str, str] = {
    CLASSIFIER: "emotion.model",
    FINDER: "faces.finder_model",
    LANDMARKER: "faces.landmarker_model",
}
"""Which setting names the model of a task."""


@dataclass(frozen=True)
class Model:
    """A model's manifest and the folder of its files."""

    folder: Path
    manifest: ModelManifest
    variants: Sequence[Variant]
    """The choices: all variants of the manifest, or the one whose file was named."""

    def variant(self, precision: str) -> Variant:
        """The variant of a precision; raises ModelError if there is none."""
        for variant in self.variants:
            if variant.precision == precision:
                return variant
        raise ModelError(
            f"The model {self.folder} has no variant {precision}; it has "
            f"{', '.join(variant.precision for variant in self.variants)}. Set emotion.precision to one of them."
        )

    def file(self, variant: Variant) -> Path:
        """The variant's .onnx file, if its size and sha256 are those of the manifest; raises ModelError otherwise."""
        path = self.folder / variant.file
        if not path.is_file():
            raise ModelError(f"The model file {path} is missing; {REMEDY}.")
        size = path.stat().st_size
        if size != variant.size_bytes:
            raise ModelError(f"{path} has {size} bytes, its manifest says {variant.size_bytes}; {REMEDY}.")
        if hashlib.sha256(path.read_bytes()).hexdigest() != variant.sha256:
            raise ModelError(f"{path} is damaged: its sha256 is not that of its manifest; {REMEDY}.")
        return path


def read_model(path: Path, task: str) -> Model:
    """The model of a folder, or of one .onnx file beside its manifest, for this task; raises ModelError."""
    folder = path.parent if path.suffix == ONNX else path
    manifest = read_manifest(folder, task)
    if manifest.task != task:
        raise ModelError(f"The model {folder} is a {manifest.task}, not a {task}; correct {SETTINGS[task]}.")
    _check_ends(folder, manifest)
    variants: List[Variant] = [v for v in manifest.variants if path.suffix != ONNX or v.file == path.name]
    if not variants:
        raise ModelError(f"{folder / MANIFEST} does not name {path.name}; correct {SETTINGS[task]}.")
    return Model(folder, manifest, variants)


def read_manifest(folder: Path, task: str) -> ModelManifest:
    """The manifest of a folder in which a model of this task is looked for; raises ModelError."""
    try:
        return parse(ModelManifest, (folder / MANIFEST).read_bytes())
    except FileNotFoundError:
        raise ModelError(f"There is no model in {folder}: {MANIFEST} is missing. Correct {SETTINGS[task]}.") from None
    except (MessageError, OSError) as error:
        raise ModelError(f"{folder / MANIFEST} cannot be used ({error}); {REMEDY}.") from error


def golden_pictures(golden: Golden) -> Batch:
    """The inputs of the golden batch."""
    pixels = np.frombuffer(golden_pixels(golden.coefficients, golden.faces, golden.px), np.uint8)
    return pixels.reshape(golden.faces, 1, golden.px, golden.px).astype(np.float32)


def golden_outputs(golden: Golden, precision: str, contract: Contract) -> Batch:
    """What the variant returned where it was exported, a row for each picture with all outputs one after the other.

    Raises ModelError if the manifest does not say.
    """
    rows = golden.outputs.get(precision, ())
    values = contract.values(golden.px)
    if len(rows) != golden.faces or any(len(row) != values for row in rows):
        raise ModelError(f"The manifest has no golden outputs for {precision}; {REMEDY}.")
    return np.array(rows, np.float32)


def _check_ends(folder: Path, manifest: ModelManifest) -> None:
    contract = CONTRACTS[manifest.task]
    if manifest.labels == contract.labels and manifest.face_px == (contract.px or STRIDES[-1]):
        return
    if manifest.task == CLASSIFIER:
        raise ModelError(
            f"The model {folder} breaks the contract: it must take {FACE_PX}-pixel faces and return the emotions "
            f"{', '.join(EMOTIONS)} in this order. Use a model that was exported under it."
        )
    raise ModelError(
        f"The model {folder} breaks the contract of a {manifest.task}: its face_px must be "
        f"{contract.px or STRIDES[-1]}, and it must have no labels. Use a model that was exported under it."
    )
