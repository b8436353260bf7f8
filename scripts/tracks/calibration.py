"""Temperatures by emotion that make the confidence of a followed face hold, and how well it holds."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from fer_agent.emotion.temperature import NONE, Temperatures
from fer_agent.settings import EventSettings
from fer_models.evaluation.calibration import LEAST_PROBABILITY, calibration_error
from fer_wire import EMOTIONS
from fer_wire.events import is_uncertain

from tracks.answers import Series
from tracks.published import events, smoothed

POSSIBLE = np.exp(np.arange(0, np.log(5), 0.02))
"""From 1 on: no source is large enough to make a device surer than its model."""
OFTEN = EventSettings(heartbeat_s=0.25)
"""What a face's events say is looked at four times a second."""

Source = Sequence[Series]


def fitted(sources: Sequence[Source], smoothing_s: float) -> Temperatures:
    """For each leading emotion the temperature with the least log loss; each source weighs the same."""
    known = [_known(source, smoothed_s=smoothing_s) for source in sources]
    return tuple(_best(emotion, known) for emotion in range(len(EMOTIONS)))


def judged(source: Source, smoothing_s: float, temperatures: Temperatures = NONE) -> dict[str, float]:
    """The calibration error of what is published of the source, its accuracy and mean confidence, 0–1."""
    found = [each for series in source for each in events(series, smoothing_s, OFTEN, temperatures)]
    right = np.array([each.is_right for each in found])
    confidence = np.array([each.confidence for each in found])
    return {
        "error": round(calibration_error(right, confidence), 4),
        "accuracy": round(float(right.mean()), 4),
        "confidence": round(float(confidence.mean()), 4),
    }


def certainty(
    source: Source, smoothing_s: float, temperatures: Temperatures, limits: EventSettings
) -> dict[str, float]:
    """Of what is published of the source: the share that is uncertain, and how often that and the rest are right."""
    found = [each for series in source for each in events(series, smoothing_s, OFTEN, temperatures)]
    thin = [is_uncertain(each.confidence, each.yaw_degrees, limits) for each in found]
    right = np.array([each.is_right for each in found])
    return {
        "uncertain": round(float(np.mean(thin)), 4),
        "uncertain_right": round(float(right[np.array(thin)].mean()), 4) if any(thin) else 0.0,
        "certain_right": round(float(right[~np.array(thin)].mean()), 4) if not all(thin) else 0.0,
    }


def _known(source: Source, smoothed_s: float) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """What is made of each frame, N×7, and what the face showed."""
    said = [known for series in source for known in smoothed(series, smoothed_s)]
    return np.array(said, np.float64), np.array([label for series in source for label in series.labels])


def _best(emotion: int, known: Sequence[tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]]) -> float:
    def loss(temperature: float) -> float:
        return sum(
            _loss(said[said.argmax(axis=1) == emotion], labels[said.argmax(axis=1) == emotion], temperature)
            / len(labels)
            for said, labels in known
        )

    return round(float(min(POSSIBLE, key=loss)), 2)


def _loss(said: npt.NDArray[np.float64], labels: npt.NDArray[np.int64], temperature: float) -> float:
    logits = np.log(np.maximum(said, LEAST_PROBABILITY)) / temperature
    sums = np.log(np.exp(logits).sum(axis=1))
    return float((sums - logits[np.arange(len(labels)), labels]).sum())
