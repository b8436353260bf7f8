"""Faces counted in every frame of a video, of which it is known how many there are, not where."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fer_models.errors import UsageError
from fer_models.eyes.evaluation.recall import FaceFinder, Tally
from fer_models.eyes.imaging import Grey, video_frames

BETWEEN = "="


@dataclass(frozen=True, slots=True)
class Clip:
    """A video, and how many faces each of its frames shows."""

    name: str
    faces: int
    frames: Sequence[Grey]


def read_clip(given: str) -> Clip:
    """FILE=FACES; raises UsageError when the file is no video, or the number none."""
    file, _, faces = given.rpartition(BETWEEN)
    frames = list(video_frames(file)) if faces.isdigit() else []
    if not frames:
        raise UsageError(
            f"{given} is not a clip; give FILE{BETWEEN}FACES, a video and how many faces each of its frames shows."
        )
    return Clip(Path(file).stem, int(faces), frames)


def counted(finder: FaceFinder, clip: Clip) -> Tally:
    """Let the finder look at every frame; what it sees beyond the faces that are there is false."""
    tally = Tally()
    for frame in clip.frames:
        started = time.process_time()
        seen = len(finder.find(frame))
        tally.cpu_ms += (time.process_time() - started) * 1000
        false = max(seen - clip.faces, 0)
        tally.pictures += 1
        tally.faces += clip.faces
        tally.found += min(seen, clip.faces)
        tally.false += false
        tally.blamed += false > 0
    return tally
