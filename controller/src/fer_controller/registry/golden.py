"""Whether an .onnx file keeps the contract and computes what was released; only this file uses onnxruntime."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from fer_wire import ModelManifest
from fer_wire.contracts import CLASSIFIER, CONTRACTS, STRIDES, Contract, Tensor
from fer_wire.golden import golden_pixels
from fer_wire.int8 import IN_FLOAT32, int8_saturates
from fer_wire.manifest import IR_VERSION, OPSET, Golden, Variant
from fer_wire.onnx_runtime import load_onnx_runtime

from fer_controller.errors import RegistryError
from fer_controller.registry.onnx_parts import check_parts
from fer_controller.registry.onnx_versions import DEFAULT_DOMAIN, read_versions
from fer_controller.registry.plain_files import read_plain

onnxruntime = load_onnx_runtime()

CPU = "CPUExecutionProvider"
LOG_FATAL_ONLY = 4
FLOAT32 = "tensor(float)"
SUM_TOLERANCE = 1e-3
BATCH_DIMENSION, FREE_DIMENSION = "N", "any"
MOST_TOLERANCE = 1.0
"""Every probability is within it; the widest of a sound model is half of that."""
LEAST_SPREAD, SOUND_TOLERANCE = 0.01, 0.1
"""Even a model that calls every face the same is not equally sure of each; int8 is allowed half of this tolerance."""
REMEDY = "export the model again"

Array = npt.NDArray[np.float32]
Shape = tuple[object, ...]
End = tuple[str, str, Shape]
"""Name, type and shape of an input or output."""


def prove(path: Path, variant: Variant, manifest: ModelManifest) -> None:
    """Read the file once and check its bytes, its contract and its golden batch; raises RegistryError."""
    contract = CONTRACTS[manifest.task]
    data = _proven_bytes(path, variant)
    _check_versions(path, data)
    _check_parts(path, data)
    session = _loaded(path, data)
    _check_ends(path, "input", session.get_inputs(), [contract.input])
    _check_ends(path, "output", session.get_outputs(), contract.outputs)
    _check_golden(path, session, variant, manifest.golden, contract)
    if not contract.px:
        _check_other_size(path, session, manifest.golden, contract)


def golden_pictures(golden: Golden) -> Array:
    """The inputs of the golden batch: float32 N×1×px×px, whole numbers 0–255."""
    pixels = np.frombuffer(golden_pixels(golden.coefficients, golden.faces, golden.px), np.uint8)
    return pixels.reshape(golden.faces, 1, golden.px, golden.px).astype(np.float32)


def _proven_bytes(path: Path, variant: Variant) -> bytes:
    try:
        data = read_plain(path, variant.size_bytes)
    except OSError as error:
        raise RegistryError(f"{path} cannot be read: {error.strerror}; fetch the model again.") from error
    if len(data) != variant.size_bytes:
        found = f"{len(data)}" if len(data) < variant.size_bytes else f"more than {variant.size_bytes}"
        raise RegistryError(f"{path} has {found} bytes, its manifest says {variant.size_bytes}; fetch the model again.")
    if hashlib.sha256(data).hexdigest() != variant.sha256:
        raise RegistryError(f"{path} is damaged: its sha256 is not that of its manifest; fetch the model again.")
    return data


def _check_versions(path: Path, data: bytes) -> None:
    try:
        found = read_versions(data)
    except ValueError as error:
        raise RegistryError(f"{path} is not an .onnx file: {error}; {REMEDY}.") from error
    if found.opsets != {DEFAULT_DOMAIN: OPSET}:
        opsets = ", ".join(f"{domain} {version}" for domain, version in found.opsets.items()) or "none"
        raise RegistryError(
            f"{path} needs the operator sets {opsets}; the contract allows {DEFAULT_DOMAIN} {OPSET} alone, so {REMEDY}."
        )
    if found.ir_version != IR_VERSION:
        raise RegistryError(
            f"{path} has ir_version {found.ir_version}; the contract asks for {IR_VERSION}, so {REMEDY}."
        )


def _check_parts(path: Path, data: bytes) -> None:
    try:
        check_parts(data)
    except ValueError as error:
        raise RegistryError(f"{path} is not taken: {error}; {REMEDY}.") from error


def _loaded(path: Path, data: bytes) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = LOG_FATAL_ONLY
    if int8_saturates():
        options.add_session_config_entry(*IN_FLOAT32)
    try:
        return onnxruntime.InferenceSession(data, options, providers=[CPU])
    except Exception as error:  # ONNX Runtime's own errors share no base
        raise RegistryError(f"{path} does not load in ONNX Runtime ({_line(error)}); {REMEDY}.") from error


def _check_ends(path: Path, end: str, nodes: Any, wanted: Sequence[Tensor]) -> None:
    found = [(node.name, node.type, _named_sizes(node.shape)) for node in nodes]
    asked = [(tensor.name, FLOAT32, _named_sizes((BATCH_DIMENSION, *tensor.shape))) for tensor in wanted]
    if found != asked:
        raise RegistryError(
            f"{path}: its {end} is {_spelt(found)}; the contract asks for {_spelt(asked)}, so {REMEDY}."
        )


def _check_golden(path: Path, session: Any, variant: Variant, golden: Golden, contract: Contract) -> None:
    if not variant.tolerance <= MOST_TOLERANCE:
        raise RegistryError(
            f"{path}: its manifest allows its golden batch to differ by {variant.tolerance:g}, which would prove "
            f"nothing, and at most {MOST_TOLERANCE:g} is taken; {REMEDY}."
        )
    expected = _golden_outputs(path, golden, variant.precision, contract)
    inputs = golden_pictures(golden)
    found = _answered(path, session, inputs, contract)
    if found.shape != expected.shape or not np.isfinite(found).all():
        raise RegistryError(f"{path} gives other numbers for the golden batch than the contract asks for; {REMEDY}.")
    if contract.task == CLASSIFIER and not _are_probabilities(found):
        raise RegistryError(f"{path} gives no probabilities that add up to 1 for the golden batch; {REMEDY}.")
    _check_telling(path, variant, expected)
    alone = _answered(path, session, inputs[:1], contract)
    difference = max(float(np.abs(found - expected).max()), float(np.abs(alone - expected[:1]).max()))
    if difference > variant.tolerance:
        raise RegistryError(
            f"{path}: its golden batch differs by {difference:.3g}, and at most {variant.tolerance:g} is allowed. "
            f"The file does not compute what was released; {REMEDY}."
        )


def _check_telling(path: Path, variant: Variant, expected: Array) -> None:
    """Golden outputs that are alike, or that may differ by more, are those of a model that sees nothing, too."""
    spread = float(np.ptp(expected, axis=0).max())
    if spread < LEAST_SPREAD or variant.tolerance > max(spread, SOUND_TOLERANCE):
        raise RegistryError(
            f"{path}: its golden batch proves nothing, for the outputs of its pictures differ by {spread:.3g}, and "
            f"{variant.tolerance:g} is allowed; {REMEDY}."
        )


def _check_other_size(path: Path, session: Any, golden: Golden, contract: Contract) -> None:
    """A file that takes pictures of any size may be wrong about it."""
    px = golden.px + STRIDES[-1]
    found = _answered(path, session, np.zeros((1, 1, px, px), np.float32), contract)
    if found.shape[1] != contract.values(px):
        raise RegistryError(
            f"{path} gives {found.shape[1]} numbers for a picture of {px} × {px} pixels; "
            f"the contract asks for {contract.values(px)}, so {REMEDY}."
        )


def _golden_outputs(path: Path, golden: Golden, precision: str, contract: Contract) -> Array:
    rows, values = golden.outputs.get(precision, ()), contract.values(golden.px)
    if len(rows) != golden.faces or any(len(row) != values for row in rows):
        raise RegistryError(f"{path}: its manifest has no golden outputs for {precision}; {REMEDY}.")
    exact = np.asarray(rows, np.float64)
    if np.abs(exact).max() > np.finfo(np.float32).max:
        raise RegistryError(f"{path}: its manifest has golden outputs for {precision} that no file gives; {REMEDY}.")
    return exact.astype(np.float32)


def _answered(path: Path, session: Any, inputs: Array, contract: Contract) -> Array:
    """For each picture all outputs, one after the other."""
    try:
        outputs = session.run([tensor.name for tensor in contract.outputs], {contract.input.name: inputs})
        return np.concatenate([np.asarray(each, np.float32).reshape(len(inputs), -1) for each in outputs], axis=1)
    except Exception as error:  # as above
        count, _, _, px = inputs.shape
        raise RegistryError(
            f"{path} cannot read {count} pictures of {px} × {px} pixels ({_line(error)}); {REMEDY}."
        ) from error


def _are_probabilities(values: Array) -> bool:
    return bool((values >= 0).all() and (np.abs(values.sum(axis=1) - 1) < SUM_TOLERANCE).all())


def _named_sizes(shape: Sequence[object]) -> Shape:
    """A shape whose free sizes have one name in every file; 0 is a free size, too."""
    batch, *rest = shape
    return (
        batch if isinstance(batch, int) else BATCH_DIMENSION,
        *(size if isinstance(size, int) and size else FREE_DIMENSION for size in rest),
    )


def _spelt(ends: Sequence[End]) -> str:
    return "; ".join(f"{name} {kind} {'×'.join(map(str, shape))}" for name, kind, shape in ends) or "none"


def _line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
