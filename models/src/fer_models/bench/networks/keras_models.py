"""The networks in Keras; the full Xception and the light one have the same weights as in every other runtime."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import keras
import numpy as np

from fer_models.bench.job import Job
from fer_models.bench.networks import full_xception, layers
from fer_models.bench.networks.full_xception import Array, Convolution
from fer_models.bench.networks.keras_layers import build_layers
from fer_models.network.peers import CNN_SHAPE, VGG_SHAPE, PlainShape

CHANNELS_LAST = (1, 2, 0)
SKIPS = ("conv2d", "batch_normalization")
"""What keras.applications calls the projections of the residuals, numbered in the order of their blocks."""


def build_keras(job: Job) -> keras.Model:
    """The network of the job: pixels 0–255, channels last, to probabilities."""
    makers: dict[str, Callable[[Job], keras.Model]] = {
        "xception": _xception,
        "light": _light,
        "vgg16": lambda _: _scaled(partial(_plain, VGG_SHAPE)),
        "resnet50": lambda _: _scaled(keras.applications.ResNet50),
        "cnn": lambda _: _scaled(partial(_plain, CNN_SHAPE)),
    }
    return makers[job.model](job)


def _light(job: Job) -> keras.Model:
    channels, *sides = job.face_shape
    return build_layers((*sides, channels), *layers.load_layers(job.file))


def _xception(job: Job) -> keras.Model:
    network = keras.applications.Xception(weights=None, classes=full_xception.CLASSES, input_shape=_face_shape())
    weights = np.load(job.file)
    for convolution, kernel_layer, norm_layer in _matched(network):
        kernel_layer.set_weights(list(_kernels(convolution, weights)))
        norm_layer.set_weights([weights[f"{convolution.name}.{part}"] for part in full_xception.NORM])
    network.get_layer(full_xception.DENSE).set_weights(
        [
            weights[f"{full_xception.DENSE}.{full_xception.KERNEL}"].T,
            weights[f"{full_xception.DENSE}.{full_xception.BIAS}"],
        ]
    )
    return _with_scaling(network)


def _matched(network: keras.Model) -> Iterator[tuple[Convolution, Any, Any]]:
    """Each convolution with its layer and the batch norm after it."""
    skips = {kind: iter([each for each in network.layers if each.name.startswith(kind)]) for kind in SKIPS}
    for convolution in full_xception.convolutions():
        if convolution.name.endswith("_skip"):
            yield convolution, *(next(skips[kind]) for kind in SKIPS)
        else:
            yield convolution, network.get_layer(convolution.name), network.get_layer(f"{convolution.name}_bn")


def _kernels(convolution: Convolution, weights: Mapping[str, Array]) -> Iterator[Array]:
    """Keras stores height×width×in×out, and height×width×in×1 for a depthwise kernel."""
    if convolution.separable:
        yield weights[f"{convolution.name}.{full_xception.DEPTHWISE}"].transpose(2, 3, 0, 1)
    yield weights[f"{convolution.name}.{full_xception.KERNEL}"].transpose(2, 3, 1, 0)


def _scaled(maker: Callable[..., keras.Model]) -> keras.Model:
    keras.utils.set_random_seed(full_xception.SEED)
    return _with_scaling(maker(weights=None, classes=full_xception.CLASSES, input_shape=_face_shape()))


def _with_scaling(network: keras.Model) -> keras.Model:
    pixels = keras.Input(_face_shape())
    scaling = keras.layers.Rescaling(1 / full_xception.PIXEL_CENTRE, offset=-1.0)
    return keras.Model(pixels, network(scaling(pixels)))


def _plain(
    shape: PlainShape,
    weights: None,  # noqa: ARG001  # as keras.applications asks
    classes: int,
    input_shape: tuple[int, ...],
) -> keras.Model:
    padding = "same" if shape.padding else "valid"
    steps: list[Any] = [keras.Input(input_shape)]
    for stage in shape.stages:
        steps += [keras.layers.Conv2D(filters, 3, padding=padding, activation="relu") for filters in stage]
        steps.append(keras.layers.MaxPooling2D())
    steps += [keras.layers.Flatten(), *(keras.layers.Dense(units, activation="relu") for units in shape.dense)]
    return keras.Sequential([*steps, keras.layers.Dense(classes, activation="softmax")])


def _face_shape() -> tuple[int, ...]:
    return tuple(full_xception.FACE_SHAPE[axis] for axis in CHANNELS_LAST)
