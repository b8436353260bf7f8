"""The two networks that run in every runtime, in the formats that the runtimes read."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
from fer_wire.contracts import FACE_PX

from fer_models.bench.job import LEVELS
from fer_models.bench.networks import full_xception
from fer_models.bench.networks.full_xception import Array
from fer_models.bench.networks.full_xception_onnx import write_full
from fer_models.bench.networks.onnx_layers import write_layers
from fer_models.bench.rows import FP16, FP32, INT8
from fer_models.errors import BenchError
from fer_models.model_files.float16 import to_fp16
from fer_models.quantization.qdq import to_int8
from fer_models.zoo.verification import verify_entry

CALIBRATION_FACES = 32
CALIBRATION_SEED = 2


class NetworkSource(Protocol):
    """One network; its methods raise BenchError for a format that it does not have."""

    face_shape: tuple[int, ...]

    def onnx(self, precision: str) -> Path: ...

    def weights(self) -> Path: ...


class FullXception:
    """The full Xception, with random weights; its files are made in the folder when they are needed."""

    face_shape: tuple[int, ...] = full_xception.FACE_SHAPE

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def weights(self) -> Path:
        """The weights as an .npz file, by layer."""
        path = self._folder / "xception.npz"
        if not path.exists():
            np.savez(path, **self._drawn)  # type: ignore[arg-type]  # the names are those of arrays
        return path

    def onnx(self, precision: str) -> Path:
        """The network as an .onnx file."""
        path = self._folder / f"xception-{precision}.onnx"
        if path.exists():
            return path
        if precision == FP32:
            write_full(self._drawn, path)
        elif precision == FP16:
            to_fp16(self.onnx(FP32), path)
        elif precision == INT8:
            to_int8(self.onnx(FP32), path, _calibration_faces(self.face_shape))
        return path

    @cached_property
    def _drawn(self) -> dict[str, Array]:
        return full_xception.draw_weights()


class ShippedModel:
    """A model of the zoo, as shipped; raises ContractError when it breaks the contract."""

    def __init__(self, entry: Path, face_shape: tuple[int, ...]) -> None:
        manifest = verify_entry(entry)
        self.reference, self.face_shape = f"{manifest.name}@{manifest.version}", face_shape
        self._files = {variant.precision: entry / variant.file for variant in manifest.variants}

    def weights(self) -> Path:
        """Raises BenchError: other frameworks do not read the file."""
        raise BenchError(f"{self.reference} runs in ONNX Runtime alone")

    def onnx(self, precision: str) -> Path:
        """The shipped file."""
        if precision not in self._files:
            raise BenchError(f"{self.reference} has no variant in {precision}")
        return self._files[precision]


class LightModel(ShippedModel):
    """The shipped classifier, whose layers other frameworks are given too."""

    def __init__(self, entry: Path, folder: Path) -> None:
        super().__init__(entry, (1, FACE_PX, FACE_PX))
        self._folder = folder

    def weights(self) -> Path:
        """The network as an .npz file of layers."""
        path = self._folder / "light.npz"
        if not path.exists():
            write_layers(self.onnx(FP32), path)
        return path


def _calibration_faces(shape: tuple[int, ...]) -> Array:
    drawn = np.random.default_rng(CALIBRATION_SEED).integers(0, LEVELS, (CALIBRATION_FACES, *shape))
    return drawn.astype(np.float32)
