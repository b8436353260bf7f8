"""A landmarker as an entry of the zoo."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from fer_wire.contracts import CROP_PX, LANDMARKER
from fer_wire.manifest import Measurement

from fer_models.eyes.data.head import average_head
from fer_models.eyes.data.library import Library, read_library
from fer_models.eyes.evaluation.landmark_error import TrueFace, few
from fer_models.eyes.evaluation.landmark_error import measured as marked_errors
from fer_models.eyes.imaging import Floats
from fer_models.eyes.landmarker.held_out import true_faces
from fer_models.eyes.landmarker.network import Landmarker
from fer_models.eyes.landmarker.onnx_file import export_landmarker, onnx_marker
from fer_models.eyes.landmarker.pictures import training_crops
from fer_models.eyes.landmarker.sample import Cropper, marked
from fer_models.eyes.learning.beginning import load_weights
from fer_models.zoo.eyes.maker import HELD_OUT

CALIBRATION_CROPS = 640

ABOUT = """\
A small network that looks at a found face, 64×64 grey pixels turned upright by the finder's five points, and says where
the 68 landmarks of the 300-W mark-up are, which of them can be seen, and the head's yaw, pitch and roll. The jaw is the
head's own line, even where it is hidden, not the outline that one sees."""

FIGURES = """\
Errors are mean distances in percent of the face's size, the root of the area around its landmarks: of all landmarks
that count, and of the 51 inside the face. A jaw that a set marks along the outline counts only where that is the head's
own line. The landmarks of the profiles are fitted by a model, not marked by people. Boxes and five points are the true
ones."""

LIMITS = """\
- It says where parts of a face are. It does not know whose face it is or what the person feels.
- Past a yaw of 60° the landmarks of the far side are guesses of where they are behind the head; `visible` says so.
- The faces are photographs that were published. Nobody recorded age, sex or skin tone, so how the figures differ
  between groups is not known. Measure on your own pictures before you rely on it.
- It expects the crop that its contract describes. A crop without a face gives landmarks too, none of them visible."""

KINDS = {
    "percent": ("landmark error", "% of the face's size"),
    "inner_percent": ("error of the inner 51", "% of the face's size"),
    "yaw_degrees": ("yaw error", "degrees"),
}


class LandmarkerMaker:
    """Reads the library once, for the average head, calibration and figures: up to so many faces."""

    task = LANDMARKER
    face_px = CROP_PX
    timed = (CROP_PX, CROP_PX)
    about = ABOUT
    figures = FIGURES
    limits = LIMITS

    def __init__(self, data: Path, most: int, progress: Callable[[], None] = lambda: None) -> None:
        self._data, self._most, self._progress = data, most, progress

    def export(self, source: Path, path: Path) -> None:
        """Write the float32 file."""
        network = Landmarker()
        load_weights(network, source, LANDMARKER)
        export_landmarker(network, path)

    def calibration(self) -> Floats:
        """Samples as training sees them."""
        library = self._training
        head = average_head(source.faces for source in library.portraits)
        cropper = Cropper(marked(library.portraits, head), library.backgrounds, head)
        return training_crops(cropper, CALIBRATION_CROPS)

    def measured(self, path: Path) -> tuple[Measurement, ...]:
        """Errors by archive and yaw."""
        found = marked_errors(onnx_marker(path), self._faces)
        return tuple(each for name, means in found.items() for each in _measurements(name, means))

    @cached_property
    def _training(self) -> Library:
        return read_library(self._data, progress=self._progress)

    @cached_property
    def _faces(self) -> list[TrueFace]:
        head = average_head(source.faces for source in self._training.portraits)
        held = read_library(self._data, held=True, progress=self._progress)
        return few(true_faces(held.portraits, head), self._most)


def _measurements(kind: str, means: Mapping[str, float]) -> Iterator[Measurement]:
    for name, (title, unit) in KINDS.items():
        if name in means:
            yield Measurement(
                dataset=HELD_OUT, pictures=int(means["faces"]), name=f"{title}, {kind}", value=means[name], unit=unit
            )
