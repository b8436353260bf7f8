"""A network as a list of layers, which any framework can build without reading .onnx."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

CONVOLUTION, DENSE, MAX_POOL, MEAN = "convolution", "dense", "max pool", "mean"
RELU, SOFTMAX, ADD, DIVIDE, SUBTRACT = "relu", "softmax", "add", "divide", "subtract"
FACE = "face"
LAYERS = "layers"


@dataclass(frozen=True)
class Layer:
    """inputs and output name tensors; pads: top, left, bottom, right; value: the divisor, or the number to subtract.

    Its arrays are OUTPUT.kernel (out×in×height×width, or out×in) and OUTPUT.bias.
    """

    kind: str
    inputs: tuple[str, ...]
    output: str
    size: int = 1
    stride: int = 1
    pads: tuple[int, int, int, int] = (0, 0, 0, 0)
    groups: int = 1
    value: float = 0.0


def save_layers(layers: list[Layer], arrays: Mapping[str, Array], path: Path) -> None:
    """Write layers and arrays as one .npz file."""
    text = json.dumps([asdict(layer) for layer in layers])
    np.savez(path, **{LAYERS: np.array(text)}, **arrays)  # type: ignore[arg-type]  # the names are those of arrays


def load_layers(path: str) -> tuple[list[Layer], Mapping[str, Array]]:
    """The layers of a file, and its arrays, each read when it is used."""
    arrays = np.load(path)
    rows = json.loads(str(arrays[LAYERS]))
    return [Layer(**{**row, "inputs": tuple(row["inputs"]), "pads": tuple(row["pads"])}) for row in rows], arrays
