"""Where a finder sees a face in pictures without one."""

import numpy as np
from fer_models.eyes.boxes import Faces
from fer_models.eyes.data.archives import BACKGROUNDS, Annotation
from fer_models.eyes.data.library import Source
from fer_models.eyes.imaging import Grey
from fer_models.eyes.landmarker.crop import SIDE_PX, crop
from fer_models.eyes.landmarker.lookalikes import MOST_IN_A_PICTURE, lookalikes
from fer_models.eyes.pyramid import Pyramid

POINTS = np.array([[40.0, 50], [60, 50], [50, 60], [43, 70], [57, 70]], np.float32)


def background(pixels: Grey) -> Source:
    nothing = np.empty((0, 3, 2), np.float32), np.empty((0, 5, 2), np.float32), np.empty(0, bool)
    return Source(BACKGROUNDS, Pyramid(pixels), Annotation(*nothing))


def told(count: int) -> Faces:
    box = np.array([30.0, 40, 70, 80], np.float32)
    return Faces(np.tile(box, (count, 1)), np.ones(count, np.float32), np.tile(POINTS, (count, 1, 1)))


def test_each_quarter_turn_of_a_picture_is_looked_at() -> None:
    shapes = []

    def find(picture: Grey) -> Faces:
        shapes.append(picture.shape)
        return told(0)

    assert lookalikes([background(np.zeros((60, 90), np.uint8))], find) == []
    assert shapes == [(60, 90), (90, 60), (60, 90), (90, 60)]


def test_a_place_is_cut_as_a_landmarker_would_look_at_it() -> None:
    pixels = np.zeros((120, 120), np.uint8)
    pixels[40:80, 30:70] = 200
    place = lookalikes([background(pixels)], lambda _: told(1))[0]
    cut = place.picture.filling(crop(place.middle, place.size_px, place.angle), (SIDE_PX, SIDE_PX))
    assert cut[SIDE_PX // 2, SIDE_PX // 2] == 200
    assert cut[2, 2] == 0


def test_a_picture_full_of_patterns_does_not_outweigh_the_others() -> None:
    found = lookalikes([background(np.zeros((60, 90), np.uint8))], lambda _: told(50))
    assert len(found) == 4 * MOST_IN_A_PICTURE
