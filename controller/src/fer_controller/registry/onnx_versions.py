"""The format versions of an .onnx file, read from the few protobuf fields that the contract names."""

from collections.abc import Iterator
from dataclasses import dataclass

IR_VERSION_FIELD = 1
OPSETS_FIELD = 8
DOMAIN_FIELD = 1
VERSION_FIELD = 2

VARINT, FIXED_64, BYTES, FIXED_32 = 0, 1, 2, 5
FIXED_BYTES = {FIXED_64: 8, FIXED_32: 4}
DEFAULT_DOMAIN = "ai.onnx"


@dataclass(frozen=True)
class Versions:
    """The format's version, and the operator set of each domain."""

    ir_version: int
    opsets: dict[str, int]


def read_versions(data: bytes) -> Versions:
    """The versions that an .onnx file declares; raises ValueError for any other file."""
    ir_version, opsets = 0, {}
    for number, value in fields_of(memoryview(data)):
        if number == IR_VERSION_FIELD and isinstance(value, int):
            ir_version = value
        elif number == OPSETS_FIELD and not isinstance(value, int):
            opset = dict(fields_of(value))
            domain = opset.get(DOMAIN_FIELD, b"")
            version = opset.get(VERSION_FIELD, 0)
            if isinstance(domain, int) or not isinstance(version, int):
                raise ValueError("its operator sets cannot be read")
            opsets[bytes(domain).decode() or DEFAULT_DOMAIN] = version
    return Versions(ir_version, opsets)


def fields_of(data: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Number and value of each field of a protobuf message; raises ValueError where it is none."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        value: int | memoryview
        if kind == VARINT:
            value, at = _varint(data, at)
        else:
            size, at = _varint(data, at) if kind == BYTES else (FIXED_BYTES.get(kind, -1), at)
            if size < 0 or at + size > len(data):
                raise ValueError("it is truncated or not protobuf")
            value, at = data[at : at + size], at + size
        yield number, value


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            break
        byte, at = data[at], at + 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
    raise ValueError("it is truncated or not protobuf")
