"""Whether an .onnx file is whole in itself and computes straight through, read from the few fields that tell.

Weights in a file of their own are not in the file's hash, and a loop may run for as long as it likes.
"""

from collections.abc import Mapping

from fer_controller.registry.onnx_versions import fields_of

MODEL, GRAPH, NODE, ATTRIBUTE, SPARSE, TENSOR = "model", "graph", "node", "attribute", "sparse tensor", "tensor"
ELSEWHERE = "it has weights in a file of their own, which nobody would sign"
BODIES = "it has loops, branches or functions, which may run for ever"
PARTS: Mapping[str, Mapping[int, str]] = {
    MODEL: {7: GRAPH, 25: BODIES},
    GRAPH: {1: NODE, 5: TENSOR, 15: SPARSE},
    NODE: {5: ATTRIBUTE},
    ATTRIBUTE: {5: TENSOR, 6: BODIES, 10: TENSOR, 11: BODIES, 22: SPARSE, 23: SPARSE},
    SPARSE: {1: TENSOR, 2: TENSOR},
    TENSOR: {13: ELSEWHERE},
}
"""By the numbers of onnx.proto3 what a field holds, or why there may be no such field."""
DATA_LOCATION, EXTERNAL = 14, 1


def check_parts(data: bytes) -> None:
    """Raises ValueError with the reason when a file is not whole, or not straight."""
    _check(MODEL, memoryview(data))


def _check(kind: str, data: memoryview) -> None:
    held = PARTS[kind]
    for number, value in fields_of(data):
        part = held.get(number)
        if part in (ELSEWHERE, BODIES):
            raise ValueError(part)
        if kind == TENSOR and number == DATA_LOCATION and value == EXTERNAL:
            raise ValueError(ELSEWHERE)
        if part is not None and not isinstance(value, int):
            _check(part, value)
