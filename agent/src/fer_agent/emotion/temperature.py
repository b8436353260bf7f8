"""Makes a followed face's confidence hold on video, by temperatures (Guo et al. 2017, section 4.2)."""

from typing import Mapping, Sequence

import numpy as np
from fer_wire import EMOTIONS

from fer_agent.inference.arrays import Probabilities

Temperatures = Sequence[float]
"""In the order of EMOTIONS: that of the emotion which leads counts."""
NONE: Temperatures = (1.0,) * len(EMOTIONS)
LEAST_PROBABILITY = 1e-7
"""A float16 graph may answer 0, whose logarithm is infinite."""


def in_order(by_emotion: Mapping[str, float]) -> Temperatures:
    """Those of a manifest; 1 for an emotion that it does not name."""
    return tuple(by_emotion.get(emotion, 1.0) for emotion in EMOTIONS)


def tempered(probabilities: Probabilities, temperatures: Temperatures) -> Probabilities:
    """The 7 probabilities (sum 1) as if their logits had been divided by a temperature; their order stays."""
    temperature = temperatures[int(probabilities.argmax())]
    if temperature == 1:
        return probabilities
    logits = np.log(np.maximum(probabilities, LEAST_PROBABILITY)) / temperature
    shares = np.exp(logits - logits.max())
    return np.asarray(shares / shares.sum(), np.float32)
