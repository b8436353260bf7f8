"""The full Xception (Chollet 2017) as the paper runs it: 71×71×3 pixels, 7 classes.

Layers have the names of keras.applications. Weights are random, because speed does not depend on them; they keep
activations near one, so that a difference between runtimes would show in the probabilities.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

FACE_SHAPE = (3, 71, 71)
CLASSES = 7
FEATURES = 2048
EPSILON = 1e-3
PIXEL_CENTRE = 127.5
SEED = 0
DENSE = "predictions"
DENSE_VARIANCE = 2e-7  # keeps the softmax away from 0 and 1, where it hides differences
KERNEL, DEPTHWISE, BIAS = "kernel", "depthwise", "bias"
NORM = ("gamma", "beta", "mean", "variance")


@dataclass(frozen=True)
class Convolution:
    """A convolution and its batch norm; a separable one has a depthwise 3×3 kernel before the pointwise one."""

    name: str
    inputs: int
    outputs: int
    size: int = 1
    stride: int = 1
    separable: bool = False


@dataclass(frozen=True)
class Block:
    """Separable convolutions with a residual connection; a strided one ends in a pool and projects the residual."""

    number: int
    channels: tuple[int, ...]
    strided: bool = False
    starts_with_relu: bool = True

    @property
    def separables(self) -> tuple[Convolution, ...]:
        """Its separable convolutions, in order."""
        pairs = enumerate(itertools.pairwise(self.channels), start=1)
        return tuple(_separable(self.number, place, *pair) for place, pair in pairs)

    @property
    def skip(self) -> Convolution | None:
        """The projection of the residual, where the shape changes."""
        if not self.strided:
            return None
        return Convolution(f"block{self.number}_skip", self.channels[0], self.channels[-1], stride=2)


def _separable(block: int, place: int, inputs: int, outputs: int) -> Convolution:
    return Convolution(f"block{block}_sepconv{place}", inputs, outputs, separable=True)


STEM = (
    Convolution("block1_conv1", 3, 32, size=3, stride=2),
    Convolution("block1_conv2", 32, 64, size=3),
)
BLOCKS = (
    Block(2, (64, 128, 128), strided=True, starts_with_relu=False),
    Block(3, (128, 256, 256), strided=True),
    Block(4, (256, 728, 728), strided=True),
    *(Block(number, (728, 728, 728, 728)) for number in range(5, 13)),
    Block(13, (728, 728, 1024), strided=True),
)
EXIT = (_separable(14, 1, 1024, 1536), _separable(14, 2, 1536, FEATURES))


def convolutions() -> Iterator[Convolution]:
    """All of them: stem, blocks and exit."""
    yield from STEM
    for block in BLOCKS:
        yield from block.separables
        if block.skip:
            yield block.skip
    yield from EXIT


def draw_weights(seed: int = SEED) -> dict[str, Array]:
    """Every array by LAYER.PART: kernels out×in×height×width, batch norms, and the dense layer 7×2048."""
    dice = np.random.default_rng(seed)
    drawn: dict[str, Array] = {}
    for convolution in convolutions():
        for part, array in _drawn_parts(convolution, dice):
            drawn[f"{convolution.name}.{part}"] = array
    drawn[f"{DENSE}.{KERNEL}"] = _normal(dice, (CLASSES, FEATURES), DENSE_VARIANCE)
    drawn[f"{DENSE}.{BIAS}"] = _normal(dice, (CLASSES,), 0.01)
    return drawn


def _drawn_parts(convolution: Convolution, dice: np.random.Generator) -> Iterator[tuple[str, Array]]:
    """He's variance (2015) behind a ReLU: 2 by the number of inputs of one output."""
    inputs, outputs, size = convolution.inputs, convolution.outputs, convolution.size
    if convolution.separable:
        yield DEPTHWISE, _normal(dice, (inputs, 1, 3, 3), 2 / 9)
    variance = (1 if convolution.separable else 2) / (inputs * size * size)
    yield KERNEL, _normal(dice, (outputs, inputs, size, size), variance)
    for part, low, high in zip(NORM, (0.9, -0.1, -0.1, 0.8), (1.1, 0.1, 0.1, 1.2), strict=True):
        yield part, dice.uniform(low, high, outputs).astype(np.float32)


def _normal(dice: np.random.Generator, shape: tuple[int, ...], variance: float) -> Array:
    return dice.standard_normal(shape, dtype=np.float32) * np.float32(np.sqrt(variance))
