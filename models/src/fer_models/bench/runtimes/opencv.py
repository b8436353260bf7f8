"""OpenCV's own network module, on the CPU."""

from __future__ import annotations

import cv2
import numpy as np

from fer_models.bench.job import Array, Job, LoadedModel
from fer_models.errors import BenchError


def load(job: Job, face: Array) -> LoadedModel:
    """The .onnx file in cv2.dnn; raises BenchError when OpenCV cannot read it."""
    cv2.setNumThreads(job.threads)
    try:
        network = cv2.dnn.readNetFromONNX(job.file)
    except cv2.error as error:
        raise BenchError(f"OpenCV {cv2.__version__} does not read the file: {error}") from error

    def predict() -> Array:
        network.setInput(face)
        return np.asarray(network.forward(), np.float32)

    return LoadedModel(predict, {"opencv": cv2.__version__}, provider="cv2.dnn")
