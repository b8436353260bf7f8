"""One followed face: where it is, where it goes, and what is remembered of it while it is out of sight."""

import math
from dataclasses import dataclass
from typing import Optional

from fer_agent.faces.eyes import Face, Look, Marks
from fer_agent.faces.geometry import Rectangle
from fer_agent.faces.likeness import Patch, learned

STEADINESS = 0.2
"""The share of a frame's movement in the velocity that is assumed."""

MAX_SURPRISE = 0.35
"""A face can be this far from where it was expected, as a share of its size, and grow or shrink by a third."""

URGENT_FRAMES = 10
"""For how long a lost face is looked for so often."""

STALE_FRAMES = 90
"""A velocity from before two faces met says nothing after this many frames."""


@dataclass
class Trail:
    """Constant velocity: a face out of sight goes on as it went."""

    marks: Marks
    patch: Patch
    box: Rectangle
    """Where it is or, out of sight, is thought to be."""
    number: int = 0
    """0 until the face is confirmed."""
    found: int = 1
    missed: int = 0
    """Scans in a row that did not find it."""
    lost_frames: int = 0
    """Frames since it went out of sight; 0 while it is seen."""
    step_x: float = 0.0
    step_y: float = 0.0
    expected: Optional[Rectangle] = None
    clear_box: Optional[Rectangle] = None
    """Where it last stood alone: near another face, landmarks slide over to it."""
    clear_frames: int = 0

    @property
    def in_sight(self) -> bool:
        """Whether the last frame showed it."""
        return not self.lost_frames

    @property
    def is_urgent(self) -> bool:
        """Whether the next scan should come soon: to confirm it, or to find it again."""
        return not self.number or self.missed > 0 or 0 < self.lost_frames <= URGENT_FRAMES

    @property
    def place(self) -> Look:
        """Where it is."""
        return Look(self.box, self.marks.roll)

    def face(self) -> Face:
        """What others get to know of it."""
        return Face(self.number, self.box, self.marks.points, self.marks.angles)

    def expect(self) -> Rectangle:
        """Where it should be in the next frame."""
        self.expected = self.box.moved(self.step_x, self.step_y)
        return self.expected

    def look(self) -> Look:
        """Where to look for it in this frame."""
        return Look(self.expected or self.box, self.marks.roll)

    def is_credible(self, marks: Marks) -> bool:
        """Whether the face can have moved so from one frame to the next."""
        expected = self.expected or self.box
        apart = math.dist(marks.box.middle, expected.middle)
        return apart < MAX_SURPRISE * expected.size and 0.75 < marks.box.size / max(expected.size, 1e-6) < 1.33

    def surprise(self) -> float:
        """How far it is from where it was expected, in its own size."""
        expected = self.expected or self.box
        return math.dist(self.box.middle, expected.middle) / max(expected.size, 1e-6)

    def see(self, marks: Marks, *, alone: bool) -> None:
        """It is here in this frame; a face that stands alone tells its velocity."""
        if self.in_sight and alone:
            (x, y), (was_x, was_y) = marks.box.middle, self.box.middle
            self.step_x += STEADINESS * (x - was_x - self.step_x)
            self.step_y += STEADINESS * (y - was_y - self.step_y)
        self.marks, self.box, self.lost_frames = marks, marks.box, 0
        self.clear_box, self.clear_frames = (marks.box, 0) if alone else (self.clear_box, self.clear_frames + 1)

    def lose(self) -> None:
        """It is not seen in this frame, or what was taken for it is another face: it goes on as it did when alone."""
        self.box = self.expected or self.box
        if self.in_sight and self.clear_box is not None and 0 < self.clear_frames <= STALE_FRAMES:
            frames = self.clear_frames + 1
            self.box = self.clear_box.moved(self.step_x * frames, self.step_y * frames)
        self.lost_frames += 1

    def learn(self, seen: Patch) -> None:
        """Remember how it looks now."""
        self.patch = learned(self.patch, seen)
