"""manifest.json of a model in the zoo: its contract, its variants, its proofs."""

from typing import Dict, Optional, Tuple

from pydantic import Field, model_validator

from fer_wire.desired import SHA256_PATTERN
from fer_wire.emotions import EMOTIONS
from fer_wire.message import Message, Part, UtcTime
from fer_wire.names import Name

INPUT_NAME = "face"
OUTPUT_NAME = "probabilities"
FACE_PX = 48
OPSET = 13
IR_VERSION = 7

FP32 = "fp32"
FP16 = "fp16"
INT8 = "int8"
PRECISIONS: Tuple[str, ...] = (FP32, FP16, INT8)

FILE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$"


class Compression(Part):
    """Compression ratio R, unpruned over pruned (Pascual et al. 2022, Eq. 1); 1 when nothing was pruned."""

    weights: float = Field(default=1.0, ge=1)
    filters: float = Field(default=1.0, ge=1)
    channels: float = Field(default=1.0, ge=1)


class Accuracy(Part):
    """Accuracy on one split of one data set."""

    dataset: str
    split: str
    images: int = Field(ge=1)
    accuracy: float = Field(ge=0, le=1, description="single view, 0–1")
    macro_f1: Optional[float] = Field(default=None, ge=0, le=1)


class Latency(Part):
    """Time of one inference at batch 1, as measured."""

    machine: str
    provider: str
    threads: int = Field(ge=1)
    p50_ms: float = Field(ge=0)
    p95_ms: float = Field(ge=0)


class Variant(Part):
    """One .onnx file."""

    precision: str = Field(description=f"one of {', '.join(PRECISIONS)}; others may come")
    file: str = Field(pattern=FILE_PATTERN)
    sha256: str = Field(pattern=SHA256_PATTERN)
    size_bytes: int = Field(ge=1)
    parameters: int = Field(ge=1)
    nonzero_parameters: int = Field(ge=0)
    compression: Compression = Compression()
    macs: Optional[int] = Field(default=None, ge=1, description="multiply-accumulates of one face")
    accuracy: Tuple[Accuracy, ...] = ()
    latency: Tuple[Latency, ...] = ()
    tolerance: float = Field(gt=0, description="largest difference from the golden outputs that a device may see")


class Golden(Part):
    """A batch whose inputs come from a formula and whose outputs the device must reproduce."""

    formula: str = Field(description="pixel = (a·n + b·row + c·column + d·row·column) mod 256, written out")
    coefficients: Tuple[int, int, int, int]
    faces: int = Field(ge=1, le=64)
    outputs: Dict[str, Tuple[Tuple[float, ...], ...]] = Field(description="by precision: faces × 7 probabilities")


class ModelManifest(Message):
    """What a model is, what its files are, how good they are, and how they were made."""

    name: Name
    version: Name
    labels: Tuple[str, ...] = EMOTIONS
    face_px: int = Field(default=FACE_PX, description="width and height of the input, grey, 0–255")
    opset: int = OPSET
    ir_version: int = IR_VERSION
    variants: Tuple[Variant, ...] = Field(min_length=1)
    golden: Golden
    dataset: str = ""
    licence: str = ""
    commit: str = Field(default="", description="of the code that made it")
    command: str = Field(default="", description="that made it")
    created: UtcTime
    signature: str = Field(default="", description="Ed25519 over the manifest without this field, base64")

    @model_validator(mode="after")
    def _one_variant_per_precision(self) -> "ModelManifest":
        precisions = [variant.precision for variant in self.variants]
        if len(set(precisions)) != len(precisions):
            raise ValueError(f"each precision may have one variant; got {', '.join(precisions)}")
        return self

    def reference(self, precision: str) -> str:
        """NAME@VERSION/PRECISION, as events and telemetry name a model."""
        return f"{self.name}@{self.version}/{precision}"
