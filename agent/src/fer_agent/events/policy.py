"""When a face's emotion becomes an event: start, change, heartbeat, end.

state    what happens                                   event       next state
-------  ---------------------------------------------  ----------  ----------
unseen   the face is there, its emotion known            start       steady
steady   another emotion leads by the margin             –           leaning
leaning  that emotion no longer leads by the margin      –           steady
leaning  it has led for the hold time                    change      steady
steady, leaning  the last event is a heartbeat old       heartbeat   the same
steady, leaning  the track has ended                     end         unseen
"""

from dataclasses import dataclass, field
from typing import Dict, List, Optional

import numpy as np
from fer_wire import EMOTIONS
from fer_wire.events import CHANGE, END, HEARTBEAT, START

from fer_agent.inference.arrays import Probabilities
from fer_agent.settings import EventSettings

_ROUNDING_S = 1e-6


@dataclass(frozen=True)
class Decision:
    """An event to report about a track."""

    track: int
    kind: str
    emotion: str
    probabilities: Dict[str, float]


@dataclass
class _Steady:
    emotion: int
    reported_s: float
    latest: Probabilities
    leaning: Optional[int] = field(default=None)
    leaning_since_s: float = 0.0


class EventPolicy:
    """Decides for all tracks of one camera; times are seconds that never run backwards."""

    def __init__(self, settings: EventSettings) -> None:
        self.settings = settings
        """May be changed between two frames."""
        self._tracks: Dict[int, _Steady] = {}

    def update(self, track: int, probabilities: Probabilities, at_s: float) -> List[Decision]:
        """What to report now that a face has these 7 smoothed probabilities: at most one event."""
        state = self._tracks.get(track)
        if state is None:
            state = _Steady(int(probabilities.argmax()), at_s, probabilities)
            self._tracks[track] = state
            return [self._decision(track, START, state)]
        state.latest = probabilities
        kind = self._changed(state, at_s) or self._heartbeat(state, at_s)
        if kind is None:
            return []
        state.reported_s = at_s
        return [self._decision(track, kind, state)]

    def end(self, track: int) -> List[Decision]:
        """What to report now that a track has ended: an end, if it was ever reported."""
        state = self._tracks.pop(track, None)
        return [] if state is None else [self._decision(track, END, state)]

    def _changed(self, state: _Steady, at_s: float) -> Optional[str]:
        leader = int(state.latest.argmax())
        if leader == state.emotion or state.latest[leader] - state.latest[state.emotion] < self.settings.change_margin:
            state.leaning = None
            return None
        if state.leaning != leader:
            state.leaning, state.leaning_since_s = leader, at_s
        if at_s - state.leaning_since_s < self.settings.change_hold_s - _ROUNDING_S:
            return None
        state.emotion, state.leaning = leader, None
        return CHANGE

    def _heartbeat(self, state: _Steady, at_s: float) -> Optional[str]:
        due = at_s - state.reported_s >= self.settings.heartbeat_s - _ROUNDING_S
        return HEARTBEAT if due else None

    @staticmethod
    def _decision(track: int, kind: str, state: _Steady) -> Decision:
        shares = np.clip(state.latest, 0, 1)
        probabilities = {name: round(float(share), 6) for name, share in zip(EMOTIONS, shares)}
        return Decision(track, kind, EMOTIONS[state.emotion], probabilities)
