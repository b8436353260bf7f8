"""The model contract, checked: any .onnx file, its manifest and its golden batch."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from fer_wire import EMOTIONS, ModelManifest
from fer_wire.contracts import FACE_PX
from fer_wire.manifest import INPUT_NAME, INT8, IR_VERSION, OPSET, OUTPUT_NAME, Golden, Variant
from onnx import ModelProto, TensorProto, ValueInfoProto, numpy_helper

from fer_models.errors import ContractError
from fer_models.model_files.golden import golden_faces
from fer_models.model_files.manifest import read_manifest
from fer_models.model_files.runtime import Array, Classifier

INPUT_SHAPE = (None, 1, FACE_PX, FACE_PX)
OUTPUT_SHAPE = (None, len(EMOTIONS))
BATCHES = (1, 3)
SUM_TOLERANCE = 1e-3


def verify_entry(folder: Path) -> ModelManifest:
    """Check every file of a zoo entry; returns its manifest, or raises ContractError with the first fault."""
    manifest = read_manifest(folder)
    _check_labels(manifest, folder)
    for variant in manifest.variants:
        path = folder / variant.file
        _check_bytes(path, variant)
        verify_file(path, variant.precision)
        _check_golden(path, variant, manifest.golden)
    return manifest


def verify_file(path: Path, precision: str = "") -> None:
    """Check one .onnx file against the contract; raises ContractError with the first fault."""
    model = _load(path)
    _check_versions(path, model)
    _check_signature(path, model)
    if precision == INT8:
        _check_symmetric(path, model)
    _check_probabilities(path)


def _load(path: Path) -> ModelProto:
    try:
        model = onnx.load(path)
        onnx.checker.check_model(model, full_check=True)
    except Exception as error:  # a damaged file fails in protobuf, in onnx or in the file system
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ContractError(f"{path} is not a valid .onnx file ({reason}); export it again.") from error
    return model


def _check_labels(manifest: ModelManifest, folder: Path) -> None:
    if manifest.labels != EMOTIONS:
        raise ContractError(
            f"{folder}: the manifest's labels are {', '.join(manifest.labels)}; expected {', '.join(EMOTIONS)}."
        )


def _check_bytes(path: Path, variant: Variant) -> None:
    if not path.is_file():
        raise ContractError(f"{path} is missing, though the manifest lists it; export the entry again.")
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if len(data) != variant.size_bytes or found != variant.sha256:
        raise ContractError(
            f"{path} has {len(data)} bytes and sha256 {found[:12]}…; the manifest says {variant.size_bytes} bytes and "
            f"{variant.sha256[:12]}…. Fetch or export it again."
        )


def _check_versions(path: Path, model: ModelProto) -> None:
    domains = {opset.domain or "ai.onnx": opset.version for opset in model.opset_import}
    if domains != {"ai.onnx": OPSET}:
        found = ", ".join(f"{domain} {version}" for domain, version in domains.items())
        raise ContractError(f"{path} needs the operators of {found}; the contract allows only ai.onnx {OPSET}.")
    if model.ir_version != IR_VERSION:
        raise ContractError(f"{path} has ir_version {model.ir_version}; the contract asks for {IR_VERSION}.")


def _check_signature(path: Path, model: ModelProto) -> None:
    for kind, values, name, shape in (
        ("input", model.graph.input, INPUT_NAME, INPUT_SHAPE),
        ("output", model.graph.output, OUTPUT_NAME, OUTPUT_SHAPE),
    ):
        found = [_signature(value) for value in values]
        if found != [(name, TensorProto.FLOAT, shape)]:
            wanted = _spelled(name, TensorProto.FLOAT, shape)
            got = "; ".join(_spelled(*value) for value in found) or "none"
            raise ContractError(f"{path}: the {kind} is {got}; the contract asks for {wanted}.")


def _signature(value: ValueInfoProto) -> tuple[str, int, tuple[int | None, ...]]:
    tensor = value.type.tensor_type
    return (
        value.name,
        tensor.elem_type,
        tuple(d.dim_value if d.HasField("dim_value") else None for d in tensor.shape.dim),
    )


def _spelled(name: str, kind: int, shape: tuple[int | None, ...]) -> str:
    return f"{name} {TensorProto.DataType.Name(kind).lower()} {'×'.join('N' if d is None else str(d) for d in shape)}"


def _check_symmetric(path: Path, model: ModelProto) -> None:
    stored = {tensor.name: tensor for tensor in model.graph.initializer}
    pairs = [node for node in model.graph.node if node.op_type in ("QuantizeLinear", "DequantizeLinear")]
    if not pairs:
        raise ContractError(f"{path} has no QuantizeLinear, so it is not an {INT8} model; quantize it again.")
    for node in pairs:
        zero_point = numpy_helper.to_array(stored[node.input[2]])
        if zero_point.dtype == np.uint8 or zero_point.any():
            raise ContractError(
                f"{path}: {node.name} has zero-points other than signed 0, which TensorRT refuses; "
                "quantize it symmetrically."
            )


def _check_probabilities(path: Path) -> None:
    classifier = Classifier(path)
    for faces in BATCHES:
        found = classifier.predict(golden_faces((1, 1, 1, 1), faces))
        if found.shape != (faces, len(EMOTIONS)) or not _are_probabilities(found):
            raise ContractError(
                f"{path}: a batch of {faces} gives {found.shape} values from {found.min():.3g} to {found.max():.3g}; "
                f"expected {faces}×{len(EMOTIONS)} probabilities that add up to 1."
            )


def _are_probabilities(values: Array) -> bool:
    sums: npt.NDArray[np.float32] = values.sum(axis=1)
    return bool(np.isfinite(values).all() and (values >= 0).all() and (np.abs(sums - 1) < SUM_TOLERANCE).all())


def _check_golden(path: Path, variant: Variant, golden: Golden) -> None:
    if variant.precision not in golden.outputs:
        raise ContractError(f"{path}: the manifest has no golden outputs for {variant.precision}; export it again.")
    expected = np.array(golden.outputs[variant.precision], dtype=np.float32)
    found = Classifier(path).predict(golden_faces(golden.coefficients, golden.faces))
    if expected.shape != found.shape:
        raise ContractError(f"{path}: the golden outputs are {expected.shape}, the model's {found.shape}.")
    difference = float(np.abs(found - expected).max())
    if not difference <= variant.tolerance:
        raise ContractError(
            f"{path}: the golden batch differs by {difference:.3g}; at most {variant.tolerance:g} is allowed. "
            "The file or the runtime does not compute what was released: fetch or export it again."
        )
