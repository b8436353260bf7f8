"""What a simulated device measures of itself: figures of its class, changed by its model, with noise."""

import random
from dataclasses import dataclass

from fer_wire import Telemetry
from fer_wire.device.precisions import CPU
from fer_wire.reported import RunningModel
from fer_wire.telemetry import CameraTelemetry, HostTelemetry, SpoolTelemetry

from fer_simulator.clock import Timers
from fer_simulator.devices.disk import Disk, Slots
from fer_simulator.devices.faces import CAMERA
from fer_simulator.traits.device_classes import DeviceClass
from fer_simulator.traits.effects import BLIND, Effect

NOISE = 0.02
DRIFT_C = 2.0
RUNNING = "running"
SOURCE = "simulated"
EVENT_BYTES = 600
AGENT_MEMORY_MB = 310.0
P95_OVER_P50 = 1.6
FACE_SHARE = 0.6
"""Of the frames, with a good finder."""


@dataclass
class Counters:
    """Since the run began, as telemetry counts."""

    began_s: float
    looked_s: float
    frames: float = 0.0
    errors: float = 0.0


class Health:
    """One device's; every draw comes from its own dice."""

    def __init__(self, kind: DeviceClass, fps: float, dice: random.Random, timers: Timers) -> None:
        self._kind, self._fps, self._dice, self._timers = kind, fps, dice, timers
        self._drift_c = dice.uniform(-DRIFT_C, DRIFT_C)
        self._counters = Counters(timers.now(), timers.now())

    def restarted(self) -> None:
        """A new run counts from nothing."""
        self._counters = Counters(self._timers.now(), self._timers.now())

    def telemetry(self, device: str, run: str, disk: Disk, effect: Effect, faces: int) -> Telemetry:
        """One message about this moment."""
        fps = self._noisy(_fps(disk, self._fps) * effect.factor("fps"))
        now = self._timers.now()
        counters, elapsed_s = self._counters, now - self._counters.looked_s
        counters.frames += fps * elapsed_s
        counters.errors += effect.added("errors") * elapsed_s
        counters.looked_s = now
        model = disk.slots.serving
        return Telemetry(
            device=device,
            run=run,
            time=self._timers.time(),
            uptime_s=round(now - counters.began_s, 1),
            host=self._host(effect, fps),
            cameras=(self._camera(effect, fps, faces),),
            spool=SpoolTelemetry(
                pending_events=len(disk.spool),
                size_bytes=EVENT_BYTES * len(disk.spool),
                dropped_events=disk.spool.dropped,
            ),
            model=model.model,
            provider=provider(self._kind, effect),
            errors=int(counters.errors),
        )

    def _camera(self, effect: Effect, fps: float, faces: int) -> CameraTelemetry:
        p50_ms = self._noisy(self._kind.latency_ms * effect.factor("latency"))
        return CameraTelemetry(
            camera=CAMERA,
            state=RUNNING,
            fps=round(fps, 2),
            frames=int(self._counters.frames),
            faces=faces,
            faces_per_frame=self._faces_per_frame(effect, faces),
            latency_p50_ms=round(p50_ms, 2),
            latency_p95_ms=round(self._noisy(p50_ms * P95_OVER_P50), 2),
            face_share=round(min(1.0, self._noisy(0.0 if effect.on(BLIND) else FACE_SHARE)), 3),
        )

    def _faces_per_frame(self, effect: Effect, faces: int) -> float | None:
        if effect.on(BLIND):
            return 0.0
        return round(faces / self._counters.frames, 3) if self._counters.frames else None

    def _host(self, effect: Effect, fps: float) -> HostTelemetry:
        kind, heat_c = self._kind, effect.added("temperature") + self._drift_c
        load = min(1.0, fps * kind.latency_ms * effect.factor("latency") / 1000)
        memory_mb = 0.35 * kind.memory_mb + effect.added("memory")
        gpu = kind.provider != CPU
        return HostTelemetry(
            cpu_percent=round(self._noisy(100 * load / kind.cpu_count), 1),
            cpu_temperature_c=round(kind.temperature_c + heat_c + self._dice.gauss(0, 0.4), 1),
            gpu_percent=round(self._noisy(45 * load), 1) if gpu else None,
            gpu_temperature_c=round(kind.temperature_c + heat_c - 1.5, 1) if gpu else None,
            memory_used_mb=round(self._noisy(memory_mb), 1),
            memory_total_mb=kind.memory_mb,
            disk_free_mb=18_000.0,
            power_mw=round(self._noisy(kind.power_mw)) if kind.power_mw else None,
            throttled=effect.on("throttled"),
            agent_cpu_percent=round(self._noisy(100 * load), 1),
            agent_memory_mb=round(self._noisy(AGENT_MEMORY_MB + effect.added("memory")), 1),
            source=SOURCE,
        )

    def _noisy(self, value: float) -> float:
        return max(0.0, value * (1 + self._dice.gauss(0, NOISE)))


def _fps(disk: Disk, usual: float) -> float:
    """As settings from afar limit it."""
    limit = disk.tuned.in_force.values.get("cameras.fps")
    return usual if limit is None else min(usual, float(limit))


def provider(kind: DeviceClass, effect: Effect) -> str:
    """The execution provider that really runs."""
    return CPU if effect.on("fallback") else kind.provider


def running(kind: DeviceClass, slots: Slots, effect: Effect) -> RunningModel:
    """What serves, as it is reported."""
    return RunningModel(
        model=slots.serving.model,
        sha256=slots.serving.sha256,
        provider=provider(kind, effect),
        provider_fallback=effect.on("fallback") and kind.provider != CPU,
        previous=slots.returns_to.model if slots.returns_to else "",
    )
