"""The figures of Pascual et al. 2022 (Light-FER, Sensors 22, 9524): its four tables, row by row."""

from __future__ import annotations

PAPER = "Pascual et al. 2022"
CITED = """\
A. M. Pascual, E. C. Valverde, J. I. Kim, J. W. Jeong, Y. Jung, S. H. Kim, W. Lim: *Light-FER: A Lightweight Facial
Emotion Recognition System on Edge Devices*. Sensors 2022, 22, 9524. <https://doi.org/10.3390/s22239524>"""

ACCURACY = 0.6987
ACCURACY_SPLIT = "PrivateTest"
LAPTOP_FPS = 27.0
LAPTOP_CPU_PERCENT = 18.4
LAPTOP_MEMORY_GB = 16
NANO_FPS = 5.51
BEST_GAIN = 2.2
BEST_GAIN_FROM, BEST_GAIN_TO = "Keras FP32", "TensorRT FP16"

CONFUSION = (
    (0.996, 0.000, 0.001, 0.000, 0.002, 0.000, 0.000),
    (0.002, 0.997, 0.000, 0.000, 0.000, 0.000, 0.000),
    (0.003, 0.000, 0.839, 0.000, 0.128, 0.027, 0.003),
    (0.001, 0.000, 0.001, 0.992, 0.000, 0.005, 0.002),
    (0.160, 0.001, 0.029, 0.003, 0.414, 0.001, 0.391),
    (0.004, 0.000, 0.035, 0.003, 0.000, 0.957, 0.000),
    (0.156, 0.000, 0.050, 0.008, 0.271, 0.004, 0.511),
)
"""Table 1, shares of a label's images: rows are labels, columns predictions, in the order of fer_wire's EMOTIONS."""

ACCURACIES: tuple[tuple[str, float | None, float], ...] = (
    ("VGG-Net", 98.98, 59.32),
    ("ResNet-50", 98.87, 57.48),
    ("Simple CNN", 99.70, 58.90),
    ("HOG + CNN", None, 61.86),
    ("Improved Inception", None, 66.41),
    ("Mollahosseini et al. 2016", None, 66.40),
    ("CNN + Softmax", None, 65.03),
    ("ShallowNet", None, 63.49),
    ("Light-FER", 82.35, 69.87),
)
"""Table 2: accuracy in % on the training and on the test images; None where the paper has no figure."""

PEERS = {"VGG-Net": "vgg", "ResNet-50": "resnet50", "Simple CNN": "cnn"}
"""The rows of Table 2 that `fer-models train --network` trains, and so the models that are not ours."""
OWN = {"Light-FER": "light"}

HARDWARE = (
    ("VGG-Net", 22.3, 1.6, 11),
    ("ResNet-50", 52.1, 1.3, 15),
    ("Simple CNN", 11.5, 6.1, 19),
    ("Light-FER", 18.4, 1.5, 27),
)
"""Table 3, the whole system on a laptop: % of its processors, % of 16 GB, frames/s."""

BENCH_OF_HARDWARE = {
    "VGG-Net": "vgg16/keras-function/fp32",
    "ResNet-50": "resnet50/keras-function/fp32",
    "Simple CNN": "cnn/keras-function/fp32",
    "Light-FER": "light/keras-function/fp32",
}
"""The row of a benchmark beside each row of Table 3: the same framework, the network alone."""

FRAMEWORKS = (
    ("Keras FP32", 2.5, 3215, 2.1, 1.3, 3.4),
    ("TFLite FP32", 4.85, 3310, 0.844, 0.216, 1.06),
    ("TFLite FP16", 4.87, 3300, 0.863, 0.216, 1.08),
    ("ONNX FP32", 5.21, 3480, 2.6, 1.3, 3.9),
    ("ONNX FP16", 4.73, 3470, 2.9, 1.0, 3.9),
    ("TensorRT FP32", 5.43, 3390, 1.9, 0.467, 2.37),
    ("TensorRT FP16", 5.51, 3360, 1.9, 0.467, 2.37),
)
"""Table 4, the whole system on a Jetson Nano: frames/s, mW, GB of memory: for the CPU, for the GPU, in all."""

BENCH_OF_FRAMEWORKS = {
    "Keras FP32": "light/keras-function/fp32",
    "TFLite FP32": "light/tflite/fp32",
    "TFLite FP16": "light/tflite/fp16",
    "ONNX FP32": "light/ort-cpu/fp32",
    "ONNX FP16": "light/ort-cpu/fp16",
    "TensorRT FP32": "light/ort-tensorrt/fp32",
    "TensorRT FP16": "light/ort-tensorrt/fp16",
}
"""The row of a benchmark beside each row of Table 4: the network alone."""
