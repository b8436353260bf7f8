"""How good a classifier is: accuracy, macro F1, figures per emotion and the confusion table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from fer_wire.emotions import EMOTIONS

from fer_models.data.faces import Faces
from fer_models.runtime import Classifier

BATCH = 64


@dataclass(frozen=True)
class EmotionScore:
    """One emotion, 0–1: precision, recall and F1; images: how many bear its label."""

    emotion: str
    images: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class Evaluation:
    """confusion[label][prediction] counts images; accuracy and macro_f1 0–1, single view."""

    images: int
    accuracy: float
    macro_f1: float
    emotions: tuple[EmotionScore, ...]
    confusion: tuple[tuple[int, ...], ...]

    def as_dict(self) -> dict[str, Any]:
        """The evaluation as JSON takes it."""
        return asdict(self)


def evaluate(classifier: Classifier, faces: Faces, on_batch: Callable[[int], None] = lambda _: None) -> Evaluation:
    """Classify every face once, as it is; on_batch hears how many faces are done."""
    predictions = []
    for start in range(0, len(faces), BATCH):
        batch = faces.images[start : start + BATCH].astype(np.float32)[:, np.newaxis]
        predictions.append(classifier.predict(batch).argmax(axis=1))
        on_batch(len(batch))
    return score(faces.labels, np.concatenate(predictions))


def score(labels: npt.NDArray[np.int64], predictions: npt.NDArray[np.int64]) -> Evaluation:
    """The figures of N predictions; an emotion that is neither label nor prediction counts 0 in the macro F1."""
    confusion = np.zeros((len(EMOTIONS), len(EMOTIONS)), dtype=np.int64)
    np.add.at(confusion, (labels, predictions), 1)
    emotions = tuple(_emotion_score(confusion, index) for index in range(len(EMOTIONS)))
    return Evaluation(
        images=len(labels),
        accuracy=_share(int(confusion.trace()), len(labels)),
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
