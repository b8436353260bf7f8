"""The zoo's networks as the agent's eyes: a finder for any angle, and a landmarker."""

from typing import List, Optional, Sequence

from fer_agent.faces.eyes import Detection, Look, Marks
from fer_agent.faces.geometry import Rectangle, upright_matrix
from fer_agent.faces.zoo_finder import ZooFinder
from fer_agent.faces.zoo_landmarker import ZooLandmarker
from fer_agent.imaging import Picture, Pyramid
from fer_agent.inference.network import Runs
from fer_agent.settings import FacesSettings

KNOWN_SCORE, NEW_SCORE = 0.2, 0.24
"""From these scores on the finder is asked about a face that is already followed, and about a new one."""

MOST_CERTAIN = 0.9999
"""No odds are counted beyond those of this probability."""

CLOSE_LOOK_PX = 96
CLOSE_FACE_PX = 48
"""For a second look a face is brought to this size, in the middle of a picture of that side."""

_EDGE_PX = (CLOSE_LOOK_PX - CLOSE_FACE_PX) / 2
EXPECTED = Rectangle(_EDGE_PX, _EDGE_PX, CLOSE_FACE_PX, CLOSE_FACE_PX)


class ZooEyes:
    """Sees faces at any angle with two networks, which all cameras share."""

    def __init__(self, finder: Runs, landmarker: Runs, settings: FacesSettings) -> None:
        self.reference = finder.reference
        self._least_sure = settings.zoo_min_score
        self._finder = ZooFinder(finder, settings.scan_px)
        self._landmarker = ZooLandmarker(landmarker)

    def scan(self, grey: Picture, *, closely: bool) -> List[Detection]:  # noqa: ARG002  # one scan finds all sizes
        """All faces that score enough for a face already known."""
        return self._finder.find(grey, KNOWN_SCORE)

    def mark(self, grey: Picture, looks: Sequence[Look]) -> List[Optional[Marks]]:
        """Landmarks, lean and angles of each face, in one run."""
        return self._landmarker.mark(grey, looks)

    def is_new_face(self, grey: Picture, detection: Detection, marks: Marks) -> bool:  # noqa: ARG002
        """Whether finder and landmarker together are sure enough."""
        return detection.score >= NEW_SCORE and agreed(detection.score, marks.seen) >= self._least_sure

    def still_there(self, grey: Picture, marks: Marks) -> bool:
        """Whether the finder sees it when it is turned upright and brought to a good size."""
        scale = CLOSE_FACE_PX / max(marks.box.size, 1.0)
        matrix = upright_matrix(marks.box.middle, marks.roll, scale, CLOSE_LOOK_PX)
        found = self._finder.find(Pyramid(grey).cut(matrix, CLOSE_LOOK_PX), KNOWN_SCORE)
        return any(detection.look.box.overlap(EXPECTED) > 0.4 for detection in found)


def agreed(score: float, seen: float) -> float:
    """How sure two witnesses are together, 0–1: their odds multiplied, as if neither knew of the other."""
    odds = _odds(score) * _odds(seen)
    return odds / (1 + odds)


def _odds(probability: float) -> float:
    certain = min(max(probability, 1 - MOST_CERTAIN), MOST_CERTAIN)
    return certain / (1 - certain)
