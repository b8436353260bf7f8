"""What is wrong with some of the devices, drawn by seed: the same seed, the same devices."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from fer_simulator.errors import ScenarioError
from fer_simulator.traits import effects
from fer_simulator.traits.effects import Effect

OFFLINE = "offline"
SLOW = "slow"
CRASHING = "crashing"
LYING = "lying"
FAULTS = (OFFLINE, SLOW, CRASHING, LYING)
BAD_MODEL = "bad-model"


@dataclass(frozen=True)
class Fault:
    """One kind of fault and the share of the devices that have it, 0–1."""

    kind: str
    share: float


def parsed(text: str) -> Fault | tuple[str, Effect]:
    """KIND:SHARE, as offline:2% or slow:0.05; or bad-model:PATTERN[=KEY=NUMBER,…], which is an effect.

    Raises ScenarioError.
    """
    kind, _, rest = text.partition(":")
    if kind == BAD_MODEL and rest:
        pattern, _, values = rest.partition("=")
        return effects.parsed(f"{pattern}:{values or effects.BAD_MODEL}")
    if kind not in FAULTS:
        raise ScenarioError(
            f"--fault {text!r}: there is no such fault; choose from {', '.join(FAULTS)} with a share, "
            f"as in 'offline:2%', or '{BAD_MODEL}:NAME@VERSION*'."
        )
    return Fault(kind, _share(text, rest))


def drawn(faults: Sequence[Fault], devices: Sequence[str], seed: int) -> dict[str, frozenset[str]]:
    """Which device has which faults; of each fault as many devices as its share says, rounded."""
    found: dict[str, set[str]] = {device: set() for device in devices}
    for fault in faults:
        dice = random.Random(f"{seed}/{fault.kind}")  # noqa: S311  # dice are no secret
        for device in dice.sample(list(devices), round(fault.share * len(devices))):
            found[device].add(fault.kind)
    return {device: frozenset(kinds) for device, kinds in found.items()}


def _share(text: str, given: str) -> float:
    number, percent = (given[:-1], 100.0) if given.endswith("%") else (given, 1.0)
    try:
        share = float(number) / percent
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise ScenarioError(f"--fault {text!r}: expected a share of the devices, as in 'offline:2%' or 'offline:0.02'.")
    return share
