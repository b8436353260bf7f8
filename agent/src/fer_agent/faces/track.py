"""Follows faces: scans find them now and then, and between scans each face is looked at where it should be."""

from typing import Callable, Dict, List, Optional, Sequence, Tuple

import numpy as np

from fer_agent.faces.eyes import Detection, Eyes, Look, Marks, Sighting
from fer_agent.faces.geometry import Rectangle, distances, overlaps
from fer_agent.faces.likeness import likeness, patch
from fer_agent.faces.matching import SAME_FACE_OVERLAP, matched
from fer_agent.faces.trail import Trail
from fer_agent.imaging import Picture, Pyramid
from fer_agent.settings import FacesSettings

DRIFTED_OVERLAP = 0.5
"""If a face overlaps its detection by less than this, it is made out again from there; two faces that overlap by more
are one."""

NEAR = 1.3
"""Faces whose middles are less than this far apart, in the size of the larger, disturb each other."""

URGENT_EVERY_FRAMES = 2
"""How soon the next scan comes when a new face needs confirming or a lost one is looked for."""

COVERED_FACTOR = 4
"""A lost face that is behind another one is waited for so many times longer."""


class Tracker:
    """Turns the frames of one camera into tracks with stable numbers.

    With stills, each picture stands alone: it is scanned closely, and its faces count at once and end with it.
    """

    def __init__(
        self, eyes: Eyes, settings: FacesSettings, next_track: Callable[[], int], *, stills: bool = False
    ) -> None:
        self.eyes = eyes
        """May be replaced between two frames; the faces keep their numbers."""
        self.settings = settings
        """May be changed between two frames; the faces keep their numbers."""
        self._next_track = next_track
        self._stills = stills
        self._trails: List[Trail] = []
        self._since_scan = settings.detect_every_frames
        self._shape: Tuple[int, ...] = ()

    def update(self, grey: Picture) -> Sighting:
        """Process the next frame (uint8, height × width); one of another size begins anew."""
        before = {trail.number for trail in self._trails if trail.number}
        if self._stills or grey.shape != self._shape:
            self.stop()
        self._shape = grey.shape
        self._since_scan += 1
        self._watch(grey)
        self._part(grey)
        self._trails = [trail for trail in self._trails if not self._has_ended(trail)]
        shown = [trail for trail in self._trails if trail.number]
        faces = tuple(trail.face() for trail in shown if trail.in_sight and self._is_large_enough(trail.box))
        return Sighting(faces, tuple(sorted(before - {trail.number for trail in shown})))

    def stop(self) -> Tuple[int, ...]:
        """Drop all faces and scan the next frame; returns the numbers of the tracks that end."""
        ended = tuple(trail.number for trail in self._trails if trail.number)
        self._trails = []
        self._since_scan = self.settings.detect_every_frames
        return ended

    def _watch(self, grey: Picture) -> None:
        """Look at every face where it should be, or where a scan has found it."""
        pyramid = Pyramid(grey)
        for trail in self._trails:
            trail.expect()
        if not self._scan_is_due():
            self._look(grey, {}, [])
            return
        detections = self._largest(self.eyes.scan(grey, closely=self._stills))
        pairs = matched(self._trails, detections, pyramid)
        taken = set(pairs.values())
        fresh = [detection for place, detection in enumerate(detections) if place not in taken]
        found = {index: detections[place] for index, place in pairs.items()}
        self._since_scan = 0
        known = list(self._trails)
        self._look(grey, found, fresh)
        for index, trail in enumerate(known):
            self._judge(trail, grey, pyramid, found=index in found)

    def _confirm(self) -> int:
        """How many scans must find a new face."""
        return 1 if self._stills else self.settings.confirm_detections

    def _scan_is_due(self) -> bool:
        interval = self.settings.detect_every_frames
        urgent = any(trail.is_urgent for trail in self._trails)
        return self._stills or self._since_scan >= (min(interval, URGENT_EVERY_FRAMES) if urgent else interval)

    def _look(self, grey: Picture, found: Dict[int, Detection], fresh: Sequence[Detection]) -> None:
        """Make out all faces in one go: those in sight, those that were found, and fresh ones."""
        alone = self._alone()
        places = [index for index, trail in enumerate(self._trails) if trail.in_sight or index in found]
        looks = [_look(self._trails[index], found.get(index)) for index in places]
        made_out = self.eyes.mark(grey, [*looks, *(detection.look for detection in fresh)])
        by_place = dict(zip(places, made_out))
        for index, trail in enumerate(self._trails):
            marks = by_place.get(index)
            if marks is not None and self._is_inside(marks.box) and _agrees(trail, marks, found.get(index)):
                trail.see(marks, alone=bool(alone[index]))
            else:
                trail.lose()
        for detection, marks in zip(fresh, made_out[len(places) :]):
            self._begin(grey, detection, marks)

    def _judge(self, trail: Trail, grey: Picture, pyramid: Pyramid, *, found: bool) -> None:
        """What a scan means for a face."""
        if found or (trail.in_sight and self.eyes.still_there(grey, trail.marks)):
            trail.found, trail.missed = trail.found + 1, 0
            if trail.in_sight and not trail.clear_frames:
                trail.learn(patch(pyramid, trail.place))
        else:
            trail.missed += 1
            if trail.in_sight and trail.missed >= self.settings.max_missed_detections:
                trail.lose()
        if not trail.number and trail.found >= self._confirm():
            trail.number = self._next_track()

    def _begin(self, grey: Picture, detection: Detection, marks: Optional[Marks]) -> None:
        if marks is None or not self._is_large_enough(marks.box) or len(self._trails) >= self.settings.max_faces:
            return
        others = [trail.box for trail in self._trails if trail.in_sight]
        if others and overlaps([marks.box], others).max() > SAME_FACE_OVERLAP:
            return
        if self.eyes.is_new_face(grey, detection, marks):
            trail = Trail(marks, patch(Pyramid(grey), Look(marks.box, marks.roll)), marks.box)
            trail.number = self._next_track() if self._confirm() <= 1 else 0
            self._trails.append(trail)

    def _part(self, grey: Picture) -> None:
        """Of two that look at one face, the one that it is more like keeps it, and the other goes on unseen."""
        seen = [trail for trail in self._trails if trail.in_sight]
        if len(seen) < 2:
            return
        together = overlaps([trail.box for trail in seen], [trail.box for trail in seen]) > DRIFTED_OVERLAP
        pyramid = Pyramid(grey)
        for one, other in zip(*np.nonzero(np.triu(together, 1))):
            if seen[one].in_sight and seen[other].in_sight:
                min((seen[other], seen[one]), key=lambda trail: _fit(trail, pyramid)).lose()

    def _alone(self) -> Sequence[bool]:
        boxes = [trail.expected or trail.box for trail in self._trails]
        return [bool(alone) for alone in (distances(boxes, boxes) < NEAR).sum(axis=1) <= 1]

    def _has_ended(self, trail: Trail) -> bool:
        if trail.in_sight:
            return not trail.number and trail.missed > 0
        if not trail.number:
            return trail.missed > 0 or trail.lost_frames > URGENT_EVERY_FRAMES
        patience = self.settings.keep_lost_frames
        if trail.lost_frames > patience:
            others = [other.box for other in self._trails if other.in_sight]
            covered = bool((distances([trail.box], others) < NEAR).any())
            patience *= COVERED_FACTOR if covered else 1
        return trail.lost_frames > patience or not self._is_inside(trail.box)

    def _largest(self, detections: Sequence[Detection]) -> Sequence[Detection]:
        most = self.settings.max_faces
        if len(detections) <= most:
            return detections
        return sorted(detections, key=lambda detection: -detection.look.box.size)[:most]

    def _is_large_enough(self, box: Rectangle) -> bool:
        return box.size >= self.settings.smallest_px

    def _is_inside(self, box: Rectangle) -> bool:
        """Whether the middle of the box lies in the frame."""
        (x, y), (height, width) = box.middle, self._shape
        return 0 <= x < width and 0 <= y < height


def _look(trail: Trail, detection: Optional[Detection]) -> Look:
    """Where it should be, unless it was found elsewhere; the points of the detection, in any case."""
    if detection is None:
        return trail.look()
    there = trail.look()
    if not trail.in_sight or there.box.overlap(detection.look.box) < DRIFTED_OVERLAP:
        return detection.look
    return Look(there.box, there.roll, detection.look.points)


def _agrees(trail: Trail, marks: Marks, detection: Optional[Detection]) -> bool:
    if detection is None:
        return trail.is_credible(marks)
    return marks.box.overlap(detection.look.box) > SAME_FACE_OVERLAP


def _fit(trail: Trail, pyramid: Pyramid) -> Tuple[bool, float]:
    alike = likeness(trail.patch, patch(pyramid, trail.place))
    return trail.number > 0, alike - trail.surprise()
