"""Whether a camera still sees: a picture that never changes, or one on which nothing can be told apart."""

from typing import Optional

import numpy as np
import numpy.typing as npt

from fer_agent.imaging import Picture, at_most_long

SAMPLES = 64
"""About so many pixels are looked at along the longer side of a picture."""
CELLS = 16
"""So many means, which have little noise, along the longer side."""
SAME_SHARE = 0.01
"""Between two equal frames so few samples differ; a sensor's noise changes far more."""
LEAST_EQUAL, MOST_NOISE_LEVELS = 0.6, 0.2
"""Of a frozen picture so many equal the one before, and samples change by so little: streams encode it anew now
and then. A camera that repeats frames because it is short of light has more noise.
"""
MEMORY = 0.05
"""The share of the newest frame in what is known of noise."""
MOVED_LEVELS, MOVED_SHARE = 12, 0.003
"""Something moved when more of the picture than this share has changed by more than so many levels of 255."""
DARK_LEVEL, FLAT_LEVELS = 30, 10
"""All but the brightest cells are darker than this, or their brightness spans no more than so many levels."""

Samples = npt.NDArray[np.int16]


class Sight:
    """Looks at a small part of each frame of one camera; a state counts once it has lasted."""

    def __init__(self, lasting_s: float) -> None:
        """After how many seconds of the frames' own time a picture is called frozen or dark; 0 means never."""
        self.lasting_s = lasting_s
        """May be changed between two frames."""
        self.forget()

    @property
    def words(self) -> str:
        """What is wrong with the picture, and the remedy; empty if nothing is."""
        if self.dark:
            return "is dark: it shows nothing but one tone; check that the camera is not covered, and its light."
        return "is frozen: it does not change any more; restart the camera." if self.frozen else ""

    def forget(self) -> None:
        """Begin anew, as after the camera was reopened."""
        self.frozen = self.dark = False
        self._anchor: Optional[Samples] = None
        self._before: Optional[Samples] = None
        self._equal, self._noise_levels = 1.0, 0.0
        self._still_since_s = 0.0
        self._dark_since_s: Optional[float] = None

    def look(self, grey: Picture, at_s: float) -> None:
        """Take in a frame: uint8, height × width, at a time that never runs backwards."""
        if not self.lasting_s:
            return
        step = max(1, max(grey.shape) // SAMPLES)
        top, left = (min(step // 2, side - 1) for side in grey.shape)
        samples = np.ascontiguousarray(grey[top::step, left::step])
        self.frozen = self._stood_still_s(samples.astype(np.int16), at_s) >= self.lasting_s
        self.dark = self._was_dark_s(samples, at_s) >= self.lasting_s

    def _stood_still_s(self, samples: Samples, at_s: float) -> float:
        anchor, before, self._before = self._anchor, self._before, samples
        if anchor is None or before is None or anchor.shape != samples.shape or _moved(anchor, samples):
            self._anchor, self._still_since_s = samples, at_s
            return 0.0
        change = np.abs(before - samples)
        equal = np.count_nonzero(change) <= SAME_SHARE * change.size
        self._equal += MEMORY * (equal - self._equal)
        self._noise_levels += MEMORY * (change.sum() / change.size - self._noise_levels)
        if self._equal < LEAST_EQUAL or self._noise_levels > MOST_NOISE_LEVELS:
            self._anchor, self._still_since_s = samples, at_s
        return at_s - self._still_since_s

    def _was_dark_s(self, samples: Picture, at_s: float) -> float:
        if not _is_dark(samples):
            self._dark_since_s = None
            return 0.0
        if self._dark_since_s is None:
            self._dark_since_s = at_s
        return at_s - self._dark_since_s


def _moved(one: Samples, other: Samples) -> bool:
    changed = np.count_nonzero(np.abs(one - other) > MOVED_LEVELS)
    return bool(changed > MOVED_SHARE * one.size)


def _is_dark(samples: Picture) -> bool:
    cells = np.sort(at_most_long(samples, CELLS), axis=None)
    low, high = int(cells[len(cells) // 50]), int(cells[-1 - len(cells) // 50])
    return high < DARK_LEVEL or high - low < FLAT_LEVELS
