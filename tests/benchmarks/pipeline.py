"""Frame to event on the clip: rate, latency, memory and CPU share of the agent's whole process.

Each run is a real `fer-agent start` with a real Mosquitto; the events leave the spool when the broker has them.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from benchmarks import eyes
from real_broker import Mosquitto, mosquitto_binary

RUNS = 5
LIVE_S = 30.0
WARM_UP_S = 5.0
PAPER_FPS = 27
FRAME_RATE = 30
BIN = Path(sys.executable).parent
EVERY_FRAME_AN_EVENT = {"FER_AGENT_EVENTS__HEARTBEAT_S": "0.001"}


def measure(clip: Path) -> dict[str, Any]:
    """All figures of the pipeline."""
    with tempfile.TemporaryDirectory() as folder, _broker(Path(folder)) as broker:
        return {
            "clip": clip.name,
            "fastest": _fastest(clip, broker, Path(folder)),
            "at_30_fps": _live(clip, broker, Path(folder), FRAME_RATE, **EVERY_FRAME_AN_EVENT),
            "at_27_fps": _live(clip, broker, Path(folder), PAPER_FPS),
            "eyes": eyes.measure(clip, Path(folder), lambda cameras, more: _run(cameras, broker, Path(folder), **more)),
        }


@contextmanager
def _broker(folder: Path) -> Iterator[Mosquitto]:
    binary = mosquitto_binary()
    if binary is None:
        sys.exit("make bench needs Mosquitto: apt-get install mosquitto mosquitto-clients.")
    broker = Mosquitto(binary, folder)
    broker.start()
    yield broker
    broker.stop()


def _agent(broker: Mosquitto, folder: Path, cameras: list[dict[str, Any]], *more: str, **environment: str) -> Any:
    settings = {
        "FER_AGENT_CAMERAS": json.dumps(cameras),
        "FER_AGENT_SPOOL__DELETE_ON": "puback",
        **environment,
    }
    command = [
        str(BIN / "fer-agent"),
        "start",
        "--device",
        "bench",
        "--broker",
        broker.url,
        "--json",
        *more,
        "--state-dir",
        str(folder / "state"),
    ]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **settings}
    )


def _fastest(clip: Path, broker: Mosquitto, folder: Path) -> dict[str, Any]:
    runs = [_run([{"source": str(clip)}], broker, folder) for _ in range(RUNS)]
    peak_memory_mb = max(run["peak_memory_mb"] for run in runs)
    return {"fps": _spread([run["fps"] for run in runs]), "peak_memory_mb": peak_memory_mb, "runs": RUNS}


def _run(cameras: list[dict[str, Any]], broker: Mosquitto, folder: Path, **environment: str) -> dict[str, Any]:
    """The closing line of an agent that reads its cameras once, and its peak memory."""
    agent = _agent(broker, folder, cameras, "--once", **environment)
    peak_memory_mb = _peak_memory_mb(agent.pid)
    return eyes.line(agent.communicate()[0].splitlines()[-1], peak_memory_mb)


def _live(clip: Path, broker: Mosquitto, folder: Path, fps: int, **environment: str) -> dict[str, Any]:
    heard = folder / f"heard-{fps}.txt"
    command = ["mosquitto_sub", "-p", str(broker.port), "-t", "fer/v1/bench/emotion/#", "-F", "%U %p"]
    with heard.open("w") as file:
        listener = subprocess.Popen(command, stdout=file)
    agent = _agent(broker, folder, [{"source": str(clip), "fps": fps}], **environment)
    time.sleep(WARM_UP_S)
    process = psutil.Process(agent.pid)
    before, began_s = process.cpu_times(), time.monotonic()
    time.sleep(LIVE_S)
    after, wall_s = process.cpu_times(), time.monotonic() - began_s
    memory_mb = process.memory_info().rss / 2**20
    agent.terminate()
    closing = json.loads(agent.communicate()[0].splitlines()[-1])
    listener.terminate()
    listener.wait()
    used_s = after.user + after.system - before.user - before.system
    return {
        "fps": closing["fps"],
        "cpu_percent_of_one_core": round(100 * used_s / wall_s, 1),
        "resident_memory_mb": round(memory_mb, 1),
        "model": _model(heard.read_text()),
        "frame_to_subscriber_ms": _latencies_ms(heard.read_text()),
    }


def _peak_memory_mb(pid: int) -> float:
    peak = 0
    while True:
        try:
            peak = max(peak, psutil.Process(pid).memory_info().rss)
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                break
        except psutil.NoSuchProcess:
            break
        time.sleep(0.05)
    return round(peak / 2**20, 1)


def _model(heard: str) -> str:
    """NAME@VERSION/PRECISION, as the events name it."""
    return str(json.loads(heard.splitlines()[0].split(" ", 1)[1])["model"])


def _latencies_ms(heard: str) -> dict[str, Any]:
    latencies = []
    for line in heard.splitlines():
        received_s, payload = line.split(" ", 1)
        event = json.loads(payload)
        if event["kind"] != "end":
            captured = datetime.fromisoformat(event["time"]).astimezone(UTC)
            latencies.append(1000 * (float(received_s) - captured.timestamp()))
    ordered = sorted(latencies[len(latencies) // 10 :])
    if len(ordered) < 20:
        return {"events": len(ordered)}
    return {
        "events": len(ordered),
        "p50": round(statistics.median(ordered), 1),
        "p95": round(ordered[int(0.95 * len(ordered))], 1),
        "max": round(ordered[-1], 1),
    }


def _spread(values: list[float]) -> dict[str, float]:
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}
