"""fp32.onnx to int8.onnx: static quantization, per channel, symmetric, as QuantizeLinear and DequantizeLinear pairs.

Zero-points are 0 throughout, because TensorRT takes no others.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from fer_wire.manifest import INPUT_NAME
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quant_pre_process, quantize_static

# Convolutions are all but one ten-thousandth of the work; what lies between them is faster in float32 on a CPU.
QUANTIZED_OPERATORS = ("Conv",)
CALIBRATION_BATCH = 32


class Batches(CalibrationDataReader):
    """Faces for calibration, float32 N×1×48×48, 0–255, a batch at a time."""

    def __init__(self, faces: npt.NDArray[np.float32]) -> None:
        self._batches = self._split(faces)

    def get_next(self) -> dict[str, npt.NDArray[np.float32]] | None:
        return next(self._batches, None)

    def _split(self, faces: npt.NDArray[np.float32]) -> Iterator[dict[str, npt.NDArray[np.float32]]]:
        for start in range(0, len(faces), CALIBRATION_BATCH):
            yield {INPUT_NAME: faces[start : start + CALIBRATION_BATCH]}


def to_int8(fp32: Path, path: Path, faces: npt.NDArray[np.float32]) -> None:
    """Write the same network in int8; the faces (float32 N×1×48×48, 0–255) set the ranges of its activations."""
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(fp32, prepared, skip_optimization=True, skip_symbolic_shape=True)
        quantize_static(
            prepared,
            path,
            Batches(faces),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=list(QUANTIZED_OPERATORS),
            per_channel=True,
            activation_type=QuantType.QInt8,
            weight_type=QuantType.QInt8,
            extra_options={"ActivationSymmetric": True, "WeightSymmetric": True},
        )
