"""manifest.json of a model in the zoo: its contract, its variants, and how to check them."""

from typing import Dict, Optional, Tuple

from pydantic import Field, model_validator
from typing_extensions import Annotated

from fer_wire.contracts import CLASSIFIER, CONTRACTS, FACE_PX, TASKS
from fer_wire.desired import SHA256_PATTERN
from fer_wire.emotions import EMOTIONS
from fer_wire.message import Count, Message, Part, PositiveCount, UtcTime
from fer_wire.names import Name

INPUT_NAME = CONTRACTS[CLASSIFIER].input.name
OUTPUT_NAME = CONTRACTS[CLASSIFIER].outputs[0].name
OPSET = 13
IR_VERSION = 7

FP32 = "fp32"
FP16 = "fp16"
INT8 = "int8"
PRECISIONS: Tuple[str, ...] = (FP32, FP16, INT8)

MOST_GOLDEN_PX = 1024
Temperature = Annotated[float, Field(ge=1, le=20)]

FILE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$"


class Compression(Part):
    """Compression ratio R, unpruned over pruned (Pascual et al. 2022, Eq. 1); 1 when nothing was pruned."""

    weights: float = Field(default=1.0, ge=1, description="R over single weights")
    filters: float = Field(default=1.0, ge=1, description="R over filters")
    channels: float = Field(default=1.0, ge=1, description="R over channels")


class EmotionAccuracy(Part):
    """How well one emotion is told on one split."""

    emotion: str = Field(description="the label")
    images: Count = Field(description="images that have this label")
    precision: float = Field(ge=0, le=1, description="of the images that were told so, how many are, 0–1")
    recall: float = Field(ge=0, le=1, description="of the images that are, how many were told so, 0–1")


class Accuracy(Part):
    """Accuracy on one split of one data set."""

    dataset: str = Field(description="name of the data set")
    split: str = Field(description="part of the data set")
    images: PositiveCount = Field(description="images in that part")
    accuracy: float = Field(ge=0, le=1, description="single view, 0–1")
    macro_f1: Optional[float] = Field(default=None, ge=0, le=1, description="mean F1 over the emotions, 0–1")
    emotions: Tuple[EmotionAccuracy, ...] = Field(default=(), description="by emotion; empty where unknown")
    calibration_error: Optional[float] = Field(
        default=None,
        ge=0,
        le=1,
        description="expected calibration error: how far confidence is from accuracy on average, 0–1",
    )


class Measurement(Part):
    """One figure of a finder or a landmarker: recall, false faces or error on one kind of picture."""

    dataset: str = Field(description="name of the data set")
    pictures: PositiveCount = Field(description="pictures that were looked at")
    name: str = Field(max_length=100, description="what was measured, on which kind of picture")
    value: float = Field(ge=0, description="the figure")
    unit: str = Field(max_length=40, description="share, or % of the face's size, or faces in 100 pictures")


class Latency(Part):
    """Time of one inference at batch 1, as measured."""

    machine: str = Field(description="where it was measured")
    provider: str = Field(description="execution provider that ran it")
    threads: PositiveCount = Field(description="threads of one inference")
    p50_ms: float = Field(ge=0, description="median")
    p95_ms: float = Field(ge=0, description="95th percentile")


class Variant(Part):
    """One .onnx file."""

    precision: str = Field(description=f"one of {', '.join(PRECISIONS)}; others may follow")
    file: str = Field(pattern=FILE_PATTERN, description="name of the .onnx file beside the manifest")
    sha256: str = Field(pattern=SHA256_PATTERN, description="of the file")
    size_bytes: PositiveCount = Field(description="of the file")
    parameters: PositiveCount = Field(description="trained numbers in the network")
    nonzero_parameters: Count = Field(description="of these, how many are not zero")
    compression: Compression = Field(default=Compression(), description="compression ratio R")
    macs: Optional[PositiveCount] = Field(default=None, description="multiply-accumulates of one picture")
    accuracy: Tuple[Accuracy, ...] = Field(default=(), description="by data set and split")
    measured: Tuple[Measurement, ...] = Field(default=(), description="of a finder or a landmarker, on held-out data")
    latency: Tuple[Latency, ...] = Field(default=(), description="by machine, as measured")
    tolerance: float = Field(gt=0, description="largest permitted difference from the golden outputs on a device")


