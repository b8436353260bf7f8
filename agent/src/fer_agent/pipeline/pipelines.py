"""The pipelines of all cameras, started, watched and added up as one."""

from typing import Dict, List, Optional, Sequence, Tuple

from fer_wire.telemetry import CameraTelemetry

from fer_agent.pipeline.pipeline import Pipeline
from fer_agent.pipeline.throughput import Pace, Statistics
from fer_agent.settings import Settings


class Pipelines:
    """One pipeline per camera; they share nothing but the eyes, the classifier and the spool."""

    def __init__(self, pipelines: Sequence[Pipeline]) -> None:
        self._pipelines = pipelines

    def start(self) -> None:
        """Open the cameras and begin; raises CameraError when a source that is read once cannot be opened."""
        for pipeline in self._pipelines:
            pipeline.start()

    def stop(self) -> None:
        """End all tracks and all threads, and wait until they have ended."""
        for pipeline in self._pipelines:
            pipeline.stop()
        for pipeline in self._pipelines:
            pipeline.join()

    def retune(self, settings: Settings) -> None:
        """From their next frames on these settings hold."""
        for pipeline in self._pipelines:
            pipeline.retune(settings)

    def running(self) -> bool:
        """Whether any camera may still give frames."""
        return any(pipeline.running() for pipeline in self._pipelines)

    def healthy(self) -> bool:
        """Whether no thread hangs."""
        return all(pipeline.healthy() for pipeline in self._pipelines)

    def faults(self) -> List[str]:
        """What is wrong now, one sentence per camera that has a fault."""
        return [pipeline.fault for pipeline in self._pipelines if pipeline.fault]

    def statistics(self) -> Statistics:
        """What they have done since the run began, added up."""
        each = [pipeline.statistics() for pipeline in self._pipelines]
        return Statistics(
            frames=sum(one.frames for one in each),
            faces=sum(one.faces for one in each),
            tracks=sum(one.tracks for one in each),
            failures=sum(one.failures for one in each),
        )

    def failures(self) -> int:
        """Faults that were handled since the run began."""
        return self.statistics().failures

    def telemetry(self) -> List[CameraTelemetry]:
        """One entry per camera."""
        return [pipeline.telemetry() for pipeline in self._pipelines]

    def rates(self) -> Dict[str, Tuple[Optional[float], Optional[float]]]:
        """Frames per second and p95 latency in ms, by camera."""
        return {camera.camera: (camera.fps, camera.latency_p95_ms) for camera in self.telemetry()}

    def paces(self, since_ns: int) -> List[Pace]:
        """How each camera has kept up since a moment of the monotonic clock."""
        return [pipeline.pace(since_ns) for pipeline in self._pipelines]
