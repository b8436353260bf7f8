"""The main job on real input: a clip with a face in, its emotions in the database out."""

import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from acceptance.fleet import Fleet, until
from fer_wire import EMOTIONS
from fer_wire.message import iso_utc
from real_broker import Mosquitto

KEYS = [  # which are the same in the database and on the broker
    "device",
    "camera",
    "epoch",
    "seq",
    "time",
    "track",
    "kind",
    "emotion",
    "confidence",
    "probabilities",
    "box",
    "model",
]
pytestmark = pytest.mark.mosquitto


@pytest.fixture
def fleets() -> Iterator[list[Fleet]]:
    started: list[Fleet] = []
    yield started
    for fleet in started:
        fleet.end()


def played(fleets: list[Fleet], folder: Path, broker: Mosquitto, clip: Path) -> Fleet:
    fleet = Fleet(folder, broker, "--source", str(clip), "--once")
    fleets.append(fleet)
    fleet.start()
    assert fleet.agent.wait() == 0, fleet.agent.log.read_text()[-2000:]
    return fleet


class Listener:
    """Somebody with mosquitto_sub who writes down all emotion events."""

    def __init__(self, broker: Mosquitto) -> None:
        """Returns when it hears: a retained message of the last topic has come."""
        port = ["-p", str(broker.port)]
        subprocess.run(["mosquitto_pub", *port, "-r", "-t", "marker", "-m", "ready"], check=True)
        command = ["mosquitto_sub", *port, "-t", "fer/v1/+/emotion/#", "-t", "marker", "-q", "1"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"

    def close(self) -> bytes:
        """End it; returns what it printed."""
        if self._process.poll() is not None:
            return b""
        self._process.terminate()
        return self._process.communicate()[0]

    def heard(self) -> list[dict[str, Any]]:
        """Stop listening; every event once, in its order, without what is only for the wire."""
        lines = self.close().splitlines()
        distinct = {event["seq"]: {key: event[key] for key in KEYS} for event in map(json.loads, lines)}
        return [distinct[seq] for seq in sorted(distinct)]


@pytest.fixture
def listener(mosquitto: Mosquitto) -> Iterator[Listener]:
    listener = Listener(mosquitto)
    yield listener
    listener.close()


def test_a_face_that_turns_from_sad_to_happy_is_in_the_database_and_on_the_broker(
    fleets: list[Fleet], tmp_path: Path, mosquitto: Mosquitto, listener: Listener, data_dir: Path
) -> None:
    fleet = played(fleets, tmp_path, mosquitto, data_dir / "clips" / "portrait_sad_to_happy.mp4")
    closing, events = fleet.agent.last_line, fleet.events()

    assert closing["frames"] == 472
    assert closing["last_seq"] == closing["events"] == len(events)
    assert all(event["face_px"] > 0 for event in events)
    assert {tuple(event["probabilities"]) for event in events} == {EMOTIONS}
    assert len({event["track"] for event in events}) <= 3
    assert events[0]["kind"] == "start"
    times = [event["time"] for event in events]
    last_third = [event for event in events if event["time"] > interpolated(times[0], times[-1], 2 / 3)]
    assert Counter(event["emotion"] for event in last_third).most_common(1)[0][0] == "happy"
    assert listener.heard() == [{key: event[key] for key in KEYS} for event in events]


def interpolated(first: str, last: str, share: float) -> str:
    """The moment at a share of the way between two, as the events write it."""
    begin, end = datetime.fromisoformat(first), datetime.fromisoformat(last)
    return iso_utc(begin + (end - begin) * share)


def test_a_clip_without_a_face_makes_no_event(
    fleets: list[Fleet], tmp_path: Path, mosquitto: Mosquitto, data_dir: Path
) -> None:
    fleet = played(fleets, tmp_path, mosquitto, data_dir / "clips" / "no_face.mp4")
    until(fleet.db.exists, "the database")
    assert fleet.agent.last_line["events"] == 0
    assert fleet.agent.last_line["frames"] > 90
    assert fleet.events() == []
