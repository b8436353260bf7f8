"""What a finder and a landmarker have to say and do to become an entry of the zoo."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from fer_wire.manifest import Measurement

from fer_models.eyes.imaging import Floats

HELD_OUT = "the held-out eighth of the training data"
DATA = (
    "WIDER FACE: scenes with the set's own boxes, and others with boxes and points that YuNet found. HELEN, AFW and "
    "LFPW with the 68 landmarks of 300-W. Frames of YouTube Faces with 68 landmarks. CFP: portraits and profiles with "
    "68 landmarks and angles that 3DDFA_V2 fitted. Photographs without a face. One group in eight, a person or a "
    "photograph, is held out for the figures"
)
LICENCE = (
    "Code: Apache-2.0. The weights were learned from sets whose owners allow research, and no commercial use: WIDER "
    "FACE (research), HELEN, AFW and LFPW as 300-W marked them (no commercial use), YouTube Faces (research), CFP "
    "(research), and landmarks that 3DDFA_V2, a face model of research terms, fitted to CFP. Boxes and points of some "
    "scenes were found by YuNet (Apache-2.0). Use the weights under these terms: for research, not for commerce."
)


class EyesMaker(Protocol):
    """One of the two: its texts for the card, its files and its figures.

    face_px: as in the manifest. timed: height and width of the picture whose latency is measured.
    """

    task: str
    face_px: int
    timed: tuple[int, int]
    about: str
    figures: str
    limits: str

    def export(self, source: Path, path: Path) -> None:
        """Write the float32 file of a checkpoint, an .onnx file or a zoo entry."""

    def calibration(self) -> Floats:
        """Training pictures, float32 N×1×H×W, 0–255."""

    def measured(self, path: Path) -> tuple[Measurement, ...]:
        """How the file does on held-out pictures."""
