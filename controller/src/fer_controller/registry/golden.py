"""Whether an .onnx file keeps the contract and computes what was released; only this file uses onnxruntime."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
from fer_wire import EMOTIONS, ModelManifest
from fer_wire.contracts import FACE_PX
from fer_wire.golden import golden_pixels
from fer_wire.int8 import IN_FLOAT32, int8_saturates
from fer_wire.manifest import INPUT_NAME, IR_VERSION, OPSET, OUTPUT_NAME, Golden, Variant

from fer_controller.errors import RegistryError
from fer_controller.registry.onnx_versions import DEFAULT_DOMAIN, read_versions

CPU = "CPUExecutionProvider"
LOG_FATAL_ONLY = 4
FLOAT32 = "tensor(float)"
SUM_TOLERANCE = 1e-3
BATCH_DIMENSION = "N"
INPUT = (INPUT_NAME, FLOAT32, (BATCH_DIMENSION, 1, FACE_PX, FACE_PX))
OUTPUT = (OUTPUT_NAME, FLOAT32, (BATCH_DIMENSION, len(EMOTIONS)))
REMEDY = "export the model again"

Array = npt.NDArray[np.float32]


def prove(path: Path, variant: Variant, manifest: ModelManifest) -> None:
    """Read the file once and check its bytes, its contract and its golden batch; raises RegistryError."""
    data = _proven_bytes(path, variant)
    _check_versions(path, data)
    session = _loaded(path, data)
    _check_ends(path, "input", session.get_inputs(), INPUT)
    _check_ends(path, "output", session.get_outputs(), OUTPUT)
    _check_golden(path, session, variant, manifest.golden)


def golden_faces(golden: Golden) -> Array:
    """The inputs of the golden batch: float32 N×1×48×48, whole numbers 0–255."""
    pixels = np.frombuffer(golden_pixels(golden.coefficients, golden.faces), np.uint8)
    return pixels.reshape(golden.faces, 1, FACE_PX, FACE_PX).astype(np.float32)


def _proven_bytes(path: Path, variant: Variant) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RegistryError(f"{path} cannot be read: {error.strerror}; fetch the model again.") from error
    if len(data) != variant.size_bytes:
        raise RegistryError(
            f"{path} has {len(data)} bytes, its manifest says {variant.size_bytes}; fetch the model again."
        )
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


def _check_ends(path: Path, end: str, nodes: Any, wanted: tuple[str, str, tuple[Any, ...]]) -> None:
    found = [(node.name, node.type, tuple(_dimension(size) for size in node.shape)) for node in nodes]
    if found != [wanted]:
        got = "; ".join(_spelt(*each) for each in found) or "none"
        raise RegistryError(f"{path}: its {end} is {got}; the contract asks for {_spelt(*wanted)}, so {REMEDY}.")


def _check_golden(path: Path, session: Any, variant: Variant, golden: Golden) -> None:
    expected = _golden_outputs(path, golden, variant.precision)
    faces = golden_faces(golden)
    found = _classified(path, session, faces)
    if not _are_probabilities(found, len(faces)):
        raise RegistryError(f"{path} gives no probabilities that add up to 1 for the golden batch; {REMEDY}.")
    alone = _classified(path, session, faces[:1])
    difference = max(float(np.abs(found - expected).max()), float(np.abs(alone - expected[:1]).max()))
    if difference > variant.tolerance:
        raise RegistryError(
            f"{path}: its golden batch differs by {difference:.3g}, and at most {variant.tolerance:g} is allowed. "
            f"The file does not compute what was released; {REMEDY}."
        )


def _golden_outputs(path: Path, golden: Golden, precision: str) -> Array:
    rows = golden.outputs.get(precision, ())
    if len(rows) != golden.faces or any(len(row) != len(EMOTIONS) for row in rows):
        raise RegistryError(f"{path}: its manifest has no golden outputs for {precision}; {REMEDY}.")
    return np.asarray(rows, np.float32)


def _classified(path: Path, session: Any, faces: Array) -> Array:
    try:
        (probabilities,) = session.run([OUTPUT_NAME], {INPUT_NAME: faces})
    except Exception as error:  # as above
        raise RegistryError(f"{path} cannot classify {len(faces)} faces ({_line(error)}); {REMEDY}.") from error
    return np.asarray(probabilities, np.float32)


def _are_probabilities(values: Array, faces: int) -> bool:
    if values.shape != (faces, len(EMOTIONS)) or not np.isfinite(values).all():
        return False
    return bool((values >= 0).all() and (np.abs(values.sum(axis=1) - 1) < SUM_TOLERANCE).all())


def _dimension(size: object) -> object:
    return size if isinstance(size, int) else BATCH_DIMENSION


def _spelt(name: str, kind: str, shape: tuple[object, ...]) -> str:
    return f"{name} {kind} {'×'.join(map(str, shape))}"


def _line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
