"""Tiny finders and landmarkers, written byte by byte as tiny_onnx writes its classifier, that keep their contracts."""

import hashlib
from pathlib import Path
from typing import List, Mapping, Tuple

import numpy as np
import numpy.typing as npt
from fer_wire import ModelManifest
from fer_wire.contracts import CELL_CHANNELS, CONTRACTS, CROP_PX, FINDER, LANDMARKER, STRIDES
from fer_wire.golden import golden_pixels
from fer_wire.manifest import IR_VERSION, OPSET, Golden
from tiny_onnx import COEFFICIENTS, FLOAT, Dimension, _node, _value, message

INT64, INTS = 7, 7
GOLDEN_PX = {FINDER: 32, LANDMARKER: CROP_PX}
PICTURES = 2


Array = npt.NDArray[np.float32]


def finder(
    *,
    size: Dimension = "H",
    strides: Tuple[int, ...] = STRIDES,
    stiff: bool = False,
    blind: bool = False,
    name: str = "tiny",
) -> bytes:
    """A convolution for each stride; size, strides and stiff break the contract.

    A stiff one looks at the corner of every picture that is larger than those of the golden batch. A blind one keeps
    the contract, and gives zeros whatever it is shown.
    """
    nodes, values = [], []
    tensors = [_sizes("starts", (0, 0)), _sizes("ends", (1, 1)), _sizes("axes", (2, 3))]
    for output, stride in zip(CONTRACTS[FINDER].outputs, strides):  # noqa: B905  # Python 3.8 has no strict
        bent = stiff and stride == STRIDES[-1]
        nodes.append(_convolution("image", f"kernel{output.name}", "maps" if bent else output.name, stride))
        tensors.append(_tensor(f"kernel{output.name}", _kernel(stride) * np.float32(not blind)))
        if bent:
            nodes.append(_node("Slice", ["maps", "starts", "ends", "axes"], output.name))
        values.append(_value(output.name, FLOAT, ("N", CELL_CHANNELS, f"h{stride}", f"w{stride}")))
    return _model(name, nodes, tensors, _value("image", FLOAT, ("N", 1, size, size)), values)


def landmarker(*, angles: int = 3, name: str = "tiny") -> bytes:
    """Flatten, multiply by random weights, and bring into shape."""
    sizes = {"landmarks": (68, 2), "visible": (68,), "angles": (angles,)}
    nodes = [_node("Flatten", ["face"], "flat")]
    tensors, values = [], []
    for output, shape in sizes.items():
        tensors.append(_tensor(f"weights-{output}", _weights(output, int(np.prod(shape)))))
        nodes.append(_node("MatMul", ["flat", f"weights-{output}"], "points" if len(shape) > 1 else output))
        values.append(_value(output, FLOAT, ("N", *shape)))
    tensors.append(_sizes("shape", (0, 68, 2)))
    nodes.append(_node("Reshape", ["points", "shape"], "landmarks"))
    return _model(name, nodes, tensors, _value("face", FLOAT, ("N", 1, CROP_PX, CROP_PX)), values)


def write_eyes(folder: Path, task: str, files: Mapping[str, bytes], version: str = "1.0.0") -> Path:
    """The folder of a finder or landmarker with these files by precision, and golden outputs computed by numpy."""
    folder.mkdir(parents=True, exist_ok=True)
    variants = []
    for precision, data in files.items():
        (folder / f"{precision}.onnx").write_bytes(data)
        numbers = {"parameters": 100, "nonzero_parameters": 100, "tolerance": 0.01}
        digest = hashlib.sha256(data).hexdigest()
        file = {"precision": precision, "file": f"{precision}.onnx", "sha256": digest, "size_bytes": len(data)}
        variants.append({**file, **numbers})
    px = GOLDEN_PX[task]
    outputs = tuple(tuple(float(value) for value in row) for row in expected(task, golden_pictures(px)))
    golden = Golden(formula="", coefficients=COEFFICIENTS, faces=PICTURES, px=px, outputs=dict.fromkeys(files, outputs))
    fields = {
        "task": task, "name": f"tiny-{task}", "version": version, "labels": (), "face_px": px, "variants": variants,
        "golden": golden, "created": "2026-01-31T12:00:00Z",
    }  # fmt: skip
    (folder / "manifest.json").write_bytes(ModelManifest.model_validate(fields).payload())
    return folder


def expected(task: str, pictures: Array) -> Array:
    """What the networks give for each picture, all outputs one after the other, computed by numpy."""
    if task == FINDER:
        return np.concatenate([_found(pictures, stride) for stride in STRIDES], axis=1)
    flat = pictures.reshape(len(pictures), -1)
    outputs = {output.name: int(np.prod(output.shape)) for output in CONTRACTS[LANDMARKER].outputs}
    return np.concatenate([flat @ _weights(name, values) for name, values in outputs.items()], axis=1)


def golden_pictures(px: int) -> Array:
    """The golden batch's formula, as the wire computes it."""
    pixels = np.frombuffer(golden_pixels(COEFFICIENTS, PICTURES, px), np.uint8)
    return pixels.reshape(PICTURES, 1, px, px).astype(np.float32)


def _found(pictures: Array, stride: int) -> Array:
    count, _, height, width = pictures.shape
    cells = pictures.reshape(count, height // stride, stride, width // stride, stride)
    maps = np.einsum("nysxt,cst->ncyx", cells, _kernel(stride)[:, 0])
    return np.asarray(maps.reshape(count, -1), np.float32)


def _kernel(stride: int) -> Array:
    draw = np.random.default_rng(stride)
    return draw.normal(0, 0.0001, (CELL_CHANNELS, 1, stride, stride)).astype("f4")


def _weights(output: str, values: int) -> Array:
    return np.random.default_rng(len(output)).normal(0, 0.0001, (CROP_PX * CROP_PX, values)).astype("f4")


def _convolution(source: str, kernel: str, output: str, stride: int) -> bytes:
    attributes = (message((1, name), (20, INTS), (8, stride), (8, stride)) for name in ("kernel_shape", "strides"))
    fields = ((1, source), (1, kernel), (2, output), (4, "Conv"))
    return message(*fields, *((5, attribute) for attribute in attributes))


def _tensor(name: str, values: Array) -> bytes:
    return message(*((1, size) for size in values.shape), (2, FLOAT), (8, name), (9, values.tobytes()))


def _sizes(name: str, sizes: Tuple[int, ...]) -> bytes:
    return message((1, len(sizes)), (2, INT64), (8, name), (9, np.array(sizes, "i8").tobytes()))


def _model(name: str, nodes: List[bytes], tensors: List[bytes], given: bytes, outputs: List[bytes]) -> bytes:
    graph = message(
        *((1, node) for node in nodes),
        (2, name),
        *((5, tensor) for tensor in tensors),
        (11, given),
        *((12, output) for output in outputs),
    )
    return message((1, IR_VERSION), (7, graph), (8, message((1, ""), (2, OPSET))))
