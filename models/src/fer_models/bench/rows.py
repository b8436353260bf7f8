"""The rows of the tables: a model in a runtime at a precision. Imports nothing heavy: see row_process.py."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fer_models.errors import UsageError

XCEPTION, LIGHT = "xception", "light"
CLASSIFIER, FINDER, LANDMARKER = "classifier", "finder", "landmarker"
VGG16, RESNET50, CNN = "vgg16", "resnet50", "cnn"

KERAS_FUNCTION, KERAS_PREDICT, TFLITE = "keras-function", "keras-predict", "tflite"
PYTORCH, OPENCV = "pytorch", "opencv"
ORT_CPU, ORT_CUDA, ORT_TENSORRT = "ort-cpu", "ort-cuda", "ort-tensorrt"
ORT = (ORT_CPU, ORT_CUDA, ORT_TENSORRT)

FP32, FP16, INT8 = "fp32", "fp16", "int8"

MODULES = {
    KERAS_FUNCTION: "keras",
    KERAS_PREDICT: "keras",
    TFLITE: "tflite",
    PYTORCH: "pytorch",
    ORT_CPU: "ort",
    ORT_CUDA: "ort",
    ORT_TENSORRT: "ort",
    OPENCV: "opencv",
}
"""The file in runtimes/ that loads a model for each runtime."""

PRECISIONS = {
    KERAS_FUNCTION: (FP32,),
    KERAS_PREDICT: (FP32,),
    TFLITE: (FP32, FP16),
    PYTORCH: (FP32,),
    ORT_CPU: (FP32, FP16, INT8),
    ORT_CUDA: (FP32, FP16, INT8),
    ORT_TENSORRT: (FP32, FP16, INT8),
    OPENCV: (FP32,),
}

RUNTIMES = {
    XCEPTION: tuple(PRECISIONS),
    LIGHT: tuple(PRECISIONS),
    VGG16: (KERAS_FUNCTION,),
    RESNET50: (KERAS_FUNCTION,),
    CNN: (KERAS_FUNCTION,),
    FINDER: ORT,
    LANDMARKER: ORT,
}
"""What each model is measured in: the full and the light network in everything, the paper's other networks in Keras,
and the finder (a scan of 640×360) and the landmarker (one face) where the agent runs them."""


@dataclass(frozen=True)
class BenchRow:
    """One row, named MODEL/RUNTIME/PRECISION."""

    model: str
    runtime: str
    precision: str

    @property
    def name(self) -> str:
        """MODEL/RUNTIME/PRECISION."""
        return f"{self.model}/{self.runtime}/{self.precision}"


def task_of(model: str) -> str:
    """What the model is for; its contract and its tolerances follow."""
    return model if model in (FINDER, LANDMARKER) else CLASSIFIER


FULL_KERAS = BenchRow(XCEPTION, KERAS_FUNCTION, FP32)


def every_row() -> Iterator[BenchRow]:
    """All rows, model by model."""
    for model, runtimes in RUNTIMES.items():
        for runtime in runtimes:
            yield from (BenchRow(model, runtime, precision) for precision in PRECISIONS[runtime])


def select(names: Sequence[str]) -> list[BenchRow]:
    """The rows with these names, or first parts of names; all if none is given. Raises UsageError if one is unknown."""
    found = [row for row in every_row() if not names or any(_covers(name, row) for name in names)]
    for name in names:
        if not any(_covers(name, row) for row in found):
            raise UsageError(
                f"There is no row {name}; a row is MODEL, MODEL/RUNTIME or MODEL/RUNTIME/PRECISION, with the models "
                f"{', '.join(RUNTIMES)} and the runtimes {', '.join(PRECISIONS)}."
            )
    return found


def _covers(name: str, row: BenchRow) -> bool:
    parts = name.split("/")
    return row.name.split("/")[: len(parts)] == parts
