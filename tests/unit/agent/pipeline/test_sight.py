from functools import lru_cache
from pathlib import Path
from typing import Callable, List, Tuple

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from fer_agent.cameras.demo import PORTRAIT
from fer_agent.cameras.video import read_picture
from fer_agent.imaging import Picture, grey
from fer_agent.pipeline.sight import Sight
from hypothesis import given
from hypothesis import strategies as st

FPS = 15
LASTING_S = 5.0
DICE = np.random.default_rng(16)


@lru_cache
def scene(width: int = 160, height: int = 120) -> Picture:
    picture = read_picture(PORTRAIT)
    assert picture is not None
    return np.asarray(cv2.resize(grey(picture), (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def noisy(picture: npt.ArrayLike, sigma: float) -> Picture:
    values = np.asarray(picture, np.float32)
    return np.asarray((values + DICE.normal(0, sigma, values.shape)).round().clip(0, 255), np.uint8)


def seen(frames: Callable[[int], Picture], seconds: float = 3 * LASTING_S) -> List[Tuple[bool, bool]]:
    """Frozen and dark after each frame."""
    sight, found = Sight(LASTING_S), []
    for index in range(round(seconds * FPS)):
        sight.look(frames(index), index / FPS)
        found.append((sight.frozen, sight.dark))
    return found


def test_a_picture_that_never_changes_is_frozen_once_that_has_lasted() -> None:
    picture = scene()
    found = seen(lambda _: picture)
    assert found == [(index / FPS >= LASTING_S, False) for index in range(len(found))]


@pytest.mark.parametrize("sigma", [0.4, 1.0, 3.0])
def test_the_noise_of_a_sensor_is_no_frozen_picture(sigma: float) -> None:
    assert not any(frozen for frozen, _ in seen(lambda _: noisy(scene(), sigma)))


def test_a_camera_that_repeats_frames_because_it_is_short_of_light_is_not_frozen() -> None:
    slow = [noisy(scene(), 2) for _ in range(round(3 * LASTING_S * FPS / 4) + 1)]
    assert not any(frozen for frozen, _ in seen(lambda index: slow[index // 4]))


def test_a_frozen_picture_that_changes_again_is_frozen_no_more_at_once() -> None:
    picture, other = scene(), scene()[:, ::-1]
    found = [frozen for frozen, _ in seen(lambda index: other if index >= 140 else picture)]
    assert found[139]
    assert not found[140]
    assert found[140 + round(LASTING_S * FPS)]


def test_a_sensor_that_freezes_after_hours_of_noise_is_frozen_soon_after() -> None:
    last = noisy(scene(), 2)
    found = [frozen for frozen, _ in seen(lambda index: last if index >= 100 else noisy(scene(), 2), 20)]
    assert not any(found[: 100 + round(LASTING_S * FPS)])
    assert all(found[100 + round((LASTING_S + 4) * FPS) :])


def test_a_small_thing_that_moves_is_life() -> None:
    def passing(index: int) -> Picture:
        picture = scene().copy()
        left = index % 150
        picture[50:58, left : left + 8] = 255
        return picture

    assert not any(frozen for frozen, _ in seen(passing))


@pytest.mark.parametrize("codec", ["mp4v", "MJPG"])
def test_a_stream_that_encodes_the_same_picture_again_and_again_is_frozen(codec: str, tmp_path: Path) -> None:
    file = str(tmp_path / "still.avi")
    writer = cv2.VideoWriter(file, cv2.VideoWriter_fourcc(*codec), FPS, (160, 120))  # type: ignore[attr-defined,unused-ignore]
    for _ in range(300):
        writer.write(cv2.cvtColor(scene(), cv2.COLOR_GRAY2BGR))
    writer.release()
    film = cv2.VideoCapture(file)
    found = seen(lambda _: cv2.cvtColor(film.read()[1], cv2.COLOR_BGR2GRAY), 10)  # type: ignore[arg-type,return-value,unused-ignore]
    assert all(frozen for frozen, _ in found[round((LASTING_S + 1) * FPS) :])


@pytest.mark.parametrize(
    ("level", "sigma"),
    [(0, 0), (8, 5), (20, 6), (120, 4), (255, 0)],
)
def test_a_black_or_covered_camera_is_dark(level: int, sigma: float) -> None:
    found = seen(lambda _: noisy(np.full((120, 160), level), sigma))
    assert [dark for _, dark in found] == [index / FPS >= LASTING_S for index in range(len(found))]


def test_a_dim_scene_is_not_dark() -> None:
    assert not any(dark for _, dark in seen(lambda _: noisy(scene() * 0.2, 3)))


def test_light_that_goes_off_and_on_is_dark_only_while_it_is_off() -> None:
    def lit(index: int) -> Picture:
        return noisy(scene() * (0.02 if 50 <= index < 160 else 1.0), 2)

    found = [dark for _, dark in seen(lit)]
    assert found == [50 + LASTING_S * FPS <= index < 160 for index in range(len(found))]


def test_what_is_not_to_be_looked_for_is_never_found() -> None:
    sight = Sight(0)
    for index in range(1000):
        sight.look(np.zeros((48, 64), np.uint8), float(index))
    assert (sight.frozen, sight.dark, sight.words) == (False, False, "")


def test_after_a_reopening_it_begins_anew() -> None:
    sight = Sight(LASTING_S)
    for at_s in (0.0, 6.0):
        sight.look(np.zeros((48, 64), np.uint8), at_s)
    assert "is dark" in sight.words
    sight.forget()
    assert sight.words == ""


@given(shape=st.tuples(st.integers(1, 200), st.integers(1, 200)), level=st.integers(0, 255))
def test_pictures_of_any_size_can_be_looked_at(shape: Tuple[int, int], level: int) -> None:
    sight = Sight(LASTING_S)
    for at_s in (0.0, 6.0):
        sight.look(np.full(shape, level, np.uint8), at_s)
    sight.look(np.full(shape[::-1], level, np.uint8), 7.0)
    assert sight.dark
    assert sight.frozen or shape[0] != shape[1]
