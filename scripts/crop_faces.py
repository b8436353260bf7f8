"""Cuts the faces of an image data set as a device cuts them, so that a model learns and is measured on the same crops.

    python scripts/crop_faces.py expw.zip --out crops/expw [--test-share 0.2]

The archive holds EMOTION/PICTURE_FACE.jpg, each picture around one face. The agent's finder and landmarker look at it,
the face that covers most of its middle is brought to FER2013's framing, and train/EMOTION or test/EMOTION gets the
48 × 48 crop, by a hash of PICTURE: the faces of one photograph stay together. Pictures in which the agent sees no face
are left out, and counted.
"""

import argparse
import hashlib
import zipfile
from collections import Counter
from pathlib import Path, PurePosixPath
from typing import Optional

import cv2
import numpy as np
from fer_agent.faces import align
from fer_agent.faces.eyes import Eyes
from fer_agent.faces.geometry import Rectangle
from fer_agent.faces.zoo_eyes import NEW_SCORE, ZooEyes
from fer_agent.imaging import Picture
from fer_agent.inference.choice import of_the_settings
from fer_agent.settings import Settings
from fer_wire.contracts import FINDER, LANDMARKER

SUFFIXES = (".jpg", ".png")
LEAST_OVERLAP = 0.2
"""A face that overlaps the picture's middle less than this is another one."""


def eyes() -> Eyes:
    """The eyes of an agent that has no settings of its own."""
    settings = Settings()
    return ZooEyes(of_the_settings(FINDER, settings), of_the_settings(LANDMARKER, settings), settings.faces)


def middle_face(looking: Eyes, grey: Picture) -> Optional[np.ndarray]:
    """The crop of the face in the picture's middle, 48 × 48; None where the agent sees none there."""
    height, width = grey.shape
    middle = Rectangle(0.2 * width, 0.2 * height, 0.6 * width, 0.6 * height)
    found = [each for each in looking.scan(grey, closely=True) if each.score >= NEW_SCORE]
    found = [each for each in found if each.look.box.overlap(middle) >= LEAST_OVERLAP]
    if not found:
        return None
    best = max(found, key=lambda each: each.look.box.overlap(middle))
    (marks,) = looking.mark(grey, [best.look])
    return None if marks is None else align.crops(grey, [marks.points])[0, 0]


def part(name: str, test_share: float) -> str:
    """The split of a picture."""
    picture = PurePosixPath(name).stem.rpartition("_")[0] or PurePosixPath(name).stem
    drawn = int.from_bytes(hashlib.blake2b(picture.encode(), digest_size=4).digest(), "big") / 2**32
    return "test" if drawn < test_share else "train"


def main() -> None:
    """Cut all faces of the archive."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("archive", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--test-share", type=float, default=0.2)
    arguments = parser.parse_args()
    looking, counts = eyes(), Counter[str]()
    with zipfile.ZipFile(arguments.archive) as archive:
        for name in sorted(name for name in archive.namelist() if name.endswith(SUFFIXES)):
            grey = cv2.imdecode(np.frombuffer(archive.read(name), np.uint8), cv2.IMREAD_GRAYSCALE)
            crop = middle_face(looking, np.asarray(grey, np.uint8))
            if crop is None:
                counts["without a face"] += 1
                continue
            split = part(name, arguments.test_share)
            path = (arguments.out / split / name).with_suffix(".png")
            path.parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(path), crop)
            counts[split] += 1
    print(", ".join(f"{number} {what}" for what, number in sorted(counts.items())))


if __name__ == "__main__":
    main()
