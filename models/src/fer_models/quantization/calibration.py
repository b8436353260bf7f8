"""Calibration: the ranges of a network's activations on training images."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from onnx import ModelProto

from fer_models.data.faces import LabelledFaces
from fer_models.errors import DatasetError
from fer_models.model_files.runtime import Probe
from fer_models.quantization.dataflow import CONV, RELU
from fer_models.quantization.equations import Floats

CALIBRATION_FACES = 400
LEAST_FACES = 50
BATCH = 32


@dataclass(frozen=True)
class Range:
    """From the lowest to the highest value that a tensor took; 0 is always inside, because padding adds it."""

    lowest: float = 0.0
    highest: float = 0.0

    @property
    def largest(self) -> float:
        """The largest magnitude."""
        return max(-self.lowest, self.highest)

    @property
    def width(self) -> float:
        """The distance from end to end."""
        return self.highest - self.lowest

    def with_values(self, values: Floats) -> Range:
        """The range extended to these values."""
        return Range(min(self.lowest, float(values.min())), max(self.highest, float(values.max())))


Ranges = dict[str, Range]
"""By the name of a tensor."""


def calibration_faces(training: LabelledFaces, count: int = CALIBRATION_FACES, seed: int = 0) -> Floats:
    """That many training images, the same at every call: float32 N×1×48×48, 0–255; raises DatasetError if too few."""
    if min(len(training), count) < LEAST_FACES:
        raise DatasetError(
            f"{min(len(training), count)} images are too few to calibrate int8 on; at least {LEAST_FACES} training "
            f"images are needed, and {CALIBRATION_FACES} are usual. Give more data or more --calibration-faces."
        )
    chosen = np.random.default_rng(seed).permutation(len(training))[:count]
    return training.images[chosen].astype(np.float32)[:, np.newaxis]


def observe(model: ModelProto, pictures: Floats) -> Ranges:
    """The ranges of the input, and of all inputs and outputs of convolutions and ReLUs, over these pictures."""
    taken = model.graph.input[0].name
    names = list(dict.fromkeys(name for name in _observed(model) if name != taken))
    probe = Probe(model, names)
    ranges = dict.fromkeys([taken, *names], Range())
    for batch in _batches(pictures):
        for name, values in {taken: batch, **probe.read(batch)}.items():
            ranges[name] = ranges[name].with_values(values)
    return ranges


def _observed(model: ModelProto) -> Iterator[str]:
    for node in model.graph.node:
        if node.op_type in (CONV, RELU):
            yield from (node.input[0], node.output[0])


def _batches(pictures: Floats) -> Iterator[Floats]:
    return (pictures[start : start + BATCH] for start in range(0, len(pictures), BATCH))
