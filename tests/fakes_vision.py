"""Stand-ins for the eyes of the agent: cameras, detectors, landmarkers, classifiers."""

import threading
from typing import Callable, Dict, List, Optional, Sequence

import numpy as np
from fer_agent.cameras.camera import Image
from fer_agent.emotion.temperature import NONE
from fer_agent.errors import CameraError
from fer_agent.faces import geometry
from fer_agent.faces.eyes import Detection, Look, Marks
from fer_agent.faces.geometry import Points, Rectangle
from fer_agent.imaging import Picture
from fer_agent.inference.arrays import Faces, Probabilities
from fer_wire import EMOTIONS

# The landmarks of the demo's portrait, in percent of the HOG detector's box.
FACE_PERCENT = """
3,31 3,44 4,56 5,69 8,81 15,91 24,101 34,108 45,111 58,109 70,103 80,95 88,86 93,74 96,61 98,49 100,36
9,20 16,15 25,14 34,16 41,19 62,21 71,18 79,17 88,19 93,26
52,31 52,39 51,48 51,56 39,60 44,61 50,64 55,63 60,61
19,29 25,26 32,26 37,32 31,32 24,32 64,33 70,28 77,29 82,32 77,35 71,34
24,69 34,69 43,69 50,71 55,70 63,70 72,71 63,82 55,87 48,87 41,86 33,81 27,71 43,73 49,74 55,74 69,72 55,81 49,81 42,79
"""


def face_points(left: float = 100, top: float = 100, size: float = 100) -> Points:
    """Landmarks of a face in a box."""
    percent = np.array([[float(v) for v in pair.split(",")] for pair in FACE_PERCENT.split()])
    return np.asarray(percent * size / 100 + (left, top))


def picture(width: int = 640, height: int = 360, value: int = 90) -> Image:
    """One colour all over, BGR."""
    return np.full((height, width, 3), value, np.uint8)


class FakeCamera:
    """Gives the images of a list, then ends or begins anew; a CameraError in it is raised, an Event waited for."""

    def __init__(
        self,
        script: Sequence[object],
        *,
        live: bool = True,
        stills: bool = False,
        anew: bool = False,
        positions_s: Optional[Sequence[float]] = None,
    ) -> None:
        self.live = live
        self.stills = stills
        self.length_s = max(positions_s or [0.0])
        self.position_s: Optional[float] = None
        self.closed = threading.Event()
        self.opening_fault: Optional[str] = None
        self._script = list(script)
        self._anew = anew
        self._positions_s = list(positions_s or [])

    def open(self) -> None:
        if self.opening_fault:
            raise CameraError(self.opening_fault)

    def read(self) -> Optional[Image]:
        while self._script:
            step = self._script.pop(0)
            if self._anew:
                self._script.append(step)
            if isinstance(step, threading.Event):
                step.wait(10)
                continue
            if isinstance(step, CameraError):
                raise step
            if self._positions_s:
                self.position_s = self._positions_s.pop(0)
            assert isinstance(step, np.ndarray)
            return step
        return None

    def close(self) -> None:
        self.closed.set()


class FakeVision:
    """The eyes of a world in which faces stand in known boxes, frame by frame.

    The world is a function from the number of the frame (told by next_frame) to boxes; a face's landmarks are where
    the nearest box is, and nowhere sensible when none is near.
    """

    reference = "fake eyes"

    def __init__(self, world: Callable[[int], List[Rectangle]], score: float = 1.0) -> None:
        self.frame = -1
        self.scans: List[int] = []
        self.blind_in: Sequence[int] = ()
        self._world = world
        self._score = score

    def scan(self, grey: Picture, *, closely: bool) -> List[Detection]:
        self.scans.append(self.frame)
        if self.frame in self.blind_in:
            return []
        height, width = grey.shape
        middles = ((box, box.left + box.width / 2, box.top + box.height / 2) for box in self._world(self.frame))
        return [Detection(Look(box), self._score) for box, x, y in middles if 0 <= x < width and 0 <= y < height]

    def mark(self, grey: Picture, looks: Sequence[Look]) -> List[Optional[Marks]]:
        return [self._marks(look.box) for look in looks]

    def is_new_face(self, grey: Picture, detection: Detection, marks: Marks) -> bool:
        return detection.score > 0

    def still_there(self, grey: Picture, marks: Marks) -> bool:
        return False

    def _marks(self, box: Rectangle) -> Optional[Marks]:
        near = [there for there in self._world(self.frame) if there.overlap(box) > 0.2]
        if not near:
            return None
        nearest = max(near, key=lambda there: there.overlap(box))
        points = face_points(nearest.left, nearest.top, nearest.width)
        return Marks(geometry.box(points), points)


class FakeClassifier:
    """Is sure of one emotion by the brightness of the crop: brightness 10·i means the i-th emotion."""

    reference = "fake@1/fp32"
    track_temperatures = NONE

    def __init__(self) -> None:
        self.batches: List[int] = []

    def classify(self, faces: Faces) -> Probabilities:
        self.batches.append(len(faces))
        out = np.full((len(faces), len(EMOTIONS)), 0.02, np.float32)
        for index, face in enumerate(faces):
            out[index, min(len(EMOTIONS) - 1, int(face.mean() / 10))] = 0.88
        return out


def sure_of(**shares: float) -> Probabilities:
    """Probabilities by emotion; the rest is spread over the others."""
    rest = (1 - sum(shares.values())) / (len(EMOTIONS) - len(shares))
    by_name: Dict[str, float] = dict.fromkeys(EMOTIONS, rest)
    by_name.update(shares)
    return np.array([by_name[name] for name in EMOTIONS], np.float32)
