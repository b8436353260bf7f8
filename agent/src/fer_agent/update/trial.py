"""Loading the candidates beside the model that serves, and choosing the one that this device runs fastest."""

import logging
import threading
from dataclasses import dataclass
from typing import Callable, Dict, List, Optional, Sequence

from fer_wire import Artifact
from fer_wire.manifest import Variant
from typing_extensions import Protocol

from fer_agent.errors import CanceledError, ModelError, RejectedError
from fer_agent.inference.arrays import Batch
from fer_agent.inference.model import Model
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
        """Median time of one picture."""


Load = Callable[[Model, Variant], Servant]
"""Raises ModelError when the model does not load, breaks the contract, or fails its golden batch."""


@dataclass(frozen=True)
class Choice:
    """The fastest of those that passed."""

    servant: Servant
    measured_ms: Dict[str, float]
    """By reference; empty where there was no choice."""


def choose(artifacts: Sequence[Artifact], slots: Slots, load: Load, cancel: threading.Event) -> Choice:
    """Load one after the other, keep the fastest; raises RejectedError when none passes, and CanceledError."""
    best: Optional[Servant] = None
    measured_ms: Dict[str, float] = {}
    faults: List[str] = []
    for artifact in artifacts:
        if cancel.is_set():
            raise CanceledError("The trial was told to stop.")
        try:
            candidate = loaded(artifact.sha256, slots, load)
        except ModelError as error:
            faults.append(str(error))
            log.warning("%s does not pass: %s", artifact.model, error)
            continue
        if len(artifacts) > 1:
            measured_ms[candidate.reference] = round(candidate.latency_ms(), 3)
        if best is None or measured_ms[candidate.reference] < measured_ms[best.reference]:
            best = candidate
    if best is None:
        raise RejectedError(" ".join(faults))
    return Choice(best, measured_ms)


def loaded(sha256: str, slots: Slots, load: Load) -> Servant:
    """One of the slots' models; raises ModelError."""
    servant = load(*slots.find(sha256))
    slots.used(sha256)
    return servant
