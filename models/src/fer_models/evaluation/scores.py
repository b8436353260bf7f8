"""How good a classifier is: accuracy, macro F1, figures per emotion, the confusion table and calibration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from fer_wire.emotions import EMOTIONS

from fer_models.data.faces import LabelledFaces
from fer_models.evaluation.calibration import Calibration, calibrate, wilson
from fer_models.evaluation.views import SINGLE, probabilities
from fer_models.model_files.runtime import Classifier

DECIMALS = 6


@dataclass(frozen=True)
class EmotionScore:
    """One emotion, 0–1: precision, recall and F1; images: how many have its label."""

    emotion: str
    images: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class Evaluation:
    """confusion[label][prediction] counts images; accuracy, its 95 % interval and macro_f1 0–1.

    calibration is None where only predictions were scored.
    """

    images: int
    accuracy: float
    accuracy_interval: tuple[float, float]
    macro_f1: float
    emotions: tuple[EmotionScore, ...]
    confusion: tuple[tuple[int, ...], ...]
    calibration: Calibration | None = None

    @property
    def confusion_percent(self) -> tuple[tuple[float, ...], ...]:
        """The confusion table in % of each label's images, as the paper's Table 1; a label without images has zeros."""
        return tuple(tuple(100 * _share(n, sum(row)) for n in row) for row in self.confusion)

    def as_dict(self) -> dict[str, Any]:
        """The evaluation for JSON, rounded."""
        rounded: dict[str, Any] = _rounded(asdict(self) | {"confusion_percent": self.confusion_percent})
        return rounded


def evaluate(
    classifier: Classifier, faces: LabelledFaces, on_batch: Callable[[int], None] = lambda _: None, view: str = SINGLE
) -> Evaluation:
    """Classify every face in one view; on_batch is told how many more images were classified."""
    return score_probabilities(faces.labels, probabilities(classifier, faces, view, on_batch))


def score_probabilities(labels: npt.NDArray[np.int64], found: npt.NDArray[np.floating]) -> Evaluation:
    """The figures of N×7 probabilities, calibration too; the prediction is the most probable emotion."""
    return replace(score(labels, found.argmax(axis=1)), calibration=calibrate(labels, found))


def score(labels: npt.NDArray[np.int64], predictions: npt.NDArray[np.int64]) -> Evaluation:
    """The figures of N predictions; an emotion that is neither label nor prediction counts 0 in the macro F1."""
    confusion = np.zeros((len(EMOTIONS), len(EMOTIONS)), dtype=np.int64)
    np.add.at(confusion, (labels, predictions), 1)
    emotions = tuple(_emotion_score(confusion, index) for index in range(len(EMOTIONS)))
    right = int(confusion.trace())
    return Evaluation(
        images=len(labels),
        accuracy=_share(right, len(labels)),
        accuracy_interval=wilson(right, len(labels)),
        macro_f1=sum(emotion.f1 for emotion in emotions) / len(emotions),
        emotions=emotions,
        confusion=tuple(tuple(int(n) for n in row) for row in confusion),
    )


def _emotion_score(confusion: npt.NDArray[np.int64], index: int) -> EmotionScore:
    right, labelled, predicted = (
        int(n) for n in (confusion[index, index], confusion[index].sum(), confusion[:, index].sum())
    )
    return EmotionScore(
        emotion=EMOTIONS[index],
        images=labelled,
        precision=_share(right, predicted),
        recall=_share(right, labelled),
        f1=_share(2 * right, labelled + predicted),
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return round(value, DECIMALS) if isinstance(value, float) else value
