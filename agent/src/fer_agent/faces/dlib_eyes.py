"""dlib as the agent's eyes: its HOG detector of frontal faces and its 68 landmarks, as in the paper."""

import threading
from typing import List, Optional, Sequence

from fer_agent.faces import geometry
from fer_agent.faces.detect import Detector, Landmarker
from fer_agent.faces.eyes import Detection, Look, Marks
from fer_agent.imaging import Picture
from fer_agent.settings import FacesSettings

REFERENCE = "dlib"


class DlibEyes:
    """Sees faces from the front; each thread has a detector of its own, because that keeps scratch memory."""

    def __init__(self, landmarker: Landmarker, settings: FacesSettings) -> None:
        self.reference = REFERENCE
        self._landmarker, self._settings = landmarker, settings
        self._own = threading.local()

    def scan(self, grey: Picture, *, closely: bool) -> List[Detection]:
        """All faces that score enough for a face already known; closely, down to half the size."""
        upsample = max(1, self._settings.upsample) if closely else self._settings.upsample
        return self._detector.scan(grey, upsample)

    def mark(self, grey: Picture, looks: Sequence[Look]) -> List[Optional[Marks]]:
        """The 68 landmarks in each box, where they can be a face's."""
        return [self._marks(grey, look) for look in looks]

    def is_new_face(self, grey: Picture, detection: Detection, marks: Marks) -> bool:
        """Whether it scores enough, both in the frame and turned upright."""
        return self._detector.is_new_face(grey, detection, marks.points)

    def still_there(self, grey: Picture, marks: Marks) -> bool:
        """Whether it scores enough when it is turned upright."""
        return self._detector.still_there(grey, marks.points)

    def _marks(self, grey: Picture, look: Look) -> Optional[Marks]:
        points = self._landmarker.find(grey, look.box)
        return Marks(geometry.box(points), points) if geometry.is_face(points) else None

    @property
    def _detector(self) -> Detector:
        if not hasattr(self._own, "detector"):
            self._own.detector = Detector(self._settings.min_score)
        found: Detector = self._own.detector
        return found
