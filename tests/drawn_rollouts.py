"""Rollouts that are drawn by chance and judged by the real gates: faces and telemetry, without broker and database."""

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from statistics import fmean
from typing import Protocol

from fer_controller.rollout.evidence import spending
from fer_controller.rollout.evidence.gates import Gate, choose
from fer_controller.rollout.evidence.judge import Terms, judge
from fer_controller.rollout.evidence.measured import Measured
from fer_controller.rollout.evidence.verdicts import INCONCLUSIVE, Verdict, outcome

MIX = {"angry": 0.06, "disgust": 0.02, "fear": 0.05, "happy": 0.27, "sad": 0.11, "surprise": 0.07, "neutral": 0.42}
FIGURES = {"fps": (15.0, 0.02), "latency_p95_ms": (40.0, 0.05), "temperature_c": (50.0, 0.01), "memory_mb": (310, 0.02)}
"""Usual values, and their noise as a share."""
TELEMETRY_S, MINUTE_S, QUARTER_S, HOUR_S = 10.0, 60.0, 900.0, 3600.0

TIGHT = choose(
    ("emotion_mix<=0.01", "confidence>=-0.001", "fps>=0.999x", "latency_p95_ms<=1.001x", "temperature<=+0.05",
     "memory<=1.001x", "errors<=+0.01", "restarts=off", "provider_fallback=off", "throttled=off")
)  # fmt: skip
"""Limits that chance alone breaks at most looks, so that nothing but the test of chance is left."""


@dataclass(frozen=True)
class Model:
    """How a model changes what a device measures; by default it changes nothing."""

    favours: float = 0.0
    """The share of all other faces that it takes for its favourite."""
    favourite: str = "happy"
    confidence: float = 1.0
    factors: Mapping[str, float] = field(default_factory=dict)
    errors_a_minute: float = 0.0


UNCHANGED = Model()


class Crowd(Protocol):
    """The faces that come by one device."""

    def face(self, dice: random.Random, hour: float) -> tuple[str, float]:
        """The emotion that the next one shows most, and its mean confidence, as an unchanged model reads them.

        hour: of the day.
        """


class InventedCrowd:
    """Every device has a mix of its own around the usual one."""

    def __init__(self, dice: random.Random) -> None:
        weights = {emotion: dice.gammavariate(20 * share, 1) for emotion, share in MIX.items()}
        self._mix = {emotion: weight / sum(weights.values()) for emotion, weight in weights.items()}

    def face(self, dice: random.Random, _hour: float) -> tuple[str, float]:
        """Drawn by the mix."""
        return _drawn(dice, self._mix)


class StoreCrowd:
    """Customers: in the morning they are mostly neutral, at lunch happy, in the evening some are sad."""

    SHARES: tuple[tuple[float, Mapping[str, float]], ...] = (
        (12, {"neutral": 0.65, "happy": 0.1, "sad": 0.1, "surprise": 0.15}),
        (14, {"neutral": 0.15, "happy": 0.65, "sad": 0.05, "surprise": 0.15}),
        (24, {"neutral": 0.45, "happy": 0.1, "sad": 0.35, "angry": 0.1}),
    )
    """Until which hour, the share of each emotion."""

    def __init__(self, dice: random.Random) -> None:
        """Every store is alike."""

    def face(self, dice: random.Random, hour: float) -> tuple[str, float]:
        """Drawn by the mix of the hour."""
        return _drawn(dice, next(mix for until, mix in self.SHARES if hour % 24 < until))


def _drawn(dice: random.Random, mix: Mapping[str, float]) -> tuple[str, float]:
    return dice.choices(list(mix), list(mix.values()))[0], dice.gauss(0.74, 0.12)


@dataclass(frozen=True)
class Ended:
    """How a rollout of one wave ended, after how long, and how many faces the model had read until then."""

    outcome: str
    seconds: float
    faces: int
    looks: int
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True)
class Rollout:
    """One wave: its devices, how often they see a face, and how long it is watched."""

    devices: int = 1
    faces_a_minute: float = 12.0
    soak_s: float = 60.0
    patience_s: float = 600.0
    baseline_s: float = 1800.0
    waves: int = 1
    look_s: float = 5.0
    gates: Sequence[Gate] = choose(())
    crowd: Callable[[random.Random], Crowd] = InventedCrowd
    """Who comes by a device; drawn anew for each."""
    begins: float = 10.0
    """The hour of the day at which the wave begins to soak."""
    days: int = 0
    """Earlier days on which the devices were there, with the model that they had until the wave."""

    def run(self, dice: random.Random, model: Model = UNCHANGED) -> Ended:
        """Soak, judged every few seconds, until it is decided or patience ends."""
        devices = [_Device(self, dice) for _ in range(self.devices)]
        names = [str(number) for number in range(self.devices)]
        before = {name: device.baseline() for name, device in zip(names, devices, strict=True)}
        terms = Terms(alpha=spending.share(len(self.gates), self.waves))
        found: tuple[Verdict, ...] = ()
        lives = [device.life(self.soak_s + self.patience_s, model) for device in devices]
        usual = [device.earlier_days() for device in devices]
        seconds = 0.0
        while seconds < self.soak_s + self.patience_s:
            seconds += self.look_s
            after = {name: life.between(0, seconds) for name, life in zip(names, lives, strict=True)}
            hours = {name: _beside(days, life, seconds) for name, days, life in zip(names, usual, lives, strict=True)}
            last = {verdict.gate: verdict for verdict in found}
            soaked = seconds >= self.soak_s
            now = replace(terms, soaked_s=seconds, to_the_end=soaked, last=last)
            found = judge(self.gates, before, after, now, hours)
            if outcome(found) == "failed" or (soaked and outcome(found) != INCONCLUSIVE):
                break
        looks = max((verdict.looks for verdict in found if verdict.outcome == "failed"), default=0)
        return Ended(outcome(found), seconds, sum(each.seen for each in after.values()), looks, found)


