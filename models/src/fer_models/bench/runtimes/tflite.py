"""TFLite: a .tflite file in LiteRT's interpreter, with its XNNPACK kernels."""

from __future__ import annotations

import importlib.metadata

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from fer_models.bench.job import Array, Job, LoadedModel

DISTRIBUTION = "ai-edge-litert"


def load(job: Job, face: Array) -> LoadedModel:
    """The file, its tensors allocated; it takes channels last."""
    interpreter = Interpreter(model_path=job.file, num_threads=job.threads)
    interpreter.allocate_tensors()
    (taken,), (given,) = interpreter.get_input_details(), interpreter.get_output_details()
    pixels = np.ascontiguousarray(face.transpose(0, 2, 3, 1))

    def predict() -> Array:
        interpreter.set_tensor(taken["index"], pixels)
        interpreter.invoke()
        probabilities: Array = interpreter.get_tensor(given["index"])
        return probabilities

    return LoadedModel(predict, {DISTRIBUTION: importlib.metadata.version(DISTRIBUTION)}, provider="XNNPACK")
