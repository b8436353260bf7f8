"""Writes a tiny ONNX network byte by byte, so that tests need no onnx package (there is none for Python 3.8).

Field numbers are those of onnx.proto3; a message is a row of (field number, value).
"""

import hashlib
import struct
from pathlib import Path
from typing import Dict, Sequence, Tuple, Union

import numpy as np
import numpy.typing as npt
from fer_wire import EMOTIONS, ModelManifest
from fer_wire.contracts import FACE_PX
from fer_wire.manifest import INPUT_NAME, IR_VERSION, OPSET, OUTPUT_NAME, Golden

FLOAT, UINT8, DOUBLE = 1, 2, 11
PIXELS = FACE_PX * FACE_PX
COEFFICIENTS = (37, 5, 3, 1)
FACES = 4

Value = Union[int, bytes, str]
Dimension = Union[int, str]


def message(*fields: Tuple[int, Value]) -> bytes:
    """A protobuf message of whole numbers, texts and messages."""
    out = b""
    for number, value in fields:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        else:
            data = value.encode() if isinstance(value, str) else value
            out += varint(number << 3 | 2) + varint(len(data)) + data
    return out


def varint(value: int) -> bytes:
    """A whole number, seven bits a byte, the low ones first."""
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def network(
    *,
    input_name: str = INPUT_NAME,
    output_name: str = OUTPUT_NAME,
    shape: Sequence[Dimension] = ("N", 1, FACE_PX, FACE_PX),
    classes: int = len(EMOTIONS),
    kind: int = FLOAT,
    padding_bytes: int = 0,
) -> bytes:
    """Flatten, multiply by random weights, softmax: keeps the contract, unless an argument breaks it.

    Padding is a tensor of random bytes that no node takes.
    """
    weights = np.random.default_rng(0).normal(0, 0.001, (PIXELS, classes)).astype("f4" if kind == FLOAT else "f8")
    tensor = message((1, PIXELS), (1, classes), (2, kind), (8, "weights"), (9, weights.tobytes()))
    graph = message(
        (1, _node("Flatten", [input_name], "flat")),
        (1, _node("MatMul", ["flat", "weights"], "logits")),
        (1, _node("Softmax", ["logits"], output_name)),
        (2, "tiny"),
        (5, tensor),
        *_padding(padding_bytes),
        (11, _value(input_name, kind, shape)),
        (12, _value(output_name, kind, (shape[0], classes))),
    )
    return message((1, IR_VERSION), (7, graph), (8, message((1, ""), (2, OPSET))))


def in_each_precision() -> Dict[str, bytes]:
    """Three files of one model, which differ in a name alone."""
    return {
        precision: network().replace(b"tiny", name)
        for precision, name in (("fp32", b"tiny"), ("fp16", b"tinY"), ("int8", b"tiNy"))
    }


def write_model(
    folder: Path, files: Dict[str, bytes], tolerance: float = 0.001, created: str = "2026-01-31", name: str = "tiny"
) -> Path:
    """A model's folder with these files by precision, and golden outputs as the unbroken network gives them."""
    folder.mkdir(parents=True, exist_ok=True)
    variants = []
    for precision, data in files.items():
        (folder / f"{precision}.onnx").write_bytes(data)
        variants.append(
            {
                "precision": precision,
                "file": f"{precision}.onnx",
                "sha256": hashlib.sha256(data).hexdigest(),
                "size_bytes": len(data),
                "tolerance": tolerance,
                "parameters": PIXELS * len(EMOTIONS),
                "nonzero_parameters": PIXELS * len(EMOTIONS),
                "macs": PIXELS * len(EMOTIONS),
            }
        )
    outputs = tuple(tuple(float(p) for p in row) for row in expected(golden_inputs()))
    golden = Golden(formula="", coefficients=COEFFICIENTS, faces=FACES, outputs=dict.fromkeys(files, outputs))
    manifest = ModelManifest.model_validate(
        {"name": name, "version": "1.0.0", "variants": variants, "golden": golden, "created": f"{created}T12:00:00Z"}
    )
    (folder / "manifest.json").write_bytes(manifest.payload())
    return folder


def expected(faces: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """What the network gives, computed by numpy."""
    weights = np.random.default_rng(0).normal(0, 0.001, (PIXELS, len(EMOTIONS))).astype("f4")
    logits = faces.reshape(len(faces), PIXELS).astype("f8") @ weights
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def golden_inputs() -> npt.NDArray[np.float32]:
    """The golden batch's formula, pixel by pixel."""
    a, b, c, d = COEFFICIENTS
    values = [
        (a * n + b * row + c * column + d * row * column) % 256
        for n in range(FACES)
        for row in range(FACE_PX)
        for column in range(FACE_PX)
    ]
    return np.array(values, np.float32).reshape(FACES, 1, FACE_PX, FACE_PX)


def _padding(size_bytes: int) -> Sequence[Tuple[int, bytes]]:
    if not size_bytes:
        return ()
    data = np.random.default_rng(1).bytes(size_bytes)
    return ((5, message((1, size_bytes), (2, UINT8), (8, "padding"), (9, data))),)


def _node(kind: str, inputs: Sequence[str], output: str) -> bytes:
    return message(*((1, name) for name in inputs), (2, output), (4, kind))


def _value(name: str, kind: int, shape: Sequence[Dimension]) -> bytes:
    dimensions = ((1, message((1, size) if isinstance(size, int) else (2, size))) for size in shape)
    tensor = message((1, kind), (2, message(*dimensions)))
    return message((1, name), (2, message((1, tensor))))


assert struct.pack("=H", 1) == b"\1\0", "raw tensor data is little-endian, and so must be the machine"
