"""What the agent's own eyes and classifier say of each frame of a visit, before anything is smoothed."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from fer_agent.emotion.classify import Classifier
from fer_agent.faces import align, contrast
from fer_agent.faces.eyes import Eyes
from fer_agent.faces.track import Tracker
from fer_agent.inference.arrays import Probabilities
from fer_agent.settings import Settings

from tracks.visits import Visit


@dataclass
class Series:
    """The frames of one visit in which the agent saw the face: a place in each list for every one of them.

    labels: places in EMOTIONS; light: the mean grey level of the crop, 0–255; detail: how strong its finest structure
    is (the standard deviation of the Laplacian, over that of the crop).
    """

    name: str
    at_s: list[float] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    probabilities: list[Probabilities] = field(default_factory=list)
    face_px: list[float] = field(default_factory=list)
    yaw_degrees: list[float] = field(default_factory=list)
    light: list[float] = field(default_factory=list)
    detail: list[float] = field(default_factory=list)


def answered(visits: Iterable[Visit], eyes: Eyes, classifier: Classifier, settings: Settings) -> Iterator[Series]:
    """Each visit on which the agent begins a track; of several faces the largest is the visit's."""
    numbers = itertools.count(1)
    for visit in visits:
        tracker = Tracker(eyes, settings.faces, lambda: next(numbers), stills=False)
        series = Series(visit.name)
        for place, picture in enumerate(visit.pictures):
            faces = tracker.update(picture).faces
            if not faces:
                continue
            face = max(faces, key=lambda each: each.box.size)
            crops = align.crops(picture, [face.points])
            series.at_s.append(place / visit.fps)
            series.labels.append(visit.labels[place])
            series.probabilities.append(classifier.classify(contrast.stretched(crops))[0])
            series.face_px.append(face.box.size)
            series.yaw_degrees.append(face.angles[0] if face.angles else float("nan"))
            series.light.append(float(crops.mean()))
            series.detail.append(_detail(crops[0, 0]))
        if series.at_s:
            yield series


def _detail(crop: np.ndarray) -> float:
    edges = 4 * crop[1:-1, 1:-1] - crop[:-2, 1:-1] - crop[2:, 1:-1] - crop[1:-1, :-2] - crop[1:-1, 2:]
    return float(edges.std() / max(float(crop.std()), 1.0))
