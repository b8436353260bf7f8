"""A list of layers as a Keras model, channels last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from fer_models.bench.networks import layers
from fer_models.bench.networks.layers import Array, Layer

LOWEST = float(np.finfo(np.float32).min)


def build_layers(face_shape: tuple[int, ...], steps: list[Layer], arrays: Mapping[str, Array]) -> keras.Model:
    """The model: height×width×channels to the last layer's output."""
    face = keras.Input(face_shape)
    tensors: dict[str, Any] = {layers.FACE: face}
    for step in steps:
        tensors[step.output] = _apply(step, [tensors[name] for name in step.inputs], arrays)
    return keras.Model(face, tensors[steps[-1].output])


def _apply(step: Layer, inputs: list[Any], arrays: Mapping[str, Array]) -> Any:
    if step.kind == layers.CONVOLUTION:
        return _convolution(step, inputs[0], arrays)
    if step.kind == layers.DENSE:
        kernel, bias = arrays[f"{step.output}.kernel"], arrays[f"{step.output}.bias"]
        return _weighted(keras.layers.Dense(len(kernel)), inputs[0], kernel.T, bias)
    if step.kind == layers.MAX_POOL:
        padding, x = _padded(step, inputs[0], LOWEST)
        return keras.layers.MaxPooling2D(step.size, step.stride, padding)(x)
    return _simple(step)(inputs if step.kind == layers.ADD else inputs[0])


def _simple(step: Layer) -> keras.Layer:
    if step.kind == layers.DIVIDE:
        return keras.layers.Rescaling(1 / step.value)
    if step.kind == layers.SUBTRACT:
        return keras.layers.Rescaling(1.0, offset=-step.value)
    makers = {
        layers.RELU: keras.layers.ReLU,
        layers.SOFTMAX: keras.layers.Softmax,
        layers.ADD: keras.layers.Add,
        layers.MEAN: keras.layers.GlobalAveragePooling2D,
    }
    return makers[step.kind]()


def _convolution(step: Layer, x: Any, arrays: Mapping[str, Array]) -> Any:
    kernel, bias = arrays[f"{step.output}.kernel"], arrays[f"{step.output}.bias"]
    padding, x = _padded(step, x, 0.0)
    if step.groups > 1:
        depthwise = keras.layers.DepthwiseConv2D(step.size, step.stride, padding)
        return _weighted(depthwise, x, kernel.transpose(2, 3, 0, 1), bias)
    plain = keras.layers.Conv2D(len(kernel), step.size, step.stride, padding)
    return _weighted(plain, x, kernel.transpose(2, 3, 1, 0), bias)


def _weighted(layer: keras.Layer, x: Any, kernel: Array, bias: Array) -> Any:
    result = layer(x)
    layer.set_weights([kernel, bias])
    return result


def _padded(step: Layer, x: Any, value: float) -> tuple[str, Any]:
    """Keras's own padding where it equals the layer's, else the padded tensor."""
    top, left, bottom, right = step.pads
    if not any(step.pads):
        return "valid", x
    if all(
        _same_pads(side, step) == pads for side, pads in zip(x.shape[1:3], ((top, bottom), (left, right)), strict=True)
    ):
        return "same", x
    return "valid", keras.ops.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)), constant_values=value)


def _same_pads(side: int, step: Layer) -> tuple[int, int]:
    total = max((-(-side // step.stride) - 1) * step.stride + step.size - side, 0)
    return total // 2, total - total // 2
