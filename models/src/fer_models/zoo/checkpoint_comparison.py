"""A zoo entry compared with the checkpoint it was made from: ONNX Runtime must answer as PyTorch does."""

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

# An int8 file differs from its checkpoint by everything that rounding costs, and the golden faces, which are not
# faces, strain its ranges. A wrong checkpoint still shows in fp32 and fp16.
ROUNDING_TOLERANCES = {INT8: 0.25}


def compare_with_checkpoint(folder: Path, manifest: ModelManifest, checkpoint: Path) -> dict[str, float]:
    """The largest difference between each precision's probabilities and the checkpoint's, on the golden faces.

    Raises ContractError when one exceeds its tolerance, TrainingError when the checkpoint cannot be read.
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
                f"{tolerance:g} is allowed. It was made from another checkpoint: export this one, or give that one."
            )
    return differences
