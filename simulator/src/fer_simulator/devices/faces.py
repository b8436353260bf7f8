"""What a simulated camera sees: one face after another, whose emotions follow the mix of the model that reads them."""

import random
from collections.abc import Callable
from datetime import datetime

from fer_wire import EMOTIONS, Box, EmotionEvent
from fer_wire.events import CHANGE, END, HEARTBEAT, START, Pose, is_uncertain
from fer_wire.tuning import EventTuning

from fer_simulator.devices.spool import Seen, Spool
from fer_simulator.traits.effects import Effect

CAMERA = "camera"
USUAL_CONFIDENCE = 0.74
OF_FACES, OF_EVENTS = 0.08, 0.04
"""How much the confidence differs from face to face, and from event to event of one face."""
CHANGES, LEANS = 0.35, 0.75
"""How often an event is a change, and how often that is back to what the face shows most."""
LEAVES = 0.12
BOX = Box(x=212, y=84, width=131, height=131)
WIDEST_YAW_DEGREES, YAW_STEP_DEGREES = 60, 37


class Faces:
    """One track at a time: it starts, changes or stays, and ends. What one face shows is alike, as with people."""

    def __init__(self, dice: random.Random, limits: Callable[[], EventTuning] = EventTuning) -> None:
        """Limits returns the settings that are in force."""
        self._dice, self._limits = dice, limits
        self._track, self._emotion = 0, ""
        self._leaning, self._clear, self._read_by = "", 0.0, ""
        self.seen = 0

    def next(self, time: datetime, model: str, effect: Effect) -> Seen:
        """The next event, as this model reads the face."""
        return self._seen(self._kind(), time, model, effect)

    def lose(self, time: datetime, model: str, effect: Effect) -> Seen | None:
        """The end of the face that was seen, if there was one: nothing finds it any more."""
        return self._seen(END, time, model, effect) if self._emotion else None

    def _seen(self, kind: str, time: datetime, model: str, effect: Effect) -> Seen:
        if kind == START or model != self._read_by:
            self._meet(model, effect)
        elif kind == CHANGE:
            self._emotion = self._leaning if self._dice.random() < LEANS else self._drawn(effect)
        confidence = self._confidence(effect)
        uncertain = is_uncertain(confidence, _pose(self._track).yaw_degrees, self._limits())
        seen = Seen(time, self._track, kind, self._emotion, confidence, model, uncertain)
        if kind == END:
            self._emotion = ""
        self.seen += 1
        return seen

    def _meet(self, model: str, effect: Effect) -> None:
        """A face that this model has not read yet."""
        self._emotion = self._leaning = self._drawn(effect)
        self._clear, self._read_by = self._dice.gauss(USUAL_CONFIDENCE, OF_FACES), model

    def _drawn(self, effect: Effect) -> str:
        return self._dice.choices(EMOTIONS, [effect.mix[name] for name in EMOTIONS])[0]

    @property
    def track(self) -> int:
        """The number of the newest track."""
        return self._track

    def _kind(self) -> str:
        if not self._emotion:
            self._track += 1
            return START
        drawn = self._dice.random()
        return END if drawn < LEAVES else CHANGE if drawn < LEAVES + CHANGES else HEARTBEAT

    def _confidence(self, effect: Effect) -> float:
        usual = self._dice.gauss(self._clear, OF_EVENTS) * effect.factor("confidence")
        return round(min(0.999, max(1 / len(EMOTIONS), usual)), 4)


def message(device: str, spool: Spool, seq: int, seen: Seen) -> EmotionEvent:
    """The event as it is sent now."""
    rest = round((1 - seen.confidence) / (len(EMOTIONS) - 1), 6)
    return EmotionEvent(
        device=device,
        camera=CAMERA,
        epoch=spool.epoch,
        seq=seq,
        oldest_seq=spool.oldest_seq,
        time=seen.time,
        track=seen.track,
        kind=seen.kind,
        emotion=seen.emotion,
        confidence=seen.confidence,
        probabilities={name: seen.confidence if name == seen.emotion else rest for name in EMOTIONS},
        box=BOX,
        face_px=float(BOX.width),
        pose=_pose(seen.track),
        model=seen.model,
        uncertain=seen.uncertain,
    )


def _pose(track: int) -> Pose:
    """Every face has a direction of its own, and keeps it."""
    turned = track * YAW_STEP_DEGREES % (2 * WIDEST_YAW_DEGREES + 1) - WIDEST_YAW_DEGREES
    return Pose(yaw_degrees=turned, pitch_degrees=0, roll_degrees=0)
