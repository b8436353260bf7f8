"""Follows faces: the detector finds them now and then, and between scans their landmarks lead from frame to frame."""

from dataclasses import dataclass, field
from typing import Callable, List, Tuple

from typing_extensions import Protocol

from fer_agent.faces import geometry
from fer_agent.faces.detect import Detection
from fer_agent.faces.geometry import Points, Rectangle
from fer_agent.imaging import Picture
from fer_agent.settings import FacesSettings

SAME_FACE_OVERLAP = 0.3
"""Boxes that overlap by more than this show the same face."""

DRIFTED_OVERLAP = 0.5
"""If a track's box overlaps the detection by less than this, its landmarks are found again from the detection."""

URGENT_EVERY_FRAMES = 2
"""How soon the next scan comes when a new face needs confirming or a lost one is looked for."""


class FaceDetector(Protocol):
    """What the tracker needs of a detector."""

    def scan(self, grey: Picture, upsample: int = 0) -> List[Detection]:
        """All faces in the picture, including doubtful ones."""

    def is_new_face(self, grey: Picture, detection: Detection, points: Points) -> bool:
        """Whether a detection is good enough to begin a track."""

    def still_there(self, grey: Picture, points: Points) -> bool:
        """Look again for a face that a scan missed."""


class LandmarkFinder(Protocol):
    """What the tracker needs of a landmark finder."""

    def find(self, grey: Picture, box: Rectangle) -> Points:
        """The landmarks of the face in the box."""


@dataclass(frozen=True)
class Face:
    """A face in this frame."""

    track: int
    box: Rectangle
    points: Points


@dataclass(frozen=True)
class Sighting:
    """What the tracker saw in one frame: the faces that are present, and the tracks that ended."""

    faces: Tuple[Face, ...]
    ended: Tuple[int, ...]


@dataclass
class _Track:
    points: Points
    box: Rectangle
    number: int = 0
    """0 until the face is confirmed."""
    found: int = 1
    missed: int = 0
    astray: bool = field(default=False)
    """Its landmarks were lost; only a detection can bring the face back."""

    def place(self, points: Points) -> None:
        self.points, self.box, self.astray = points, geometry.box(points), False


class Tracker:
    """Turns the frames of one camera into tracks with stable numbers.

    With stills, each picture stands alone: it is scanned more finely, and its faces count at once and end with it.
    """

    def __init__(
        self,
        detector: FaceDetector,
        landmarker: LandmarkFinder,
        settings: FacesSettings,
        next_track: Callable[[], int],
        *,
        stills: bool = False,
    ) -> None:
        self._detector = detector
        self._landmarker = landmarker
        self._settings = settings
        self._next_track = next_track
        self._stills = stills
        self._confirm = 1 if stills else settings.confirm_detections
        self._upsample = max(1, settings.upsample) if stills else settings.upsample
        self._tracks: List[_Track] = []
        self._since_scan = settings.detect_every_frames

    def update(self, grey: Picture) -> Sighting:
        """Process the next frame (uint8, height × width)."""
        before = {track.number for track in self._tracks if track.number}
        if self._stills:
            self._tracks = []
        self._follow(grey)
        self._since_scan += 1
        if self._scan_is_due():
            self._scan(grey)
            self._since_scan = 0
        shown = [track for track in self._tracks if track.number]
        faces = tuple(Face(track.number, track.box, track.points) for track in shown if not track.astray)
        return Sighting(faces, tuple(sorted(before - {track.number for track in shown})))

    def stop(self) -> Tuple[int, ...]:
        """Drop all faces and scan the next frame; returns the numbers of the tracks that end."""
        ended = tuple(track.number for track in self._tracks if track.number)
        self._tracks = []
        self._since_scan = self._settings.detect_every_frames
        return ended

    def _scan_is_due(self) -> bool:
        urgent = any(track.astray or track.missed or not track.number for track in self._tracks)
        interval = self._settings.detect_every_frames
        return self._stills or self._since_scan >= (min(interval, URGENT_EVERY_FRAMES) if urgent else interval)

    def _follow(self, grey: Picture) -> None:
        for track in self._tracks:
            if not track.astray:
                self._step(track, grey)
        kept: List[_Track] = []
        for track in self._tracks:  # older ones come first and keep a face that two tracks ran into
            if all(track.box.overlap(other.box) < DRIFTED_OVERLAP for other in kept):
                kept.append(track)
        self._tracks = kept

    def _step(self, track: _Track, grey: Picture) -> None:
        points = self._landmarker.find(grey, track.box)
        height, width = grey.shape
        x, y = points[geometry.INNER].mean(axis=0)
        if 0 <= x < width and 0 <= y < height and geometry.is_near(points, track.points) and geometry.is_face(points):
            track.place(points)
        else:
            track.astray = True

    def _scan(self, grey: Picture) -> None:
        detections = self._detector.scan(grey, self._upsample)
        for track in self._tracks:
            match = max(detections, key=lambda detection: detection.box.overlap(track.box), default=None)
            if match is not None and match.box.overlap(track.box) > SAME_FACE_OVERLAP:
                detections.remove(match)
                self._found(track, match, grey)
            else:
                self._missed(track, grey)
        self._tracks = [track for track in self._tracks if not self._is_lost(track)]
        for detection in detections:
            self._begin(detection, grey)
        for track in self._tracks:
            if not track.number and track.found >= self._confirm:
                track.number = self._next_track()

    def _found(self, track: _Track, detection: Detection, grey: Picture) -> None:
        track.found += 1
        track.missed = 0
        if track.astray or detection.box.overlap(track.box) < DRIFTED_OVERLAP:
            points = self._landmarker.find(grey, detection.box)
            if geometry.is_face(points):
                track.place(points)

    def _missed(self, track: _Track, grey: Picture) -> None:
        if not track.astray and self._detector.still_there(grey, track.points):
            track.found += 1
            track.missed = 0
        else:
            track.missed += 1

    def _is_lost(self, track: _Track) -> bool:
        return track.missed >= (self._settings.max_missed_detections if track.number else 1)

    def _begin(self, detection: Detection, grey: Picture) -> None:
        points = self._landmarker.find(grey, detection.box)
        if geometry.is_face(points) and self._detector.is_new_face(grey, detection, points):
            self._tracks.append(_Track(points, geometry.box(points)))
