"""An agent whose camera is never well for long: memory, file descriptors and threads do not grow.

In `make test` a few minutes of the camera's clock, in `make soak` an hour; it runs twenty times as fast as ours.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import pytest
from acceptance.fleet import EAGER, Program, one_variant, until
from fer_agent.cameras.demo import PORTRAIT
from fer_agent.cameras.video import read_picture
from real_broker import Mosquitto
from soak.unwell_camera import UnwellCamera

pytestmark = [pytest.mark.mosquitto, pytest.mark.timeout(3600)]

MINUTES_VARIABLE, RECORD_VARIABLE = "FER_SOAK_MINUTES", "FER_SOAK_RECORD"
MINUTES = int(os.environ.get(MINUTES_VARIABLE, "3"))
SPEED = 20.0
LEAST_GROWTH_MB = 8.0
"""What allocators may still take once all has happened once; a leak of one frame a minute is 50 MB an hour."""
MINUTE_PATIENCE_S = 120.0
LIVELY = {
    **EAGER,
    "FER_AGENT_SPOOL__DELETE_ON": "puback",
    "FER_AGENT_EVENTS__HEARTBEAT_S": "0.5",
}


@dataclass(frozen=True)
class Sample:
    """What the agent's process holds after so many minutes of the camera's clock."""

    minute: int
    rss_mb: float
    descriptors: int
    threads: int


FEW_THREADS = 4
"""A reader that is given up for a new one lives until its camera lets it go."""


def sample(process: int, minute: int) -> Sample:
    folder = Path("/proc") / str(process)
    status = dict(line.split(":\t", 1) for line in (folder / "status").read_text().splitlines() if ":\t" in line)
    rss_mb = int(status["VmRSS"].split()[0]) / 1024
    return Sample(minute, round(rss_mb, 1), len(list((folder / "fd").iterdir())), int(status["Threads"]))


@pytest.fixture
def camera() -> Iterator[UnwellCamera]:
    portrait = read_picture(PORTRAIT)
    assert portrait is not None
    made = UnwellCamera(portrait, SPEED)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def agent(tmp_path: Path, camera: UnwellCamera, mosquitto: Mosquitto) -> Iterator[Program]:
    unwell = {"name": "door", "source": f"http://127.0.0.1:{camera.port}/", "width_px": 320}
    unwell |= {"stall_s": 10 / SPEED, "reopen_max_s": 10 / SPEED}
    settings = {**LIVELY, **one_variant(tmp_path), "FER_AGENT_CAMERAS": json.dumps([unwell])}
    started = Program(
        tmp_path, "fer-agent", "start", "--device", "nano-01", "--broker", mosquitto.url,
        "--state-dir", str(tmp_path / "state"), "--json", **settings,
    )  # fmt: skip
    started.start()
    yield started
    started.kill()


def test_an_agent_whose_camera_is_never_well_for_long_does_not_grow(agent: Program, camera: UnwellCamera) -> None:
    until(lambda: "runs light" in agent.log.read_text(), "the agent runs")
    began = camera.minutes_over + 1
    samples = []
    for minute in range(MINUTES):
        until(lambda over=began + minute: camera.minutes_over >= over, "another minute", MINUTE_PATIENCE_S)  # type: ignore[misc]
        samples.append(sample(agent.process_id, minute))
    recorded(samples)
    assert agent.stop() == 0
    summary = agent.last_line
    assert summary["frames"] > 10 * MINUTES
    assert summary["events"] > MINUTES
    assert "delivers frames again" in agent.log.read_text()
    third = max(1, MINUTES // 3)
    first, last = samples[:third], samples[-third:]
    assert max(each.descriptors for each in last) <= max(each.descriptors for each in first) + 1, samples
    assert max(each.threads for each in last) <= max(each.threads for each in first) + FEW_THREADS, samples
    grown_mb = median(each.rss_mb for each in last) - median(each.rss_mb for each in first)
    assert grown_mb < (LEAST_GROWTH_MB if MINUTES >= 30 else 10 * LEAST_GROWTH_MB), samples


def recorded(samples: list[Sample]) -> None:
    """Into the file that the environment names, if it names one: a line of JSON a minute."""
    if path := os.environ.get(RECORD_VARIABLE):
        Path(path).write_text("".join(json.dumps(asdict(each)) + "\n" for each in samples))