def drawn(many: int, rollout: Rollout, model: Model = UNCHANGED) -> list[Ended]:
    """So many of these rollouts, the same ones each time."""
    return [rollout.run(random.Random(f"{rollout.soak_s} {number}"), model) for number in range(many)]


class _Life:
    """All that a device measures, to be read between two moments."""

    def __init__(self, faces: list[tuple[float, str, float]], messages: list[tuple[float, dict[str, float]]]) -> None:
        self._faces, self._messages = faces, messages

    @classmethod
    def of_all(cls, lives: "Sequence[_Life]") -> "_Life":
        """What they measure together, at the same times."""
        faces = [face for life in lives for face in life._faces]
        return cls(faces, [message for life in lives for message in life._messages])

    def between(self, since_s: float, until_s: float) -> Measured:
        faces = [face for face in self._faces if since_s < face[0] <= until_s]
        messages = [message for message in self._messages if since_s < message[0] <= until_s]
        return _measured(faces, messages)


def _beside(days: _Life, life: _Life, seconds: float) -> list[tuple[Measured, Measured]]:
    """Quarter of an hour by quarter, as it usually is, and as it is this time."""
    begun = [number * QUARTER_S for number in range(ceil(seconds / QUARTER_S))]
    spans = [(at, min(at + QUARTER_S, seconds)) for at in begun]
    return [(was, life.between(*span)) for span in spans if (was := days.between(*span)).samples]


class _Device:
    """Every device has a level of its own, and a crowd of its own."""

    def __init__(self, rollout: Rollout, dice: random.Random) -> None:
        self._rollout, self._dice = rollout, dice
        self._levels = {name: level * dice.uniform(0.7, 1.3) for name, (level, _) in FIGURES.items()}
        self._crowd = rollout.crowd(dice)

    def baseline(self) -> Measured:
        seconds = self._rollout.baseline_s
        return self.life(seconds, UNCHANGED, -seconds).between(0, seconds)

    def earlier_days(self) -> _Life:
        """The time of the wave on all earlier days together."""
        seconds = self._rollout.soak_s + self._rollout.patience_s
        return _Life.of_all([self.life(seconds, UNCHANGED) for _ in range(self._rollout.days)])

    def life(self, seconds: float, model: Model, begins_s: float = 0.0) -> _Life:
        """So many seconds, from so long after the wave's beginning."""
        dice, faces, at = self._dice, [], 0.0
        while (at := at + dice.expovariate(self._rollout.faces_a_minute / 60)) < seconds:
            faces.append((at, *self._face(dice, model, self._rollout.begins + (begins_s + at) / HOUR_S)))
        moments = [number * TELEMETRY_S for number in range(1, int(seconds / TELEMETRY_S) + 1)]
        return _Life(faces, [(moment, self._message(model)) for moment in moments])

    def _face(self, dice: random.Random, model: Model, hour: float) -> tuple[str, float]:
        emotion, confidence = self._crowd.face(dice, hour)
        favoured = dice.random() < model.favours
        return model.favourite if favoured else emotion, min(1.0, max(0.15, confidence * model.confidence))

    def _message(self, model: Model) -> dict[str, float]:
        dice = self._dice
        found = {
            name: self._levels[name] * dice.gauss(1, noise) * model.factors.get(name, 1.0)
            for name, (_, noise) in FIGURES.items()
        }
        errors = sum(dice.random() < model.errors_a_minute * TELEMETRY_S / MINUTE_S / 10 for _ in range(10))
        return {**found, "errors_a_minute": errors, "throttled": 0.0, "on_cpu": 0.0, "restarts": 0.0}


def _measured(
    faces: Sequence[tuple[float, str, float]], messages: Sequence[tuple[float, dict[str, float]]]
) -> Measured:
    names = messages[0][1] if messages else ()
    minutes: dict[int, list[dict[str, float]]] = {}
    for at, message in messages:
        minutes.setdefault(int((at - 0.001) / MINUTE_S), []).append(message)
    confidences = tuple(confidence for *_, confidence in faces)
    sums = ("errors_a_minute", "restarts")
    by_minute = {
        name: tuple((sum if name in sums else fmean)([each[name] for each in minute]) for minute in minutes.values())
        for name in names
    }
    return Measured(
        samples=len(messages), minutes=by_minute,
        lowest={name: min(message[name] for _, message in messages) for name in names},
        highest={name: max(message[name] for _, message in messages) for name in names},
        faces=Counter(emotion for _, emotion, _ in faces), confidences=confidences,
        confidence=fmean(confidences) if confidences else None,
        **{name: sum(values) if name == "restarts" else fmean(values) for name, values in by_minute.items()},
    )  # fmt: skip
