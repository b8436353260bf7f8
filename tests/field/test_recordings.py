"""Recordings as the field has them: a header's estimate is no proof, and a foreign timeline is followed."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import commands
import fer_agent.cli
import pytest
from fer_agent.cameras import open_source
from fer_agent.cameras.camera import Camera
from fer_agent.errors import CameraError
from fer_agent.settings import CameraSettings
from fer_agent.settings.source import Source
from fer_controller.broker.client import Broker
from fer_controller.settings import BrokerSettings
from fer_wire import EmotionEvent, Topics, parse
from made_videos import FPS, joined, recording, with_edit_list, with_variable_rate
from real_broker import Mosquitto

pytestmark = pytest.mark.mosquitto
QUICK = {
    "FER_AGENT_SPOOL__DELETE_ON": "puback",
    "FER_AGENT_EVENTS__HEARTBEAT_S": "0.4",
    "FER_AGENT_FACES__DETECT_EVERY_FRAMES": "5",
}
Summary = dict[str, Any]


def read_once(source: Path, mosquitto: Mosquitto, tmp_path: Path) -> tuple[Summary, list[EmotionEvent]]:
    """The closing line of an agent that reads the source to its end, and what a subscriber got."""
    broker = Broker(BrokerSettings(url=mosquitto.url), f"of-{source.name}", [Topics().every("emotion")])
    broker.connect()
    options = ("--source", str(source), "--device", "tested", "--broker", mosquitto.url)
    ended = commands.ran(
        fer_agent.cli.run, ["start", "--once", *options, "--state-dir", str(tmp_path / source.stem)], **QUICK
    )
    assert ended.returncode == 0, ended.stderr
    summary: Summary = json.loads(ended.stdout.splitlines()[-1])
    events: list[EmotionEvent] = []
    while len(events) < summary["events"]:
        broker.pump(5.0, 1000)
        events += [parse(EmotionEvent, delivery.payload) for delivery in broker.collect(1000)]
    broker.close()
    return summary, events


def test_a_variable_frame_rate_is_no_damage(mosquitto: Mosquitto, tmp_path: Path) -> None:
    summary, events = read_once(with_variable_rate(tmp_path / "phone.mp4", 40, 6), mosquitto, tmp_path)
    assert summary["frames"] == 40
    last_s = (events[-1].time - events[0].time).total_seconds()
    assert last_s > 40 / FPS, "the slow half takes its own time"


def test_an_edit_list_that_hides_frames_is_no_damage(mosquitto: Mosquitto, tmp_path: Path) -> None:
    summary, _ = read_once(with_edit_list(tmp_path / "cut.mp4", 40), mosquitto, tmp_path)
    assert 19 <= summary["frames"] <= 21


def test_of_recordings_that_are_joined_every_part_is_seen_and_none_in_the_future(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    part = recording(tmp_path / "part.ts", 30)
    alone, _ = read_once(part, mosquitto, tmp_path)
    summary, events = read_once(joined(tmp_path / "joined.ts", part, 3), mosquitto, tmp_path)
    assert summary["frames"] == 3 * alone["frames"]
    assert summary["events"] >= 2.5 * alone["events"], "heartbeats come from every part"
    times = [event.time for event in events]
    assert times == sorted(times)
    assert times[-1] <= datetime.now(UTC)
    assert (times[-1] - times[0]).total_seconds() < 2 * 90 / FPS


def first_of(camera: Camera) -> object:
    """Its first frame."""
    camera.open()
    return camera.read()


@pytest.mark.parametrize("name", ["none.avi", "none.mp4"])
def test_a_recording_without_frames_is_one_sentence(tmp_path: Path, name: str) -> None:
    source = recording(tmp_path / name, 0)
    options = ("--source", str(source), "--broker", "mqtt://127.0.0.1:1", "--state-dir", str(tmp_path / "state"))
    ended = commands.ran(fer_agent.cli.run, ["start", "--once", *options])
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith("fer-agent: ")
    assert str(source) in ended.stderr.splitlines()[-1]
    live = open_source(CameraSettings(source=Source(str(source))))
    with pytest.raises(CameraError, match=name):
        first_of(live)
    live.close()
