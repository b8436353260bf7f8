"""What sees faces, whichever way: the contract of dlib and of the zoo's networks, and what they say of a face."""

from dataclasses import dataclass
from typing import List, Optional, Sequence, Tuple

from typing_extensions import Protocol

from fer_agent.faces.geometry import Points, Rectangle
from fer_agent.imaging import Picture

Angles = Tuple[float, float, float]
"""Yaw (positive: towards the picture's left), pitch (upwards) and roll (clockwise), degrees."""


@dataclass(frozen=True)
class Look:
    """Where to look at a face: its box, its lean (radians, clockwise), and its five points where they are known.

    The five points are float64, 5 × 2: the eyes and the nose, and the corners of the mouth; the picture's left of an
    upright face comes first.
    """

    box: Rectangle
    roll: float = 0.0
    points: Optional[Points] = None


@dataclass(frozen=True)
class Detection:
    """Where a scan saw a face, and how sure it was, on the finder's own scale."""

    look: Look
    score: float


@dataclass(frozen=True)
class Marks:
    """A face as it was made out: its box, its lean, and what it is aligned by: 68 landmarks or five points."""

    box: Rectangle
    points: Points
    roll: float = 0.0
    angles: Optional[Angles] = None
    """None where they are not known."""
    seen: float = 1.0
    """How far there is a face to be seen, 0–1, where the landmarks tell."""


@dataclass(frozen=True)
class Face:
    """A face in this frame; points are its 68 landmarks, or five where those can't be trusted."""

    track: int
    box: Rectangle
    points: Points
    angles: Optional[Angles] = None


@dataclass(frozen=True)
class Sighting:
    """What the tracker saw in one frame: the faces that are present, and the tracks that ended."""

    faces: Tuple[Face, ...]
    ended: Tuple[int, ...]


class Eyes(Protocol):
    """Finds faces and looks at those that are known. It keeps nothing of a frame, so all cameras share it."""

    reference: str
    """What it is, for reports."""

    def scan(self, grey: Picture, *, closely: bool) -> List[Detection]:
        """All faces in the picture, including doubtful ones; closely, as for a single picture, takes longer."""

    def mark(self, grey: Picture, looks: Sequence[Look]) -> List[Optional[Marks]]:
        """The face in each place, None where there is none."""

    def is_new_face(self, grey: Picture, detection: Detection, marks: Marks) -> bool:
        """Whether a detection is good enough to begin a track."""

    def still_there(self, grey: Picture, marks: Marks) -> bool:
        """Look again for a known face that a scan missed."""
