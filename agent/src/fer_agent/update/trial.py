"""Loading the candidates beside the model that serves, and choosing the one that this device runs fastest."""

import logging
import threading
from dataclasses import dataclass
from typing import Callable, Dict, List, Sequence

from fer_wire import Artifact
from fer_wire.manifest import Variant
from typing_extensions import Protocol

from fer_agent.errors import CanceledError, ModelError, RejectedError
from fer_agent.inference.arrays import Batch
from fer_agent.inference.choice import liked
from fer_agent.inference.model import Model
from fer_agent.inference.speed import shortest_ms
from fer_agent.update.slots import Slots

log = logging.getLogger(__name__)


class Servant(Protocol):
    """A model that is loaded, warmed, and has passed its golden batch."""

    reference: str
    sha256: str
    task: str
    provider: str
    provider_fallback: bool
    runtime: str
    model: Model
    variant: Variant

    @property
    def available_providers(self) -> Sequence[str]:
        """Execution providers that are installed."""

    def run(self, batch: Batch) -> List[Batch]:
        """The outputs, in the order of the contract."""

    def latency_ms(self) -> float:
        """The time of one picture, once."""


Load = Callable[[Model, Variant], Servant]
"""Raises ModelError when the model does not load, breaks the contract, or fails its golden batch."""


@dataclass(frozen=True)
class Choice:
    """The fastest of those that passed."""

    servant: Servant
    measured_ms: Dict[str, float]
    """By reference; empty where there was no choice."""


def choose(artifacts: Sequence[Artifact], slots: Slots, load: Load, cancel: threading.Event) -> Choice:
    """Load all of them and keep the fastest, or the first that is nearly as fast.

    Raises RejectedError when none passes, and CanceledError.
    """
    passed: List[Servant] = []
    faults: List[str] = []
    for artifact in artifacts:
        if cancel.is_set():
            raise CanceledError("The trial was told to stop.")
        try:
            passed.append(loaded(artifact.sha256, slots, load))
        except ModelError as error:
            faults.append(str(error))
            log.warning("%s does not pass: %s", artifact.model, error)
    if not passed:
        raise RejectedError(" ".join(faults))
    if len(artifacts) == 1:
        return Choice(passed[0], {})
    times_ms = shortest_ms(passed)
    measured_ms = {each.reference: round(time_ms, 3) for each, time_ms in zip(passed, times_ms)}
    return Choice(liked(passed, times_ms), measured_ms)


def loaded(sha256: str, slots: Slots, load: Load) -> Servant:
    """One of the slots' models; raises ModelError."""
    servant = load(*slots.find(sha256))
    slots.used(sha256)
    return servant
