"""What we know of Pascual et al. 2022 (Light-FER, Sensors 22, 9524); we do not have the full tables of the paper."""

from __future__ import annotations

PAPER = "Pascual et al. 2022"
CITED = """\
A. M. Pascual, E. C. Valverde, J. I. Kim, J. W. Jeong, Y. Jung, S. H. Kim, W. Lim: *Light-FER: A Lightweight Facial
Emotion Recognition System on Edge Devices*. Sensors 2022, 22, 9524. <https://doi.org/10.3390/s22239524>"""

ACCURACY = 0.6987
ACCURACY_SPLIT = "PrivateTest"
LAPTOP_FPS = 27.0
LAPTOP_CPU_PERCENT = 18.4
LAPTOP_MEMORY_PERCENT = 1.5
LAPTOP_MEMORY_GB = 16
NANO_FPS = 5.51
BEST_GAIN = 2.2
BEST_GAIN_FROM, BEST_GAIN_TO = "Keras FP32", "TensorRT FP16"
