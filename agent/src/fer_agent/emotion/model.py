"""A model's folder: manifest.json and its .onnx files, checked before anything runs."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import List, Sequence

import numpy as np
import numpy.typing as npt
from fer_wire import EMOTIONS, MessageError, ModelManifest, parse
from fer_wire.contracts import FACE_PX
from fer_wire.golden import golden_pixels
from fer_wire.manifest import Golden, Variant

from fer_agent.errors import ModelError

MANIFEST = "manifest.json"
ONNX = ".onnx"
REMEDY = "reinstall the model"

Faces = npt.NDArray[np.float32]
"""N × 1 × 48 × 48, grey, 0–255."""

Probabilities = npt.NDArray[np.float32]
"""N × 7, in the order of fer_wire.EMOTIONS."""


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


def read_model(path: Path) -> Model:
    """The model of a folder, or of one .onnx file beside its manifest; raises ModelError."""
    folder = path.parent if path.suffix == ONNX else path
    try:
        manifest = parse(ModelManifest, (folder / MANIFEST).read_bytes())
    except FileNotFoundError:
        raise ModelError(f"There is no model in {folder}: {MANIFEST} is missing. Correct emotion.model.") from None
    except (MessageError, OSError) as error:
        raise ModelError(f"{folder / MANIFEST} cannot be used ({error}); {REMEDY}.") from error
    if manifest.labels != EMOTIONS or manifest.face_px != FACE_PX:
        raise ModelError(
            f"The model {folder} breaks the contract: it must take {FACE_PX}-pixel faces and return the emotions "
            f"{', '.join(EMOTIONS)} in this order. Use a model that was exported under it."
        )
    variants: List[Variant] = [v for v in manifest.variants if path.suffix != ONNX or v.file == path.name]
    if not variants:
        raise ModelError(f"{folder / MANIFEST} does not name {path.name}; correct emotion.model.")
    return Model(folder, manifest, variants)


def golden_faces(golden: Golden) -> Faces:
    """The inputs of the golden batch."""
    pixels = np.frombuffer(golden_pixels(golden.coefficients, golden.faces), np.uint8)
    return pixels.reshape(golden.faces, 1, FACE_PX, FACE_PX).astype(np.float32)


def golden_outputs(golden: Golden, precision: str) -> Probabilities:
    """What the variant returned where it was exported; raises ModelError if the manifest does not say."""
    outputs = np.array(golden.outputs.get(precision, ()), np.float32)
    if outputs.shape != (golden.faces, len(EMOTIONS)):
        raise ModelError(f"The manifest has no golden outputs for {precision}; {REMEDY}.")
    return outputs
