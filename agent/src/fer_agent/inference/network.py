"""A model file at work: it keeps the contract of its task, passes its golden batch, and answers batches."""

import time
from pathlib import Path
from typing import Any, List, Sequence, Tuple

import numpy as np
from fer_wire.contracts import CONTRACTS, FINDER, STRIDES, Contract, Tensor
from fer_wire.device.precisions import CPU
from fer_wire.manifest import Variant
from typing_extensions import Protocol

from fer_agent.errors import ModelError
from fer_agent.inference import providers
from fer_agent.inference.arrays import Batch
from fer_agent.inference.model import Model, golden_outputs, golden_pictures
from fer_agent.inference.session import opened, runtime
from fer_agent.settings import EmotionSettings

TENSOR_FLOAT = "tensor(float)"
GREY = 127

FRAME_PX = (384, 640)
"""Height and width of a frame as a finder mostly gets it."""


class Runs(Protocol):
    """What answers batches."""

    reference: str

    def run(self, batch: Batch) -> List[Batch]:
        """The outputs, in the order of the contract."""


class Network:
    """A model file that was loaded for its task, has kept the contract, and has passed its golden batch."""

    def __init__(self, model: Model, variant: Variant, settings: EmotionSettings, engines: Path) -> None:
        """Raises ModelError if the file is damaged, does not load, or breaks the contract."""
        self.reference = model.manifest.reference(variant.precision)
        self.sha256, self.task = variant.sha256, model.manifest.task
        self.model, self.variant = model, variant
        self._contract, self._path = _contract(model), model.file(variant)
        self._session = opened(self._path, variant, self.task, settings, engines)
        self._outputs = [output.name for output in self._contract.outputs]
        self.runtime: str = runtime().__version__
        self.available_providers: Tuple[str, ...] = tuple(runtime().get_available_providers())
        self.provider: str = self._session.get_providers()[0]
        self._alone = self.provider == CPU and settings.threads == 1
        self.provider_fallback = providers.is_fallback(settings.providers, self.provider)
        self._check_contract()
        self._check_golden()

    def run(self, batch: Batch) -> List[Batch]:
        """float32, pictures as the contract's input, to its outputs in their order; one run for all."""
        return list(self._session.run(self._outputs, {self._contract.input.name: batch}))

    def latency_ms(self) -> float:
        """The time of one picture, once; a finder's has 640 × 384 pixels.

        On the CPU, with one thread, it is what this thread computed: other work on the machine hardly changes that.
        """
        picture, now_ns = self._picture(), time.thread_time_ns if self._alone else time.perf_counter_ns
        began_ns = now_ns()
        self.run(picture)
        return (now_ns() - began_ns) / 1e6

    def _picture(self) -> Batch:
        height, width = (self._contract.px, self._contract.px) if self._contract.px else FRAME_PX
        return np.full((1, 1, height, width), GREY, np.float32)

    def _check_contract(self) -> None:
        takes, gives = self._session.get_inputs(), self._session.get_outputs()
        free = all(not isinstance(i.shape[0], int) for i in takes if i.shape)
        if not (_keep((self._contract.input,), takes) and _keep(self._contract.outputs, gives) and free):
            returned = " and ".join(_spelt(output) for output in self._contract.outputs)
            raise ModelError(
                f"{self._path} breaks the contract: it must take {_spelt(self._contract.input)} and "
                f"return {returned} for any N. Export it again with fer-models."
            )

    def _check_golden(self) -> None:
        golden = self.model.manifest.golden
        expected = golden_outputs(golden, self.variant.precision, self._contract)
        try:
            outputs = self.run(golden_pictures(golden))
            picture = self._picture()
            warm = self.run(picture)
        except Exception as error:
            raise ModelError(f"{self._path} loads, but does not run ({error}); export it again.") from error
        found = np.concatenate([output.reshape(len(output), -1) for output in outputs], axis=1)
        fits = found.shape == expected.shape and [o.shape for o in warm] == shapes(self._contract, picture)
        difference = float(np.abs(found - expected).max()) if fits else float("nan")
        if not difference <= self.variant.tolerance:
            raise ModelError(
                f"{self._path} fails its golden batch on {self.provider}: its outputs differ by {difference:.3g}, at "
                f"most {self.variant.tolerance:g} is allowed. Use another precision or execution provider."
            )


def shapes(contract: Contract, batch: Batch) -> List[Tuple[int, ...]]:
    """The shapes of the outputs for these pictures."""
    pictures, _, height, width = batch.shape
    if contract.task == FINDER:
        channels = [output.shape[0] for output in contract.outputs]
        return [(pictures, c, height // s, width // s) for c, s in zip(channels, STRIDES)]
    return [(pictures, *output.shape) for output in contract.outputs]


def _contract(model: Model) -> Contract:
    try:
        return CONTRACTS[model.manifest.task]
    except KeyError:
        raise ModelError(
            f"The model {model.folder} is for the task {model.manifest.task!r}, which this fer-agent does not know; "
            "update fer-agent, or use another model."
        ) from None


def _keep(wanted: Sequence[Tensor], found: Sequence[Any]) -> bool:
    """Whether a session's inputs or outputs are those, the number of pictures left aside."""
    return len(wanted) == len(found) and all(map(_is, wanted, found))


def _is(wanted: Tensor, found: Any) -> bool:
    sizes = [size if isinstance(size, int) else 0 for size in found.shape[1:]]
    return (found.name, found.type, sizes) == (wanted.name, TENSOR_FLOAT, list(wanted.shape))


def _spelt(tensor: Tensor) -> str:
    return f"{tensor.name} float32 {'×'.join(['N', *(str(size or 'any') for size in tensor.shape)])}"