class Golden(Part):
    """A batch whose inputs come from a formula and whose outputs the device must reproduce."""

    formula: str = Field(description="pixel = (a·n + b·row + c·column + d·row·column) mod 256, written out")
    coefficients: Tuple[Count, Count, Count, Count] = Field(description="a, b, c and d of the formula")
    faces: int = Field(ge=1, le=64, description="images in the batch")
    px: int = Field(default=FACE_PX, ge=1, le=MOST_GOLDEN_PX, description="width and height of each image")
    outputs: Dict[str, Tuple[Tuple[float, ...], ...]] = Field(
        description="by precision: for each image its outputs, one after the other, each row by row"
    )


class ModelManifest(Message):
    """What a model is, what its files are, how good they are, and how they were made."""

    task: str = Field(default=CLASSIFIER, max_length=32, description=f"one of {', '.join(TASKS)}; others may follow")
    network: str = Field(
        default="",
        max_length=32,
        description="what kind of network: xception, vgg, resnet50 or cnn; others may follow; empty where nobody said",
    )
    name: Name = Field(description="the model's name")
    version: Name = Field(description="its version")
    labels: Tuple[str, ...] = Field(default=EMOTIONS, description="what each output means, in order")
    face_px: PositiveCount = Field(
        default=FACE_PX,
        description="width and height of the input, grey, 0–255; a finder takes any multiples of this number",
    )
    opset: PositiveCount = Field(default=OPSET, description="ONNX operator set of the files")
    ir_version: PositiveCount = Field(default=IR_VERSION, description="ONNX format of the files")
    variants: Tuple[Variant, ...] = Field(min_length=1, description="one per precision")
    golden: Golden = Field(description="the batch of the device's self-test")
    track_temperatures: Dict[str, Temperature] = Field(
        default={},
        description="a classifier's, by the emotion that leads: what a device divides the logits of a followed face "
        "by, so that confidence holds on video; 1 for an emotion that is not named",
    )
    dataset: str = Field(default="", description="what it was trained on")
    licence: str = Field(default="", description="of the model")
    commit: str = Field(default="", description="of the code that made it")
    command: str = Field(default="", description="that made it")
    created: UtcTime = Field(description="when it was made")
    signature: str = Field(
        default="", max_length=200, description="Ed25519 (RFC 8032) over the manifest's signed bytes, base64"
    )

    @model_validator(mode="after")
    def _one_variant_per_precision(self) -> "ModelManifest":
        precisions = [variant.precision for variant in self.variants]
        if len(set(precisions)) != len(precisions):
            raise ValueError(f"each precision may have one variant; got {', '.join(precisions)}")
        return self

    @model_validator(mode="after")
    def _temperatures_of_labels(self) -> "ModelManifest":
        unknown = sorted(set(self.track_temperatures) - set(self.labels))
        if unknown:
            raise ValueError(f"track_temperatures are of labels; {', '.join(unknown)} is none of this model's")
        return self

    def without_figures(self) -> "ModelManifest":
        """What the model is, and never changes: without what was measured of it, and without a signature."""
        bare = [each.model_copy(update={"accuracy": (), "measured": (), "latency": ()}) for each in self.variants]
        return self.model_copy(update={"variants": tuple(bare), "signature": ""})

    def reference(self, precision: str) -> str:
        """NAME@VERSION/PRECISION, as events and telemetry name a model."""
        return f"{self.name}@{self.version}/{precision}"
