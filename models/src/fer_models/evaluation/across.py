"""One model on several sets of faces, beside another: accuracy, recall by emotion, calibration, and a paired test."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from fer_models.data.faces import LabelledFaces
from fer_models.evaluation.calibration import Z_95
from fer_models.evaluation.conditions import as_on_a_device
from fer_models.evaluation.paired import mcnemar
from fer_models.evaluation.scores import DECIMALS, EmotionScore, score_probabilities
from fer_models.evaluation.sets import FaceSet
from fer_models.evaluation.views import BATCH, OnBatch
from fer_models.model_files.runtime import Classifier

Answers = list[npt.NDArray[np.float32]]
"""For each set, float32 N×7."""


def answers(classifier: Classifier, sets: Sequence[FaceSet], on_batch: OnBatch = lambda _: None) -> Answers:
    """What the model says of all faces, one view each, stretched as on a device."""
    return [_answers(classifier, each.faces, on_batch) for each in sets]


def figures(sets: Sequence[FaceSet], found: Answers, before: Answers | None = None) -> list[dict[str, Any]]:
    """The figures of each set, for JSON; before: another model's answers, to be tested against."""
    told = [_figures(each, said) for each, said in zip(sets, found, strict=True)]
    if before is not None:
        for entry, each, said, other in zip(told, sets, found, before, strict=True):
            right, other_right = (them.argmax(axis=1) == each.faces.labels for them in (said, other))
            entry["against"] = asdict(mcnemar(right, other_right))
    return told


def _answers(classifier: Classifier, faces: LabelledFaces, on_batch: OnBatch) -> npt.NDArray[np.float32]:
    found = []
    for start in range(0, len(faces), BATCH):
        found.append(classifier.predict(as_on_a_device(faces.images[start : start + BATCH])[:, np.newaxis]))
        on_batch(len(found[-1]))
    return np.concatenate(found)


def _figures(of: FaceSet, said: npt.NDArray[np.float32]) -> dict[str, Any]:
    scored = score_probabilities(of.faces.labels, said)
    present = [emotion for emotion in scored.emotions if emotion.images]
    recall = sum(emotion.recall for emotion in present) / len(present)
    half = Z_95 * math.sqrt(sum(map(_variance, present))) / len(present)
    return {
        "set": of.name,
        "about": of.about,
        "images": scored.images,
        "accuracy": round(scored.accuracy, DECIMALS),
        "accuracy_interval": [round(bound, DECIMALS) for bound in scored.accuracy_interval],
        "macro_f1": round(scored.macro_f1, DECIMALS),
        "macro_recall": round(recall, DECIMALS),
        "macro_recall_interval": [round(max(0.0, recall - half), DECIMALS), round(min(1.0, recall + half), DECIMALS)],
        "recall": {emotion.emotion: round(emotion.recall, DECIMALS) for emotion in present},
        "labels": {emotion.emotion: emotion.images for emotion in present},
        "ece": round(scored.calibration.ece, DECIMALS) if scored.calibration else None,
    }


def _variance(emotion: EmotionScore) -> float:
    """Of the recall of one emotion, as a binomial share."""
    return emotion.recall * (1 - emotion.recall) / emotion.images
