"""Faces in motion whose emotion is known: the pictures of ExpW as a camera would pan over them, and the clip."""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import cv2
import numpy as np
from fer_agent.imaging import Picture
from fer_wire import EMOTIONS

FPS, FRAMES = 12.0, 12
"""A picture is in sight for one second."""
MARGIN = 0.25
"""So much of the picture is added around it, in grey, for it to move in."""
PAN, ROLL_DEGREES, ZOOM = 0.04, 3.0, 0.04
"""How far the camera moves to each side, of the picture's size; how far it turns and draws near."""
NOISE_LEVELS = 2.0
CLIP_TURNS_AT_S = 9.5
"""portrait_sad_to_happy.mp4 is named sad up to here, and happy from here on: the smile begins in frame 228."""
VISIT_S, VISITS_EVERY_S = 4.0, 0.8
"""The clip is shown in stretches of this length, a new one so much later; every second one is mirrored."""


@dataclass(frozen=True)
class Visit:
    """One face: its frames (uint8, grey), and which emotion (a place in EMOTIONS) it shows at each."""

    name: str
    pictures: list[Picture]
    labels: list[int]
    fps: float = FPS


def of_pictures(archive: Path, names: list[str]) -> Iterator[Visit]:
    """Each picture of the archive as a camera pans over it, once around an ellipse; the same each time."""
    with zipfile.ZipFile(archive) as pictures:
        for number, name in enumerate(names):
            grey = cv2.imdecode(np.frombuffer(pictures.read(name), np.uint8), cv2.IMREAD_GRAYSCALE)
            label = EMOTIONS.index(PurePosixPath(name).parts[0])
            yield Visit(name, _panned(np.asarray(grey, np.uint8), number), [label] * FRAMES)


def _panned(picture: Picture, seed: int) -> list[Picture]:
    draw = np.random.default_rng(seed)
    height, width = picture.shape
    edge = round(MARGIN * max(height, width))
    wide = cv2.copyMakeBorder(picture, edge, edge, edge, edge, cv2.BORDER_REPLICATE)
    phases = draw.uniform(0, 2 * np.pi, 4)
    found = []
    for turn in 2 * np.pi * np.arange(FRAMES) / FRAMES:
        right, down, roll, zoom = np.sin(turn + phases) * (PAN * width, PAN * height, ROLL_DEGREES, ZOOM)
        middle = (wide.shape[1] / 2, wide.shape[0] / 2)
        move = cv2.getRotationMatrix2D(middle, roll, 1 + zoom) + np.array([[0, 0, right], [0, 0, down]])
        moved = cv2.warpAffine(wide, move, wide.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
        noisy = moved + NOISE_LEVELS * draw.standard_normal(moved.shape)
        found.append(np.asarray(np.clip(np.rint(noisy), 0, 255), np.uint8))
    return found


def of_the_clip(clip: Path) -> Iterator[Visit]:
    """Stretches of the clip."""
    video, frames = cv2.VideoCapture(str(clip)), []
    fps = float(video.get(cv2.CAP_PROP_FPS))
    while (read := video.read())[0]:
        frames.append(np.asarray(cv2.cvtColor(read[1], cv2.COLOR_BGR2GRAY), np.uint8))
    length, turn = int(VISIT_S * fps), int(CLIP_TURNS_AT_S * fps)
    sad, happy = EMOTIONS.index("sad"), EMOTIONS.index("happy")
    for number, start in enumerate(range(0, len(frames) - length, int(VISITS_EVERY_S * fps))):
        shown = frames[start : start + length]
        pictures = [np.ascontiguousarray(np.fliplr(each)) for each in shown] if number % 2 else shown
        labels = [sad if start + step < turn else happy for step in range(length)]
        yield Visit(f"{clip.stem}/{start}", pictures, labels, fps)
