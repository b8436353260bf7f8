"""Places without a face that a finder takes for one, so that a landmarker learns that nothing is visible there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fer_models.eyes.augment.graphics import draw_graphics
from fer_models.eyes.boxes import Faces
from fer_models.eyes.data.library import Source
from fer_models.eyes.imaging import Grey
from fer_models.eyes.landmarker.crop import crop_matrix
from fer_models.eyes.pyramid import Pyramid

MOST_IN_A_PICTURE = 6
TURNS = 4
"""A picture is looked at upright and turned by quarters, for a finder knows faces at every angle."""

SEED = 5


@dataclass(frozen=True, slots=True)
class Lookalike:
    """Where something looks like a face: the picture, the middle and size in pixels, the angle as crop() takes it."""

    picture: Pyramid
    middle: npt.NDArray[np.floating]
    size_px: float
    angle: float


def lookalikes(backgrounds: Sequence[Source], find: Callable[[Grey], Faces]) -> list[Lookalike]:
    """What the finder sees in pictures without a face, the surest of each picture; half of them are drawn on."""
    rng, found = np.random.default_rng(SEED), []
    for source in backgrounds:
        for quarters in range(TURNS):
            turned = np.rot90(source.picture.levels[0], quarters).copy()
            if quarters % 2:
                draw_graphics(turned, rng)
            found += _seen(Pyramid(turned), find(turned))
    return found


def _seen(picture: Pyramid, faces: Faces) -> list[Lookalike]:
    places = []
    for box, points in list(zip(faces.boxes, faces.points, strict=True))[:MOST_IN_A_PICTURE]:
        linear = crop_matrix(box, points)[:, :2]
        angle = float(np.arctan2(linear[1, 0], linear[0, 0]))
        places.append(Lookalike(picture, (box[:2] + box[2:]) / 2, float(np.sqrt(np.prod(box[2:] - box[:2]))), angle))
    return places
