"""A recording's own time, whatever its time stamps say."""

from typing import Optional

LONGEST_STEP_S = 10.0
"""Two frames of a recording may be this far apart; a longer way is a jump of its clock."""


class Timeline:
    """Goes on by the recording's time stamps and, where these step back, stall or jump, by one frame."""

    def __init__(self, fps: float) -> None:
        self._frame_s = 1 / fps
        self._stamp_s: Optional[float] = None
        self._at_s = 0.0

    def at(self, stamp_s: float) -> float:
        """Where the next frame lies, seconds from the first one; it always lies behind the one before."""
        if self._stamp_s is not None:
            step_s = stamp_s - self._stamp_s
            self._at_s += step_s if 0 < step_s <= LONGEST_STEP_S else self._frame_s
        self._stamp_s = stamp_s
        return self._at_s
