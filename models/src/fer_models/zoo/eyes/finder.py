"""A finder as an entry of the zoo."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from fer_wire.contracts import FINDER
from fer_wire.manifest import Measurement

from fer_models.eyes.data.library import read_library
from fer_models.eyes.evaluation.cases import FACELESS, Case, cases
from fer_models.eyes.evaluation.recall import Tally
from fer_models.eyes.evaluation.recall import measured as looked
from fer_models.eyes.finder.cells import COARSEST, MIN_SCORE
from fer_models.eyes.finder.network import Finder
from fer_models.eyes.finder.onnx_file import export_finder
from fer_models.eyes.finder.onnx_finder import OnnxFinder
from fer_models.eyes.finder.pictures import training_pictures
from fer_models.eyes.imaging import Floats
from fer_models.eyes.learning.beginning import load_weights
from fer_models.model_files.counts import FREE_SIZE
from fer_models.zoo.eyes.maker import HELD_OUT

CALIBRATION_PICTURES = 160

ABOUT = """\
A small network that finds faces in a grey picture: frontal or turned to profile, at any roll, from 16 pixels up. For
each cell of 8, 16 and 32 pixels it says how sure it is of a face, where the face's box is, and where its eyes, nose and
mouth corners are. Any picture whose sides are multiples of 32 will do; reading the cells is left to the program."""

FIGURES = """\
A face counts as found when its box and a seen one share 0.3 of their union, at a score of {score:g}. Yaw, roll, masks,
light and the half hidden: faces of 120 pixels on 640×480; scenes: every clear face from 16 pixels up."""

LIMITS = """\
- It says where faces are. It does not know whose they are, and must not be used to watch people who do not know of it.
- The pictures are photographs that were published. Nobody recorded age, sex or skin tone, so how the figures differ
  between groups is not known. Measure on your own pictures before you rely on it.
- Masks, hands and other things before the face were drawn on for training and for the figures; real ones differ.
- Patterns, hands, animals and toys can look like faces to it. A higher score lets fewer of them through."""


class FinderMaker:
    """Reads the library once for calibration, and once for the figures: up to so many pictures of each kind."""

    task = FINDER
    face_px = COARSEST
    timed = FREE_SIZE
    about = ABOUT
    figures = FIGURES.format(score=MIN_SCORE)
    limits = LIMITS

    def __init__(self, data: Path, most: int, progress: Callable[[], None] = lambda: None) -> None:
        self._data, self._most, self._progress = data, most, progress

    def export(self, source: Path, path: Path) -> None:
        """Write the float32 file."""
        network = Finder()
        load_weights(network, source, FINDER)
        export_finder(network, path)

    def calibration(self) -> Floats:
        """Samples as training sees them."""
        return training_pictures(read_library(self._data, progress=self._progress), CALIBRATION_PICTURES)

    def measured(self, path: Path) -> tuple[Measurement, ...]:
        """Recall by kind of picture, and false faces where there are none."""
        tallies = looked(OnnxFinder(path), self._cases).tallies
        return tuple(_measurement(name, tally) for name, tally in tallies.items())

    @cached_property
    def _cases(self) -> list[Case]:
        return list(cases(read_library(self._data, held=True, progress=self._progress), self._most))


def _measurement(name: str, tally: Tally) -> Measurement:
    if name == FACELESS:
        false = round(100 * tally.false / tally.pictures, 2)
        return _figure(f"false faces, {name}", tally.pictures, false, "faces in 100 pictures")
    return _figure(f"faces found, {name}", tally.pictures, round(tally.recall, 4), "share")


def _figure(name: str, pictures: int, value: float, unit: str) -> Measurement:
    return Measurement(dataset=HELD_OUT, pictures=pictures, name=name, value=value, unit=unit)
