"""Whose turn it is when a frame shows more faces than are classified in one."""

from typing import Dict, List, Optional, Sequence

NEVER = -1


class Turns:
    """Takes the faces of one camera in turn: a new one first, then whichever has waited longest."""

    def __init__(self, most: Optional[int]) -> None:
        """At most so many faces of a frame are taken; None takes all."""
        self.most = most
        """May be changed between two frames."""
        self._frame = 0
        self._taken: Dict[int, int] = {}

    def take(self, tracks: Sequence[int]) -> List[int]:
        """The places in the sequence of those whose turn it is in this frame, in order."""
        self._frame += 1
        waiting = sorted(range(len(tracks)), key=lambda place: self._taken.get(tracks[place], NEVER))
        chosen = sorted(waiting[: self.most])
        for place in chosen:
            self._taken[tracks[place]] = self._frame
        return chosen

    def forget(self, track: int) -> None:
        """The track has ended."""
        self._taken.pop(track, None)
