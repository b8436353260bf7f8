"""How long frames wait while the agent changes its model: `python tests/benchmarks/swap.py [ROUNDS]` prints JSON.

A real pipeline reads the demo's portrait at 30 frames a second; real models of the zoo are loaded beside it, measured,
swapped in, and committed, as an update does it. The gap is between the ends of two frames; without an update it is
one thirtieth of a second and what the machine adds.
"""

import itertools
import json
import os
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests")]

import onnxruntime  # noqa: E402  # after the path is set
from fer_agent.emotion.classify import Classifier  # noqa: E402
from fer_agent.events.observation import Observation  # noqa: E402
from fer_agent.faces.detect import Landmarker, landmarks_file  # noqa: E402
from fer_agent.faces.dlib_eyes import DlibEyes  # noqa: E402
from fer_agent.inference.choice import of_the_settings  # noqa: E402
from fer_agent.inference.model import read_model  # noqa: E402
from fer_agent.inference.network import Network, Runs  # noqa: E402
from fer_agent.inference.zoo import default_model  # noqa: E402
from fer_agent.pipeline.pipeline import Pipeline  # noqa: E402
from fer_agent.settings import CameraSettings, EmotionSettings, FacesSettings, Settings  # noqa: E402
from fer_agent.update.member import Member  # noqa: E402
from fer_agent.update.serving import Serving  # noqa: E402
from fer_agent.update.slots import Slots  # noqa: E402
from fer_wire import Artifact  # noqa: E402
from fer_wire.contracts import CLASSIFIER  # noqa: E402

FPS = 30
QUIET_S = 10.0
ROUNDS = 5
TARGET_MS = 50.0


def main(rounds: int) -> None:
    """Measure and print."""
    folder = Path(tempfile.mkdtemp(prefix="fer-swap-"))
    emotion = EmotionSettings(model=default_model(CLASSIFIER), precision="fp32")
    settings = Settings(state_dir=folder, emotion=emotion)
    first = of_the_settings(CLASSIFIER, settings)
    ends_ns: List[int] = []
    pipeline = _pipeline(settings, first, ends_ns)
    pipeline.start()
    _until(lambda: len(ends_ns) > 3 * FPS)
    quiet = _gaps(ends_ns, lambda: time.sleep(QUIET_S))
    slots = Slots(folder / "models", 64.0)
    slots.prepare()
    load = lambda model, variant: Network(model, variant, settings.emotion, folder)  # noqa: E731
    serving = Serving(Member(CLASSIFIER, slots, "", load, lambda: first), first)
    serving.attach(lambda network: setattr(pipeline, "classifier", Classifier(network)))
    updates = [_gaps(ends_ns, lambda: _update(serving, slots)) for _ in range(rounds)]
    statistics, pace = pipeline.statistics(), pipeline.pace(0)
    pipeline.stop()
    pipeline.join(10)
    gaps_ms = sorted(gap for gaps in updates for gap in gaps)
    period_ms = 1000 / FPS
    document: Dict[str, Any] = {
        "runtime": onnxruntime.__version__,
        "python": sys.version.split()[0],
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "fps": FPS,
        "updates": rounds,
        "largest_gap_without_ms": round(max(quiet), 1),
        "p99_gap_without_ms": round(sorted(quiet)[int(0.99 * len(quiet))], 1),
        "largest_gap_ms": round(gaps_ms[-1], 1),
        "p99_gap_ms": round(gaps_ms[int(0.99 * len(gaps_ms))], 1),
        "largest_delay_ms": round(gaps_ms[-1] - period_ms, 1),
        "more_than_without_ms": round(gaps_ms[-1] - max(quiet), 1),
        "by_update_ms": [round(max(gaps), 1) for gaps in updates],
        "target_ms": TARGET_MS,
        "frames": statistics.frames,
        "failures": statistics.failures,
        "skipped": pace.offered - pace.frames,
    }
    print(json.dumps(document), flush=True)
    shutil.rmtree(folder)
    os._exit(0)  # a camera's thread that still waits would abort Python's own way out


class _Stopwatch(Pipeline):
    """A pipeline that writes down when each frame was done."""

    ends_ns: List[int]

    def _work_on(self, frame: Any) -> None:
        super()._work_on(frame)
        self.ends_ns.append(time.monotonic_ns())


def _pipeline(settings: Settings, network: Runs, ends_ns: List[int]) -> Pipeline:
    numbers, seen = itertools.count(1), []  # type: ignore[var-annotated]

    def sink(observations: Sequence[Observation]) -> None:
        seen.extend(observations)

    pipeline = _Stopwatch(
        CameraSettings(source="demo:", fps=FPS),
        settings,
        once=False,
        eyes=DlibEyes(Landmarker(landmarks_file(FacesSettings())), FacesSettings()),
        classifier=Classifier(network),
        next_track=lambda: next(numbers),
        sink=sink,
    )
    pipeline.ends_ns = ends_ns
    return pipeline


def _update(serving: Serving, slots: Slots) -> None:
    """As the runner does it from verified to committed: hash, load, golden batch, measure, swap, release the old."""
    model = read_model(default_model(CLASSIFIER), CLASSIFIER)
    for variant in model.variants:
        slots.copy(model, variant)
    artifacts = [
        Artifact(model=model.manifest.reference(v.precision), sha256=v.sha256, size_bytes=v.size_bytes)
        for v in model.variants
        if v.sha256 != serving.servant.sha256
    ]
    choice = serving.member.choose(artifacts, threading.Event())
    watched = serving.try_out(choice.servant)
    time.sleep(1.0)
    assert watched.fault is None
    serving.keep()


def _gaps(ends_ns: List[int], act: Any) -> List[float]:
    """Milliseconds between frames while something is done."""
    began = len(ends_ns) - 1
    thread = threading.Thread(target=act, name="update")
    thread.start()
    thread.join()
    time.sleep(0.2)
    ends = ends_ns[began:]
    return [(ends[index] - ends[index - 1]) / 1e6 for index in range(1, len(ends))]


def _until(condition: Any, patience_s: float = 30.0) -> Optional[bool]:
    deadline_s = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > deadline_s:
            sys.exit("The pipeline gives no frames.")
        time.sleep(0.05)
    return True


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
