"""Small models and made-up faces for the tests of fer-models."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from fer_models.data.faces import LabelledFaces
from fer_models.model_files.golden import make_golden
from fer_models.model_files.manifest import describe, write_manifest
from fer_wire import EMOTIONS, ModelManifest
from fer_wire.contracts import CELL_CHANNELS, CONTRACTS, FINDER, STRIDES
from fer_wire.manifest import INPUT_NAME, IR_VERSION, OPSET, OUTPUT_NAME
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

FILTERS = 8
FORKED_CONVOLUTIONS = 4


def write_network(
    path: Path,
    *,
    input_name: str = INPUT_NAME,
    input_type: int = TensorProto.FLOAT,
    input_shape: Sequence[object] = ("N", 1, 48, 48),
    output_name: str = OUTPUT_NAME,
    last: str = "Softmax",
    classes: int = len(EMOTIONS),
    opsets: Sequence[tuple[str, int]] = (("", OPSET),),
    ir_version: int = IR_VERSION,
) -> Path:
    """A network of one convolution that keeps the contract, unless an argument breaks it."""
    draw = np.random.default_rng(0)
    weights = {
        "scale": np.array(255, np.float32),
        "kernel": draw.normal(0, 0.5, (FILTERS, 1, 3, 3)).astype(np.float32),
        "bias": draw.normal(0, 0.1, FILTERS).astype(np.float32),
        "dense": draw.normal(0, 1, (classes, FILTERS)).astype(np.float32),
        "offset": np.zeros(classes, np.float32),
    }
    floats = input_name if input_type == TensorProto.FLOAT else "floats"
    casts = [] if floats == input_name else [helper.make_node("Cast", [input_name], [floats], to=TensorProto.FLOAT)]
    nodes = [
        *casts,
        helper.make_node("Div", [floats, "scale"], ["scaled"]),
        helper.make_node(
            "Conv", ["scaled", "kernel", "bias"], ["maps"], name="conv", kernel_shape=[3, 3], pads=[1] * 4
        ),
        helper.make_node("Relu", ["maps"], ["active"]),
        helper.make_node("ReduceMean", ["active"], ["means"], axes=[2, 3], keepdims=0),
        helper.make_node("Gemm", ["means", "dense", "offset"], ["logits"], transB=1),
        helper.make_node(last, ["logits"], [output_name]),
    ]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info(input_name, input_type, list(input_shape))],
        [helper.make_tensor_value_info(output_name, TensorProto.FLOAT, ["N", classes])],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    imports = [helper.make_opsetid(domain, version) for domain, version in opsets]
    onnx.save(helper.make_model(graph, opset_imports=imports, ir_version=ir_version), path)
    return path


def write_forked_network(path: Path) -> Path:
    """A network whose first map goes two ways, which meet in a sum: four convolutions, under the contract."""
    draw = np.random.default_rng(0)
    kernels = {
        "stem": draw.normal(0, 0.01, (FILTERS, 1, 3, 3)),
        "depthwise": draw.normal(0, 0.5, (FILTERS, 1, 3, 3)),
        "pointwise": draw.normal(0, 0.5, (FILTERS, FILTERS, 1, 1)),
        "skip": draw.normal(0, 0.5, (FILTERS, FILTERS, 1, 1)),
        "dense": draw.normal(0, 1, (len(EMOTIONS), FILTERS)),
    }
    nodes = [
        _convolution(INPUT_NAME, "stem", "maps"),
        helper.make_node("Relu", ["maps"], ["active"]),
        _convolution("active", "depthwise", "apart", group=FILTERS),
        _convolution("apart", "pointwise", "mixed"),
        _convolution("active", "skip", "skipped"),
        helper.make_node("Add", ["mixed", "skipped"], ["sum"]),
        helper.make_node("ReduceMean", ["sum"], ["means"], axes=[2, 3], keepdims=0),
        helper.make_node("Gemm", ["means", "dense"], ["logits"], transB=1),
        helper.make_node("Softmax", ["logits"], [OUTPUT_NAME]),
    ]
    graph = helper.make_graph(
        nodes,
        "forked",
        [helper.make_tensor_value_info(INPUT_NAME, TensorProto.FLOAT, ["N", 1, 48, 48])],
        [helper.make_tensor_value_info(OUTPUT_NAME, TensorProto.FLOAT, ["N", len(EMOTIONS)])],
        [numpy_helper.from_array(kernel.astype(np.float32), name) for name, kernel in kernels.items()],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION), path)
    return path


def _convolution(source: str, kernel: str, output: str, group: int = 1) -> onnx.NodeProto:
    size = 1 if kernel in ("pointwise", "skip") else 3
    return helper.make_node(
        "Conv", [source, kernel], [output], name=kernel, kernel_shape=[size] * 2, pads=[size // 2] * 4, group=group
    )


def write_finder(path: Path, channels: int = CELL_CHANNELS) -> Path:
    """A finder of one convolution a stride, under the contract unless it is given other channels."""
    draw = np.random.default_rng(0)
    kernels = {f"kernel{s}": draw.normal(0, 0.01, (channels, 1, s, s)).astype(np.float32) for s in STRIDES}
    contract = CONTRACTS[FINDER]
    nodes = [
        helper.make_node(
            "Conv", [contract.input.name, f"kernel{s}"], [f"stride{s}"], kernel_shape=[s, s], strides=[s, s]
        )
        for s in STRIDES
    ]
    graph = helper.make_graph(
        nodes,
        "finder",
        [helper.make_tensor_value_info(contract.input.name, TensorProto.FLOAT, ["N", 1, "H", "W"])],
        [
            helper.make_tensor_value_info(f"stride{s}", TensorProto.FLOAT, ["N", channels, f"H{s}", f"W{s}"])
            for s in STRIDES
        ],
        [numpy_helper.from_array(array, name) for name, array in kernels.items()],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION), path)
    return path


def write_finder_entry(folder: Path) -> ModelManifest:
    """A zoo entry of such a finder, whole and sound."""
    folder.mkdir(parents=True, exist_ok=True)
    path = write_finder(folder / "fp32.onnx")
    manifest = ModelManifest.model_validate(
        {
            "task": FINDER,
            "name": "small-finder",
            "version": "1.0.0",
            "labels": [],
            "face_px": 32,
            "variants": [describe(path, "fp32", (), (), task=FINDER)],
            "golden": make_golden({"fp32": path}, FINDER),
            "created": "2026-01-31T12:00:00Z",
        }
    )
    write_manifest(manifest, folder)
    return manifest


def write_entry(folder: Path) -> ModelManifest:
    """A zoo entry of one small float32 network, whole and sound."""
    folder.mkdir(parents=True, exist_ok=True)
    path = write_network(folder / "fp32.onnx")
    manifest = ModelManifest.model_validate(
        {
            "name": "small",
            "version": "1.0.0",
            "variants": [describe(path, "fp32", (), ())],
            "golden": make_golden({"fp32": path}),
            "created": "2026-01-31T12:00:00Z",
        }
    )
    write_manifest(manifest, folder)
    return manifest


def made_faces(count: int, seed: int = 0) -> LabelledFaces:
    """Faces that a small network can tell apart: each emotion has its own bright band, in noise."""
    draw = np.random.default_rng(seed)
    labels = np.arange(count, dtype=np.int64) % len(EMOTIONS)
    images = draw.integers(0, 60, (count, 48, 48)).astype(np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[6 * label + 2 : 6 * label + 8] = 220
    return LabelledFaces(images, labels, [f"{EMOTIONS[label]}/{n}.jpg" for n, label in enumerate(labels)])


def write_images(folder: Path, prefix: str, faces: LabelledFaces) -> None:
    """The faces as FER2013's files, train/EMOTION/PREFIX_ID.jpg, below the folder."""
    for number, (image, label) in enumerate(zip(faces.images, faces.labels, strict=True)):
        path = folder / "train" / EMOTIONS[label] / f"{prefix}_{number:05}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(as_jpeg(image))


def as_jpeg(image: np.ndarray) -> bytes:
    """A grey picture as JPEG."""
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "JPEG", quality=95)
    return stream.getvalue()
