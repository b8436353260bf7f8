"""Draws docs/images/framing.png: how FER2013 frames a face, and how the agent does.

    python scripts/framing_picture.py fer2013.zip

Side by side: the mean of FER2013's training images, the mean of our crops of those of them in which a face is found,
our crop of the astronaut's portrait upright and turned, and the mean of our crops of the moving demo. Means only: no
image of FER2013 is shown.
"""

import argparse
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from fer_agent import imaging
from fer_agent.cameras.demo import PORTRAIT, DemoCamera
from fer_agent.cameras.video import read_picture
from fer_agent.faces import align
from fer_agent.faces.detect import Detector, Landmarker, landmarks_file
from fer_agent.settings import CameraSettings, FacesSettings

OUT = Path(__file__).resolve().parents[1] / "docs" / "images" / "framing.png"
SHOWN_PX = 192
TITLE_PX = 44
GAP_PX = 12
ENLARGED_PX = 168
MARGIN_PX = 60
TURNED_DEG = 20

Mean = npt.NDArray[np.float64]


class Cropper:
    """Finds the face in an image and crops it as the agent does."""

    def __init__(self) -> None:
        self._detector = Detector()
        self._landmarker = Landmarker(landmarks_file(FacesSettings()))

    def crop(self, grey: imaging.Picture) -> Mean | None:
        """The crop of the most certain face, 48 × 48; None when there is no face."""
        detection = max(self._detector.scan(grey), key=lambda found: found.score, default=None)
        if detection is None:
            return None
        return np.asarray(align.crops(grey, [self._landmarker.find(grey, detection.look.box)])[0, 0], np.float64)


def training_images(path: Path, count: int) -> list[imaging.Picture]:
    """A random selection of the training images, 48 × 48."""
    with zipfile.ZipFile(path) as archive:
        names = sorted(name for name in archive.namelist() if "train/" in name and name.endswith(".jpg"))
        chosen = np.random.default_rng(1).permutation(len(names))[:count]
        coded = [np.frombuffer(archive.read(names[i]), np.uint8) for i in chosen]
    return [np.asarray(cv2.imdecode(image, cv2.IMREAD_GRAYSCALE), np.uint8) for image in coded]


def enlarged(image: imaging.Picture) -> imaging.Picture:
    """A training image as large as the detector needs it, with a margin."""
    large = cv2.resize(image, (ENLARGED_PX, ENLARGED_PX), interpolation=cv2.INTER_CUBIC)
    return np.pad(np.asarray(large, np.uint8), MARGIN_PX, mode="edge")


def demo_frames(portrait: imaging.Picture) -> Iterator[imaging.Picture]:
    """The moving portrait at every half second of a minute, grey."""
    demo = DemoCamera(CameraSettings(source="demo:"))
    return (imaging.grey(demo.picture(portrait, half_seconds / 2)) for half_seconds in range(120))


def mean(images: Iterable[Mean | None]) -> Mean:
    """The mean of the crops that were found."""
    return np.asarray(np.mean([image for image in images if image is not None], axis=0))


def turned(grey: imaging.Picture) -> imaging.Picture:
    """The image, rotated about its centre."""
    height, width = grey.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), TURNED_DEG, 1.0)
    return imaging.warp(grey, np.asarray(matrix, np.float64), (width, height))


def panel(title: str, image: Mean) -> imaging.Picture:
    """An image under its title, with the eyes and the mouth of FER2013's framing marked."""
    tile = np.full((TITLE_PX + SHOWN_PX, SHOWN_PX, 3), 255, np.uint8)
    large = cv2.resize(image.clip(0, 255).astype(np.uint8), (SHOWN_PX, SHOWN_PX), interpolation=cv2.INTER_CUBIC)
    tile[TITLE_PX:] = large[..., np.newaxis]
    for line, text in enumerate(title.split("\n")):
        cv2.putText(tile, text, (2, 16 + 19 * line), cv2.FONT_HERSHEY_SIMPLEX, 0.46, (0, 0, 0), 1, cv2.LINE_AA)
    for x, y in (align.FER2013_ANCHORS + 0.5) * SHOWN_PX / image.shape[0]:
        cv2.drawMarker(tile, (round(x), round(y) + TITLE_PX), (0, 180, 255), cv2.MARKER_CROSS, 9, 1, cv2.LINE_AA)
    return tile


def main() -> None:
    """Write the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("archive", type=Path)
    parser.add_argument("--images", type=int, default=2000)
    arguments = parser.parse_args()
    cropper = Cropper()
    training = training_images(arguments.archive, arguments.images)
    portrait = read_picture(PORTRAIT)
    assert portrait is not None  # noqa: S101 - it is shipped
    grey = imaging.grey(portrait)
    panels = [
        panel("FER2013, mean of\ntraining images", mean(image.astype(np.float64) for image in training)),
        panel("The same images\nas we crop, mean", mean(cropper.crop(enlarged(image)) for image in training)),
        panel("The demo's portrait\nas we crop it", mean([cropper.crop(grey)])),
        panel(f"The same, turned\nby {TURNED_DEG} degrees before", mean([cropper.crop(turned(grey))])),
        panel("The moving demo\nas we crop it, mean", mean(cropper.crop(frame) for frame in demo_frames(portrait))),
    ]
    gap = np.full((TITLE_PX + SHOWN_PX, GAP_PX, 3), 255, np.uint8)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(OUT), np.hstack([gap, *(tile for each in panels for tile in (each, gap))]))
    print(OUT)


if __name__ == "__main__":
    main()
