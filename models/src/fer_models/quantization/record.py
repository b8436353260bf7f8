"""quantize.json: what was made from which checkpoint, how, and how much accuracy it cost."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from fer_wire.manifest import PRECISIONS

RECORD = "quantize.json"
SCHEMA = 1
STATIC, FINE_TUNED = "static", "qat"


@dataclass(frozen=True)
class QuantizationFigures:
    """accuracy: 0–1, on the held-out training images; loss_points: of it against fp32, in points of a hundred.

    size_bytes: of the file; packed_bytes: if weights took only their bits; p50_ms: for one face, on one CPU thread.
    """

    accuracy: float
    loss_points: float
    size_bytes: int
    p50_ms: float | None = None
    packed_bytes: int | None = None


@dataclass(frozen=True)
class QuantizationRecord:
    """method: static or qat; files: by precision; experiments: what was measured for comparison and is not released.

    learned: whether the network had also learned the held-out images, so that only losses mean anything.
    """

    checkpoint_sha256: str
    command: str
    method: str
    calibration_faces: int
    seed: int
    held_out_images: int
    machine: str
    files: dict[str, QuantizationFigures]
    sha256: dict[str, str]
    experiments: dict[str, QuantizationFigures] = field(default_factory=dict)
    learned: bool = False
    schema: int = SCHEMA

    def as_dict(self) -> dict[str, Any]:
        """The record for JSON."""
        return asdict(self)

    def write(self, folder: Path) -> None:
        """Write quantize.json into the folder."""
        (folder / RECORD).write_text(json.dumps(self.as_dict(), indent=2) + "\n", encoding="utf-8")


def sha256(path: Path) -> str:
    """sha256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_record(folder: Path, checkpoint_sha256: str) -> QuantizationRecord | None:
    """The record of this checkpoint's files, or None where there is none, or the files are not those that it names."""
    try:
        found = json.loads((folder / RECORD).read_bytes())
        figures = {
            part: {n: QuantizationFigures(**each) for n, each in found[part].items()}
            for part in ("files", "experiments")
        }
        record = QuantizationRecord(**{**found, **figures})
        whole = all(sha256(folder / f"{precision}.onnx") == record.sha256[precision] for precision in PRECISIONS)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return record if whole and (record.checkpoint_sha256, record.schema) == (checkpoint_sha256, SCHEMA) else None
