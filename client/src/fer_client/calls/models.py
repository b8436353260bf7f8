"""Models. Written by `make docs` from controller/src/fer_controller/operations; edit that instead."""

from __future__ import annotations

from typing import Any, Dict, List, TypedDict, cast

from fer_client.connection import Connection


class Accuracy(TypedDict):
    """Accuracy on one split of one data set."""

    dataset: str
    split: str
    images: int
    accuracy: float
    macro_f1: float | None
    emotions: List[EmotionAccuracy]
    calibration_error: float | None


class EmotionAccuracy(TypedDict):
    """How well one emotion is told on one split."""

    emotion: str
    images: int
    precision: float
    recall: float


class Measurement(TypedDict):
    """One figure of a finder or a landmarker: recall, false faces or error on one kind of picture."""

    dataset: str
    pictures: int
    name: str
    value: float
    unit: str


class ModelAnswer(TypedDict):
    """A model of the registry."""

    model: str
    name: str
    version: str
    task: str
    added_at: str
    manifest_url: str
    variants: List[VariantAnswer]


class VariantAnswer(TypedDict):
    """One file of a model."""

    precision: str
    sha256: str
    size_bytes: int
    parameters: int
    accuracy: List[Accuracy]
    measured: List[Measurement]
    url: str


class Compression(TypedDict):
    """Compression ratio R, unpruned over pruned (Pascual et al. 2022, Eq. 1); 1 when nothing was pruned."""

    weights: float
    filters: float
    channels: float


class Golden(TypedDict):
    """A batch whose inputs come from a formula and whose outputs the device must reproduce."""

    formula: str
    coefficients: List[Any]
    faces: int
    px: int
    outputs: Dict[str, List[List[float]]]


class Latency(TypedDict):
    """Time of one inference at batch 1, as measured."""

    machine: str
    provider: str
    threads: int
    p50_ms: float
    p95_ms: float


class Variant(TypedDict):
    """One .onnx file."""

    precision: str
    file: str
    sha256: str
    size_bytes: int
    parameters: int
    nonzero_parameters: int
    compression: Compression
    macs: int | None
    accuracy: List[Accuracy]
    measured: List[Measurement]
    latency: List[Latency]
    tolerance: float


class WholeModelAnswer(TypedDict):
    """All that is known of a model."""

    model: str
    name: str
    version: str
    task: str
    added_at: str
    manifest_url: str
    variants: List[VariantAnswer]
    manifest: Dict[str, Any]
    card: str


class Models:
    """Calls of the API."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> List[ModelAnswer]:
        """The models of the registry, as `models list --json`."""
        return cast("List[ModelAnswer]", self._connection.get("/v1/models", {}, {}))

    def model(self, model: str) -> WholeModelAnswer:
        """All of a model, as `models show --json`: NAME@VERSION, or NAME for the version added last.

        model: NAME@VERSION, or NAME: the version added last.
        """
        return cast("WholeModelAnswer", self._connection.get("/v1/models/{model}", {"model": model}, {}))
