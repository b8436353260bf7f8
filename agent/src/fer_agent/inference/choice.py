"""Which variant of a model runs here: those that suit the device are measured, and a fast one is taken."""

import logging
from pathlib import Path
from typing import Dict, Optional, Sequence, Tuple, TypeVar, Union

from fer_wire.contracts import CLASSIFIER, FINDER, LANDMARKER, TASKS
from fer_wire.device.precisions import preferred, suited
from fer_wire.manifest import Variant
from typing_extensions import Protocol

from fer_agent.errors import ModelError
from fer_agent.host import hardware
from fer_agent.inference import providers
from fer_agent.inference.model import Model, read_model
from fer_agent.inference.network import Network
from fer_agent.inference.session import ENGINES, runtime
from fer_agent.inference.speed import shortest_ms
from fer_agent.inference.zoo import default_model
from fer_agent.settings import AUTO, DLIB, EmotionSettings, Settings

log = logging.getLogger(__name__)

EYES = (FINDER, LANDMARKER)


class Variable(Protocol):
    """A variant of a model that is loaded."""

    variant: Variant
    provider: str


Loaded = TypeVar("Loaded", bound=Variable)


def of_the_settings(task: str, settings: Settings) -> Network:
    """The model of a task that the settings name, or the installed one; raises ModelError."""
    precision = settings.emotion.precision if task == CLASSIFIER else AUTO
    return fastest(installed(task, settings), settings.emotion, settings.state_dir / ENGINES, precision)


def installed(task: str, settings: Settings) -> Model:
    """The model's folder that the settings name, or that of the zoo; raises ModelError."""
    return read_model(named(task, settings) or default_model(task), task)


def named(task: str, settings: Settings) -> Optional[Path]:
    """What the settings name as the model of a task."""
    paths = {
        CLASSIFIER: settings.emotion.model,
        FINDER: settings.faces.finder_model,
        LANDMARKER: settings.faces.landmarker_model,
    }
    return paths[task]


def dlib_may_stand_in(settings: Settings) -> bool:
    """Whether dlib finds the faces where the zoo's models cannot: not where the settings ask for them."""
    return settings.faces.finder == AUTO and not any(named(task, settings) for task in EYES)


def why_dlib(settings: Settings) -> str:
    """Why dlib finds the faces here; empty when models of the zoo do, or the settings name one, good or bad."""
    if settings.faces.finder == DLIB:
        return "faces.finder says so."
    try:
        if dlib_may_stand_in(settings):
            for task in EYES:
                installed(task, settings)
    except ModelError as error:
        return str(error)
    return ""


def tasks_of(settings: Settings) -> Tuple[str, ...]:
    """The tasks for which this device runs models, as far as the settings and what is installed tell."""
    return (CLASSIFIER,) if why_dlib(settings) else TASKS


def fastest(model: Model, settings: EmotionSettings, engines: Path, precision: str) -> Network:
    """The variant of this precision; auto measures the candidates that run, and takes the fastest.

    Of those that are nearly as fast it is the likeliest, so that what else the machine does decides nothing.
    Raises ModelError when none runs.
    """
    tried = [_tried(model, variant, settings, engines) for variant in candidates(model, settings, precision)]
    loaded = [each for each in tried if isinstance(each, Network)]
    faults = [each for each in tried if isinstance(each, ModelError)]
    if not loaded:
        raise faults[0]
    for fault in faults:
        log.warning("A variant is skipped: %s", fault)
    return liked(loaded, shortest_ms(loaded)) if len(loaded) > 1 else loaded[0]


def candidates(model: Model, settings: EmotionSettings, precision: str) -> Sequence[Variant]:
    """The variants of which the fastest is taken: the one of this precision, or with auto those that suit."""
    if precision != AUTO:
        return [model.variant(precision)]
    if len(model.variants) == 1:
        return model.variants
    offered: Dict[str, Variant] = {variant.precision: variant for variant in model.variants}
    wanted = suited_here(settings, runtime().get_available_providers())
    return [offered[each] for each in wanted if each in offered] or model.variants


def suited_here(settings: EmotionSettings, available: Sequence[str]) -> Sequence[str]:
    """The precisions that suit this device with the providers that the settings allow, the likeliest first."""
    return suited(hardware.device_class(), providers.to_ask_for(settings.providers, available)[0])


def liked(variants: Sequence[Loaded], times_ms: Sequence[float]) -> Loaded:
    """Of variants that were measured beside one another the one that this device runs."""
    timed = [(each.variant.precision, time_ms) for each, time_ms in zip(variants, times_ms)]
    return variants[preferred(timed, suited(hardware.device_class(), variants[0].provider))]


def _tried(model: Model, variant: Variant, settings: EmotionSettings, engines: Path) -> Union[Network, ModelError]:
    try:
        return Network(model, variant, settings, engines)
    except ModelError as error:
        return error
