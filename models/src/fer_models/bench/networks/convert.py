"""A Keras network as a .tflite file; needs a Python that has TensorFlow.

python -m fer_models.bench.networks.convert JOB OUT
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf

from fer_models.bench.job import Job
from fer_models.bench.networks.keras_models import build_keras

FP16 = "fp16"


def convert(job: Job, path: Path) -> None:
    """Write the job's network; fp16 keeps its weights in float16."""
    converter = tf.lite.TFLiteConverter.from_keras_model(build_keras(job))
    if job.precision == FP16:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.target_spec.supported_types = [tf.float16]
    path.write_bytes(converter.convert())


if __name__ == "__main__":
    convert(Job.from_json(sys.argv[1]), Path(sys.argv[2]))
