"""What a model does to the devices that run it: an effect for each model whose name matches a pattern."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from fer_wire import EMOTIONS

from fer_simulator.errors import ScenarioError

USUAL_MIX = dict(zip(EMOTIONS, (0.06, 0.02, 0.05, 0.27, 0.11, 0.07, 0.42), strict=True))
"""How often a face shows each emotion when the model is a good one."""

FACTORS = ("fps", "latency", "confidence")
MOST_DEGREES = 100
"""More than any board survives, and less than telemetry takes for a broken sensor."""
ADDED = ("temperature", "memory", "errors")
BLIND = "blind"
SWITCHES = ("fallback", "throttled", "crash", "unfit", BLIND)
KEYS = (*FACTORS, *ADDED, *SWITCHES, *EMOTIONS)
BAD_MODEL = "fps=0.5,happy=1.0"


@dataclass(frozen=True)
class Effect:
    """Factors multiply, the others are added; a switch is on from 0.5.

    temperature is in °C, memory in MB, errors are faults a second; crash ends the process in probation, unfit fails
    the golden batch, blind finds no face; emotions are shares of all faces.
    """

    values: dict[str, float] = field(default_factory=dict)

    def factor(self, name: str) -> float:
        """By what a good model's figure is multiplied."""
        return self.values.get(name, 1.0)

    def added(self, name: str) -> float:
        """What is added to a good model's figure."""
        return self.values.get(name, 0.0)

    def on(self, switch: str) -> bool:
        """Whether the model does this to a device."""
        return self.values.get(switch, 0.0) >= 0.5

    @property
    def mix(self) -> dict[str, float]:
        """Shares of the emotions: those given, and the rest as usual."""
        given = {name: self.values[name] for name in EMOTIONS if name in self.values}
        usual = sum(share for name, share in USUAL_MIX.items() if name not in given)
        rest = max(0.0, 1.0 - sum(given.values()))
        return {name: given.get(name, rest * USUAL_MIX[name] / (usual or 1.0)) for name in EMOTIONS}


GOOD = Effect()


class Effects:
    """Which effect which model has; the first pattern that matches NAME@VERSION/PRECISION counts."""

    def __init__(self, effects: Sequence[tuple[str, Effect]] = ()) -> None:
        self._effects = tuple(effects)
        self._together: dict[tuple[str, ...], Effect] = {}

    def of(self, model: str) -> Effect:
        """The effect of one model; none for a good one."""
        return next((effect for pattern, effect in self._effects if fnmatchcase(model, pattern)), GOOD)

    def together(self, models: tuple[str, ...]) -> Effect:
        """What the models of one device do to it together."""
        if models not in self._together:
            self._together[models] = _joined([self.of(model) for model in models])
        return self._together[models]


def _joined(effects: Sequence[Effect]) -> Effect:
    values: dict[str, float] = {}
    for effect in effects:
        for key, value in effect.values.items():
            both = values[key] * value if key in values and key in FACTORS else values.get(key, 0.0) + value
            values[key] = both
    return Effect(values)


def parsed(text: str) -> tuple[str, Effect]:
    """PATTERN:KEY=NUMBER,… as --effect takes it; raises ScenarioError."""
    pattern, found, pairs = text.rpartition(":")
    if not found or not pattern:
        raise _misspelt(text, "expected 'NAME@VERSION*:fps=0.5,happy=1.0'")
    values = {}
    for pair in pairs.split(","):
        key, _, number = (part.strip() for part in pair.partition("="))
        if key not in KEYS:
            raise _misspelt(text, f"{key or pair!r} is not an effect; choose from {', '.join(KEYS)}")
        values[key] = _number(text, key, number)
    if sum(values.get(name, 0.0) for name in EMOTIONS) > 1 + 1e-6:
        raise _misspelt(text, "the shares of the emotions are more than 1 together")
    return pattern, Effect(values)


def _number(text: str, key: str, number: str) -> float:
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or (key != "temperature" and value < 0):
        raise _misspelt(text, f"{key} needs a number, 0 or more")
    if key == "temperature" and abs(value) > MOST_DEGREES:
        raise _misspelt(text, f"temperature needs degrees from -{MOST_DEGREES} to {MOST_DEGREES}")
    return value


def _misspelt(text: str, reason: str) -> ScenarioError:
    return ScenarioError(f"--effect {text!r}: {reason}.")
