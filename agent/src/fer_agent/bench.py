"""How fast this device runs a model: each variant alone, and a whole file from frame to event."""

import itertools
import time
from dataclasses import dataclass, replace
from typing import Callable, Iterator, List, Optional, Tuple

import numpy as np
from fer_wire.contracts import CLASSIFIER, FACE_PX, FINDER, LANDMARKER
from fer_wire.manifest import Variant

from fer_agent.cameras import open_source
from fer_agent.emotion.classify import Classifier
from fer_agent.errors import CameraError, ModelError, SettingsError
from fer_agent.faces.detect import Landmarker, landmarks_file
from fer_agent.faces.dlib_eyes import DlibEyes
from fer_agent.faces.eyes import Eyes
from fer_agent.faces.zoo_eyes import ZooEyes
from fer_agent.inference.choice import candidates, of_the_settings, why_dlib
from fer_agent.inference.model import Model, read_model
from fer_agent.inference.network import Network
from fer_agent.inference.session import ENGINES
from fer_agent.inference.zoo import default_model
from fer_agent.pipeline.pipeline import Pipeline
from fer_agent.settings import AUTO, CameraSettings, Settings

SECONDS = 2.0
LEAST_RUNS = 30
WARM_UP_RUNS = 10
SEVERAL_FACES = 4
MB = 1e6

Progress = Callable[[str, int, int], object]
"""Told what is done now, how many steps are over, and of how many."""


@dataclass(frozen=True)
class VariantSpeed:
    """One variant on this device.

    p50_ms, p95_ms: one face; several_p50_ms: four faces in one run, as for a frame that shows four.
    taken: whether the settings choose this one; reason: why it cannot run, empty if it can.
    """

    model: str
    size_mb: float
    provider: str = ""
    provider_fallback: bool = False
    p50_ms: Optional[float] = None
    p95_ms: Optional[float] = None
    several_p50_ms: Optional[float] = None
    taken: bool = False
    reason: str = ""


@dataclass(frozen=True)
class PipelineSpeed:
    """A file read once, as fast as the pipeline takes its frames; latencies from frame to event."""

    source: str
    model: str
    provider: str
    frames: int
    faces: int
    seconds: float
    fps: float
    latency_p50_ms: Optional[float]
    latency_p95_ms: Optional[float]


def variants(settings: Settings, on_step: Progress) -> List[VariantSpeed]:
    """Each variant of the model, or the one that the settings name; raises ModelError if there is no model."""
    model = read_model(settings.emotion.model or default_model(CLASSIFIER), CLASSIFIER)
    offered = candidates(model, settings.emotion, settings.emotion.precision)
    measured: List[VariantSpeed] = []
    wanted = model.variants if settings.emotion.precision == AUTO else offered
    for variant in wanted:
        on_step(f"Measuring {model.manifest.reference(variant.precision)} …", len(measured), len(wanted))
        measured.append(_speed(model, variant, settings))
    taken = _taken(settings)
    return [replace(each, taken=each.model == taken) for each in measured]


def pipeline(settings: Settings, camera: CameraSettings, on_step: Progress) -> PipelineSpeed:
    """A file's frames, all the way to the events; nothing is stored or sent.

    Raises AgentError if the model, the landmarks or the file cannot be used, or if the source never ends.
    """
    if open_source(camera, once=True).live:
        raise SettingsError(
            f"{camera.source} never ends, so only its own rate would be measured; give a video file or a folder."
        )
    on_step("Loading the model …", 0, 2)
    network = of_the_settings(CLASSIFIER, settings)
    numbers = itertools.count(1)
    measured = Pipeline(
        camera,
        settings,
        once=True,
        eyes=_eyes(settings),
        classifier=Classifier(network, settings.emotion.mirrored),
        next_track=lambda: next(numbers),
        sink=lambda _observations: None,
    )
    on_step(f"Reading {camera.source} …", 1, 2)
    began_s = time.monotonic()
    measured.start()
    measured.join()
    return _pipeline_speed(measured, camera, network, time.monotonic() - began_s)


def _eyes(settings: Settings) -> Eyes:
    if why_dlib(settings):
        return DlibEyes(Landmarker(landmarks_file(settings.faces)), settings.faces)
    return ZooEyes(of_the_settings(FINDER, settings), of_the_settings(LANDMARKER, settings), settings.faces)


def _pipeline_speed(measured: Pipeline, camera: CameraSettings, network: Network, seconds: float) -> PipelineSpeed:
    if measured.fault:
        raise CameraError(measured.fault)
    did, p50_p95_ms = measured.statistics(), measured.telemetry()
    return PipelineSpeed(
        source=str(camera.source),
        model=network.reference,
        provider=network.provider,
        frames=did.frames,
        faces=did.faces,
        seconds=round(seconds, 3),
        fps=round(did.frames / seconds, 1),
        latency_p50_ms=p50_p95_ms.latency_p50_ms,
        latency_p95_ms=p50_p95_ms.latency_p95_ms,
    )


def _speed(model: Model, variant: Variant, settings: Settings) -> VariantSpeed:
    about = VariantSpeed(model.manifest.reference(variant.precision), round(variant.size_bytes / MB, 2))
    try:
        network = Network(model, variant, settings.emotion, settings.state_dir / ENGINES)
    except ModelError as error:
        return replace(about, reason=str(error))
    classifier = Classifier(network, settings.emotion.mirrored)
    p50_ms, p95_ms = _percentiles_ms(classifier, 1)
    return replace(
        about,
        provider=network.provider,
        provider_fallback=network.provider_fallback,
        p50_ms=p50_ms,
        p95_ms=p95_ms,
        several_p50_ms=_percentiles_ms(classifier, SEVERAL_FACES)[0],
    )


def _percentiles_ms(classifier: Classifier, faces: int) -> Tuple[float, float]:
    crops = np.full((faces, 1, FACE_PX, FACE_PX), 127, np.float32)
    for _ in range(WARM_UP_RUNS):
        classifier.classify(crops)
    times_ms = list(_times_ms(lambda: classifier.classify(crops)))
    p50, p95 = np.percentile(times_ms, [50, 95])
    return round(float(p50), 3), round(float(p95), 3)


def _times_ms(work: Callable[[], object]) -> Iterator[float]:
    until_s, runs = time.monotonic() + SECONDS, 0
    while runs < LEAST_RUNS or time.monotonic() < until_s:
        started_ns = time.perf_counter_ns()
        work()
        yield (time.perf_counter_ns() - started_ns) / 1e6
        runs += 1


def _taken(settings: Settings) -> str:
    """What `start` would run, measured as it does; empty where nothing runs."""
    try:
        return of_the_settings(CLASSIFIER, settings).reference
    except ModelError:
        return ""
