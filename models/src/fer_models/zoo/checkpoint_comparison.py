"""A zoo entry compared with the checkpoint it was made of: the same answers, by PyTorch and by ONNX Runtime."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from fer_wire import ModelManifest
from fer_wire.manifest import INT8

from fer_models.errors import ContractError
from fer_models.model_files.golden import golden_faces
from fer_models.model_files.runtime import Classifier
from fer_models.training.checkpoint import load_trained

# A file of int8 differs from its checkpoint by all that rounding costs, and the golden faces, being no faces, strain
# its ranges; another checkpoint's fp32 and fp16 are found out all the same.
ROUNDING_TOLERANCES = {INT8: 0.25}


def compare_with_checkpoint(folder: Path, manifest: ModelManifest, checkpoint: Path) -> dict[str, float]:
    """The largest difference of each precision's probabilities from the checkpoint's, on the golden faces.

    Raises ContractError when one is beyond its tolerance, TrainingError when the checkpoint is none.
    """
    faces = golden_faces(manifest.golden.coefficients, manifest.golden.faces)
    with torch.inference_mode():
        expected = load_trained(checkpoint)(torch.from_numpy(faces)).softmax(dim=1).numpy()
    differences = {}
    for variant in manifest.variants:
        path = folder / variant.file
        differences[variant.precision] = float(np.abs(Classifier(path).predict(faces) - expected).max())
        tolerance = ROUNDING_TOLERANCES.get(variant.precision, variant.tolerance)
        if not differences[variant.precision] <= tolerance:
            raise ContractError(
                f"{path} differs from {checkpoint} by {differences[variant.precision]:.3g}; at most "
                f"{tolerance:g} is allowed. It was made of another checkpoint: export this one, or give that."
            )
    return differences
