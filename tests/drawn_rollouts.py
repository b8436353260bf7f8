"""Rollouts that are drawn by chance and judged by the real gates: faces and telemetry, without broker and database."""

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
TELEMETRY_S, MINUTE_S = 10.0, 60.0

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

    def face(self, dice: random.Random) -> tuple[str, float]:
        """The emotion that the next one shows most, and its mean confidence, as an unchanged model reads them."""


class InventedCrowd:
    """Every device has a mix of its own around the usual one."""

    def __init__(self, dice: random.Random) -> None:
        weights = {emotion: dice.gammavariate(20 * share, 1) for emotion, share in MIX.items()}
        self._mix = {emotion: weight / sum(weights.values()) for emotion, weight in weights.items()}

    def face(self, dice: random.Random) -> tuple[str, float]:
        """Drawn by the mix."""
        return dice.choices(list(self._mix), list(self._mix.values()))[0], dice.gauss(0.74, 0.12)


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

    def run(self, dice: random.Random, model: Model = UNCHANGED) -> Ended:
        """Soak, judged every few seconds, until it is decided or patience ends."""
        devices = [_Device(self, dice) for _ in range(self.devices)]
        before = {str(number): device.window(self.baseline_s, UNCHANGED) for number, device in enumerate(devices)}
        terms = Terms(alpha=spending.share(len(self.gates), self.waves))
        found: tuple[Verdict, ...] = ()
        lives = [device.life(self.soak_s + self.patience_s, model) for device in devices]
        seconds = 0.0
        while seconds < self.soak_s + self.patience_s:
            seconds += self.look_s
            after = {str(number): life.until(seconds) for number, life in enumerate(lives)}
            last = {verdict.gate: verdict for verdict in found}
            soaked = seconds >= self.soak_s
            found = judge(self.gates, before, after, replace(terms, soaked_s=seconds, to_the_end=soaked, last=last))
            if outcome(found) == "failed" or (soaked and outcome(found) != INCONCLUSIVE):
                break
        looks = max((verdict.looks for verdict in found if verdict.outcome == "failed"), default=0)
        return Ended(outcome(found), seconds, sum(each.seen for each in after.values()), looks, found)


def drawn(many: int, rollout: Rollout, model: Model = UNCHANGED) -> list[Ended]:
    """So many of these rollouts, the same ones each time."""
    return [rollout.run(random.Random(f"{rollout.soak_s} {number}"), model) for number in range(many)]


class _Life:
    """All that a device measures, to be read up to a moment."""

    def __init__(self, faces: list[tuple[float, str, float]], messages: list[tuple[float, dict[str, float]]]) -> None:
        self._faces, self._messages = faces, messages

    def until(self, seconds: float) -> Measured:
        faces = [face for face in self._faces if face[0] <= seconds]
        messages = [message for message in self._messages if message[0] <= seconds]
        return _measured(faces, messages)


class _Device:
    """Every device has a level of its own, and a crowd of its own."""

    def __init__(self, rollout: Rollout, dice: random.Random) -> None:
        self._rollout, self._dice = rollout, dice
        self._levels = {name: level * dice.uniform(0.7, 1.3) for name, (level, _) in FIGURES.items()}
        self._crowd = rollout.crowd(dice)

    def window(self, seconds: float, model: Model) -> Measured:
        return self.life(seconds, model).until(seconds)

    def life(self, seconds: float, model: Model) -> _Life:
        dice, faces, at = self._dice, [], 0.0
        while (at := at + dice.expovariate(self._rollout.faces_a_minute / 60)) < seconds:
            faces.append((at, *self._face(dice, model)))
        moments = [number * TELEMETRY_S for number in range(1, int(seconds / TELEMETRY_S) + 1)]
        return _Life(faces, [(moment, self._message(model)) for moment in moments])

    def _face(self, dice: random.Random, model: Model) -> tuple[str, float]:
        emotion, confidence = self._crowd.face(dice)
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
