from typing import List

from fer_agent.pipeline.pipelines import Pipelines
from fer_agent.pipeline.throughput import Pace, Statistics
from fer_wire.telemetry import CameraTelemetry


class FakePipeline:
    """A pipeline that did what it was told to have done."""

    def __init__(self, name: str, calls: List[str], *, healthy: bool = True, fault: str = "") -> None:
        self.name, self.calls, self.fault = name, calls, fault
        self._healthy, self._running = healthy, False

    def start(self) -> None:
        self._running = True

    def stop(self) -> None:
        self.calls.append(f"stop {self.name}")

    def join(self) -> None:
        self._running = False
        self.calls.append(f"join {self.name}")

    def running(self) -> bool:
        return self._running

    def healthy(self) -> bool:
        return self._healthy

    def statistics(self) -> Statistics:
        return Statistics(frames=10, faces=3, tracks=2, failures=1)

    def telemetry(self) -> CameraTelemetry:
        return CameraTelemetry(camera=self.name, fps=25.0, latency_p95_ms=40.0)

    def pace(self, since_ns: int) -> Pace:
        return Pace(self.name, True, 10, 12, 40.0, since_ns)


def of(*pipelines: FakePipeline) -> Pipelines:
    return Pipelines(pipelines)  # type: ignore[arg-type]  # the fake has what is asked of a pipeline


def test_all_are_told_to_stop_before_any_is_waited_for() -> None:
    calls: List[str] = []
    both = of(FakePipeline("door", calls), FakePipeline("hall", calls))
    both.start()
    assert both.running()
    both.stop()
    assert calls == ["stop door", "stop hall", "join door", "join hall"]
    assert not both.running()


def test_one_that_hangs_makes_the_whole_unhealthy() -> None:
    assert of(FakePipeline("door", []), FakePipeline("hall", [])).healthy()
    assert not of(FakePipeline("door", []), FakePipeline("hall", [], healthy=False)).healthy()


def test_what_they_did_is_added_up_and_faults_are_told() -> None:
    both = of(FakePipeline("door", [], fault="It stalled."), FakePipeline("hall", []))
    assert both.statistics() == Statistics(frames=20, faces=6, tracks=4, failures=2)
    assert (both.failures(), both.faults()) == (2, ["It stalled."])


def test_each_camera_is_reported_by_its_name() -> None:
    both = of(FakePipeline("door", []), FakePipeline("hall", []))
    assert [camera.camera for camera in both.telemetry()] == ["door", "hall"]
    assert both.rates() == {"door": (25.0, 40.0), "hall": (25.0, 40.0)}
    assert [(pace.camera, pace.timed) for pace in both.paces(7)] == [("door", 7), ("hall", 7)]
