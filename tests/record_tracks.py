"""Record what the agent publishes of visitors that come and go: `python tests/record_tracks.py` writes TRACKS anew.

The visitors are stretches of the clip portrait_sad_to_happy.mp4, half of them mirrored, the photographs in faces/ and
the agent's own demo picture, both panned, with nothing in between. One video of them runs through `fer-agent start
--once`, Mosquitto and `fer-controller serve`, and every track that is stored then is recorded: how often it showed
which emotion, and the sum of its confidences. Nothing of the pictures is kept. FER_DATA names the folder of clips and
faces.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np
from controller_process import ControllerProcess
from fer_agent.cameras import demo
from fer_agent.cameras.camera import Image as Frame
from fer_agent.settings import CameraSettings
from forked import own_process
from real_broker import Mosquitto, mosquitto_binary

TRACKS = Path(__file__).with_name("recorded_tracks.json")
DATA = Path(os.environ.get("FER_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")
CLIP, PHOTOGRAPHS = "clips/portrait_sad_to_happy.mp4", "faces/*.jpg"
FPS, WIDTH, HEIGHT = 24.0, 640, 360
EVERY_S, STAYS_S, AWAY_S = 0.4, (1.2, 2.0, 3.2), 1.6
"""A visitor begins so much later in the clip than the one before, stays for one of these times, and then is gone."""
OF_TRACKS = """
SELECT track, emotion, count(*), round(sum(confidence), 4) FROM events
WHERE kind <> 'end' GROUP BY track, emotion ORDER BY track, emotion
"""


def visits(data: Path) -> Iterator[list[Frame]]:
    """The frames of one visitor after another."""
    clip = _frames(data / CLIP)
    starts = range(0, len(clip) - int(max(STAYS_S) * FPS), int(EVERY_S * FPS))
    for number, (start, stays_s) in enumerate(zip(starts, cycle(STAYS_S), strict=False)):
        stretch = clip[start : start + int(stays_s * FPS)]
        yield [np.fliplr(frame) for frame in stretch] if number % 2 else stretch
    for photograph in sorted(data.glob(PHOTOGRAPHS)):
        picture = cv2.resize(_read(photograph), (WIDTH, HEIGHT))
        for mirrored in (picture, np.fliplr(picture)):
            yield [np.roll(mirrored, step, axis=1) for step in range(int(STAYS_S[0] * FPS))]
    camera = demo.DemoCamera(CameraSettings(source="demo", width_px=WIDTH))
    portrait = _read(demo.PORTRAIT)
    for begins_s in range(0, 36, 3):
        moments = (begins_s + step / FPS for step in range(int(STAYS_S[1] * FPS)))
        yield [camera.picture(portrait, moment)[:HEIGHT] for moment in moments]


def _frames(clip: Path) -> list[Frame]:
    video = cv2.VideoCapture(str(clip))
    found: list[Frame] = []
    while (read := video.read())[0]:
        found.append(np.asarray(read[1], np.uint8))
    if not found:
        sys.exit(f"{clip} cannot be read; FER_DATA names the folder that holds clips and faces.")
    return found


def _read(picture: Path) -> Frame:
    found = cv2.imread(str(picture))
    assert found is not None, picture
    return np.asarray(found, np.uint8)


def write(video: Path, shown: Iterator[list[Frame]]) -> None:
    """One video of all visitors, with nothing to be seen between two."""
    writer = cv2.VideoWriter(str(video), cv2.VideoWriter.fourcc(*"mp4v"), FPS, (WIDTH, HEIGHT))
    nobody = [np.zeros((HEIGHT, WIDTH, 3), np.uint8)] * int(AWAY_S * FPS)
    for visit in shown:
        for frame in [*visit, *nobody]:
            writer.write(np.ascontiguousarray(frame))
    writer.release()


def recorded(home: Path) -> dict[str, Any]:
    """What is stored of the video's tracks, after the agent has sent all and left."""
    video = home / "visitors.mp4"
    write(video, visits(DATA))
    binary = mosquitto_binary() or sys.exit("Mosquitto is not installed (apt-get install mosquitto).")
    with ExitStack() as ends:
        broker = Mosquitto(binary, home)
        broker.start()
        ends.callback(broker.stop)
        controller = ControllerProcess(home / "fleet.db", broker.url, begin=own_process)
        controller.until_connected()
        ends.callback(controller.kill)
        agent = [str(Path(sys.executable).with_name("fer-agent")), "start", "--once", "--device", "recorder"]
        options = ["--source", str(video), "--broker", broker.url, "--state-dir", str(home / "state")]
        ended = subprocess.run([*agent, "--precision", "fp32", *options], check=True, stdout=subprocess.PIPE)
        print(json.loads(ended.stdout))
        ((model,),) = controller.query("SELECT DISTINCT model FROM events")
        tracks: dict[int, dict[str, list[float]]] = {}
        for track, emotion, events, confidence in controller.query(OF_TRACKS):
            tracks.setdefault(track, {})[emotion] = [events, confidence]
    return {"made by": "python tests/record_tracks.py", "model": model, "tracks": list(tracks.values())}


def main() -> None:
    """Write the file, a line a track."""
    with TemporaryDirectory(prefix="fer-tracks-") as folder:
        found = recorded(Path(folder))
    lines = ",\n".join(json.dumps(track) for track in found.pop("tracks"))
    head = json.dumps(found)[:-1]
    TRACKS.write_text(f'{head}, "tracks": [\n{lines}\n]}}\n')
    print(f"{TRACKS}: {lines.count(chr(10)) + 1} tracks.")


if __name__ == "__main__":
    main()
