"""Measures how FER2013 frames a face, for the constants in fer_agent/faces/{align,geometry}.py.

    python scripts/measure_framing.py fer2013.zip [--images 4000]

Each training image is enlarged by a random factor (so that the steps of the detector's image pyramid average out),
drawn out at its edges, and given to the HOG detector and the landmark predictor. Printed are medians over the images
with exactly one face: the middles of eyes and mouth in pixels of the 48 × 48 image, and the detector's box against
the landmarks.
"""

import argparse
import zipfile
from pathlib import Path

import cv2
import numpy as np
from fer_agent import imaging
from fer_agent.faces import geometry
from fer_agent.faces.detect import Detector, Landmarker, landmarks_file
from fer_agent.settings import FacesSettings

MARGIN_PX = 60
MIN_SCORE = 0.5
ENLARGEMENT = (3.0, 4.2)


def training_images(archive: zipfile.ZipFile, count: int, rng: np.random.Generator) -> list[imaging.Picture]:
    """A random selection of the training images, uint8, 48 × 48."""
    names = sorted(name for name in archive.namelist() if "train/" in name and name.endswith(".jpg"))
    chosen = rng.permutation(len(names))[:count]
    coded = (np.frombuffer(archive.read(names[i]), np.uint8) for i in chosen)
    return [np.asarray(cv2.imdecode(image, cv2.IMREAD_GRAYSCALE), np.uint8) for image in coded]


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("archive", type=Path)
    parser.add_argument("--images", type=int, default=4000)
    arguments = parser.parse_args()
    rng = np.random.default_rng(0)
    detector, landmarker = Detector(MIN_SCORE + 0.5), Landmarker(landmarks_file(FacesSettings()))
    places, boxes = [], []
    with zipfile.ZipFile(arguments.archive) as archive:
        images = training_images(archive, arguments.images, rng)
    for image in images:
        factor = rng.uniform(*ENLARGEMENT)
        side = round(48 * factor)
        resized = cv2.resize(image, (side, side), interpolation=cv2.INTER_CUBIC)
        large = np.pad(np.asarray(resized, np.uint8), MARGIN_PX, mode="edge")
        detections = detector.scan(large)
        if len(detections) != 1:
            continue
        box = detections[0].look.box
        points = landmarker.find(large, box)
        places.append((geometry.anchors(points) - MARGIN_PX + 0.5) * 48 / side - 0.5)
        middle = points[geometry.INNER].mean(axis=0)
        offset = (np.array([box.left + (box.width - 1) / 2, box.top + (box.height - 1) / 2]) - middle) / box.width
        boxes.append((box.width / geometry.radius(points), *offset))
    eyes_and_mouth = np.median(places, axis=0)
    spread = np.percentile(places, 75, axis=0) - np.percentile(places, 25, axis=0)
    print(f"{len(places)} of {len(images)} images with one face")
    for name, (x, y), (dx, dy) in zip(("left eye", "right eye", "mouth"), eyes_and_mouth, spread, strict=True):
        print(f"{name:10} x {x:5.2f}  y {y:5.2f}   (interquartile ranges {dx:.2f}, {dy:.2f})")
    ratio, x, y = np.median(boxes, axis=0)
    print(f"box side {ratio:.2f} × the landmarks' radius, its middle at ({x:+.3f}, {y:+.3f}) × its side from theirs")


if __name__ == "__main__":
    main()
