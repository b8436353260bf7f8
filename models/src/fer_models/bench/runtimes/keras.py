"""Keras on TensorFlow: predict(), and a tf.function of the whole network."""

from __future__ import annotations

import os

from fer_models.bench.job import CPU, GPU, Array, Job, LoadedModel, Predict

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

from fer_models.bench.networks.keras_models import build_keras


def load(job: Job, face: Array) -> LoadedModel:
    """The network with its weights; it takes channels last."""
    tf.config.threading.set_intra_op_parallelism_threads(job.threads)
    tf.config.threading.set_inter_op_parallelism_threads(job.threads)
    network = build_keras(job)
    pixels = np.ascontiguousarray(face.transpose(0, 2, 3, 1))
    predict = _predicting(network, pixels) if job.runtime == "keras-predict" else _function(network, pixels)
    on_gpu = bool(tf.config.list_physical_devices("GPU"))
    versions = {"tensorflow": tf.__version__, "keras": keras.__version__}
    return LoadedModel(predict, versions, GPU if on_gpu else CPU, "TensorFlow")


def _predicting(network: keras.Model, pixels: Array) -> Predict:
    return lambda: np.asarray(network.predict(pixels, verbose=0))


def _function(network: keras.Model, pixels: Array) -> Predict:
    compiled = tf.function(lambda x: network(x, training=False), input_signature=[tf.TensorSpec(pixels.shape)])
    return lambda: np.asarray(compiled(tf.constant(pixels)))
