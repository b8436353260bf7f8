"""The model contract, checked: any .onnx file, its manifest and its golden batch."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from fer_wire import ModelManifest
from fer_wire.contracts import CLASSIFIER, CONTRACTS, Contract, Tensor
from fer_wire.manifest import INT8, IR_VERSION, OPSET, Golden, Variant
from onnx import ModelProto, TensorProto, ValueInfoProto, numpy_helper

from fer_models.errors import ContractError
from fer_models.model_files.golden import golden_faces
from fer_models.model_files.manifest import read_manifest
from fer_models.model_files.runtime import Array, RunningModel

BATCHES = (1, 3)
FREE_PX = 64
"""Side of the pictures that are shown to a model that takes any."""

SUM_TOLERANCE = 1e-3
LAYERS = frozenset({"AveragePool", "Conv", "Gemm", "GlobalAveragePool", "MatMul", "MaxPool", "ReduceMean", "Resize"})
ARITHMETIC = frozenset({"Add", "Div", "Mul", "Relu", "Sigmoid", "Softmax", "Sub"})
SHAPES = frozenset({"Concat", "Constant", "Flatten", "Identity", "Reshape", "Slice", "Transpose"})
PRECISION = frozenset({"Cast", "DequantizeLinear", "QuantizeLinear"})
OPERATORS = LAYERS | ARITHMETIC | SHAPES | PRECISION
"""Those of opset 13 that ONNX Runtime 1.11 and TensorRT 8.2 both have, and that a network here can need."""


def verify_entry(folder: Path) -> ModelManifest:
    """Check every file of a zoo entry; returns its manifest, or raises ContractError with the first fault."""
    manifest = read_manifest(folder)
    contract = _contract(manifest, folder)
    for variant in manifest.variants:
        path = folder / variant.file
        _check_bytes(path, variant)
        verify_file(path, variant.precision, contract)
        _check_golden(path, variant, manifest.golden, contract)
    return manifest


def verify_file(path: Path, precision: str = "", contract: Contract = CONTRACTS[CLASSIFIER]) -> None:
    """Check one .onnx file against the contract; raises ContractError with the first fault."""
    model = _load(path)
    _check_versions(path, model)
    _check_operators(path, model)
    _check_signature(path, model, contract)
    if precision == INT8:
        _check_symmetric(path, model)
    _check_answers(path, contract)


def _contract(manifest: ModelManifest, folder: Path) -> Contract:
    contract = CONTRACTS.get(manifest.task)
    if contract is None:
        raise ContractError(f"{folder}: the task is {manifest.task}; expected one of {', '.join(CONTRACTS)}.")
    if manifest.labels != contract.labels:
        found, wanted = (", ".join(labels) or "none" for labels in (manifest.labels, contract.labels))
        raise ContractError(f"{folder}: the manifest's labels are {found}; expected {wanted}.")
    return contract


def _load(path: Path) -> ModelProto:
    try:
        model = onnx.load(path)
        onnx.checker.check_model(model, full_check=True)
    except Exception as error:  # a damaged file fails in protobuf, in onnx or in the file system
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ContractError(f"{path} is not a valid .onnx file ({reason}); export it again.") from error
    return model


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


def _check_operators(path: Path, model: ModelProto) -> None:
    foreign = {node.op_type for node in model.graph.node} - OPERATORS
    if foreign:
        raise ContractError(
            f"{path} needs {', '.join(sorted(foreign))}, which ONNX Runtime 1.11 and TensorRT 8.2 may lack; "
            f"the contract allows only {', '.join(sorted(OPERATORS))}."
        )


def _check_signature(path: Path, model: ModelProto, contract: Contract) -> None:
    for kind, values, tensors in (
        ("input", model.graph.input, (contract.input,)),
        ("output", model.graph.output, contract.outputs),
    ):
        found, expected = [_signature(value) for value in values], [_asked(tensor) for tensor in tensors]
        if found != expected:
            wanted, got = ("; ".join(_spelled(*each) for each in all_) or "none" for all_ in (expected, found))
            raise ContractError(f"{path}: the {kind} is {got}; the contract asks for {wanted}.")


def _asked(tensor: Tensor) -> tuple[str, int, tuple[int | None, ...]]:
    return tensor.name, TensorProto.FLOAT, (None, *(size or None for size in tensor.shape))


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


def _check_answers(path: Path, contract: Contract) -> None:
    model, px = RunningModel(path, contract), contract.px or FREE_PX
    for pictures in BATCHES:
        found = model.answer(golden_faces((1, 1, 1, 1), pictures, px))
        if found.shape != (pictures, contract.values(px)) or not np.isfinite(found).all():
            raise ContractError(
                f"{path}: a batch of {pictures} gives {found.shape} values, {np.isfinite(found).sum()} of them finite; "
                f"expected {pictures}×{contract.values(px)} numbers."
            )
        if contract.task == CLASSIFIER and not _are_probabilities(found):
            raise ContractError(
                f"{path}: a batch of {pictures} gives {found.shape} values from {found.min():.3g} to "
                f"{found.max():.3g}; expected {pictures}×{contract.values(px)} probabilities that add up to 1."
            )


def _are_probabilities(values: Array) -> bool:
    sums: npt.NDArray[np.float32] = values.sum(axis=1)
    return bool((values >= 0).all() and (np.abs(sums - 1) < SUM_TOLERANCE).all())


def _check_golden(path: Path, variant: Variant, golden: Golden, contract: Contract) -> None:
    if variant.precision not in golden.outputs:
        raise ContractError(f"{path}: the manifest has no golden outputs for {variant.precision}; export it again.")
    expected = np.array(golden.outputs[variant.precision], dtype=np.float32)
    found = RunningModel(path, contract).answer(golden_faces(golden.coefficients, golden.faces, golden.px))
    if expected.shape != found.shape:
        raise ContractError(f"{path}: the golden outputs are {expected.shape}, the model's {found.shape}.")
    difference = float(np.abs(found - expected).max())
    if not difference <= variant.tolerance:
        raise ContractError(
            f"{path}: the golden batch differs by {difference:.3g}; at most {variant.tolerance:g} is allowed. "
            "The file or the runtime does not compute what was released: fetch or export it again."
        )
