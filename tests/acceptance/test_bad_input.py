"""Bad input at the terminal: one sentence that names the thing, the place and the remedy, and the right exit status."""

import hashlib
import json
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import commands
import cv2
import fer_agent.cli
import fer_controller.cli
import numpy as np
import paho.mqtt.client as mqtt
import pytest
from acceptance.fleet import DEVICE, Fleet, Program, until
from controller_messages import an_event
from fer_agent.cameras.demo import PORTRAIT
from fer_agent.faces.detect import landmarks_file
from fer_agent.settings import FacesSettings
from paho.mqtt.enums import CallbackAPIVersion
from real_broker import Mosquitto
from tiny_onnx import network, write_model

NOWHERE = "mqtt://127.0.0.1:1"
DONE, FAILED, WRONG_USE = 0, 1, 2
PROGRAMS = {"fer-agent": fer_agent.cli.run, "fer-controller": fer_controller.cli.run}
ON_PUBACK = {"FER_AGENT_SPOOL__DELETE_ON": "puback"}


def ran(*command: object, **environment: str) -> "subprocess.CompletedProcess[str]":
    """A command of one of our programs, run to its end, with what it printed and said."""
    program, *words = map(str, command)
    done = commands.ran(PROGRAMS[program], words, **environment)
    assert "Traceback" not in done.stderr, done.stderr[-2000:]
    return done


def start(folder: Path, *options: object, **environment: str) -> "subprocess.CompletedProcess[str]":
    """`fer-agent start` with a state folder of its own."""
    return ran("fer-agent", "start", "--device", DEVICE, "--state-dir", folder / "state", *options, **environment)


def redescribe(folder: Path, data: bytes) -> None:
    """Other bytes as the model's file, and a manifest that agrees with them."""
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["variants"][0].update(sha256=hashlib.sha256(data).hexdigest(), size_bytes=len(data))
    (folder / "fp32.onnx").write_bytes(data)
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of bad models, each bad in its own way."""
    folder = tmp_path_factory.mktemp("models")
    sound = network()
    names = ("truncated", "damaged", "no-json", "no-onnx", "other-answers", "no-file")
    for name in names:
        write_model(folder / name, {"fp32": sound})
    write_model(folder / "other-name", {"fp32": network(input_name="image")})
    write_model(folder / "one-face-only", {"fp32": network(shape=(1, 1, 48, 48))})
    (folder / "truncated" / "fp32.onnx").write_bytes(sound[:1000])
    (folder / "damaged" / "fp32.onnx").write_bytes(sound[:-1] + bytes([sound[-1] ^ 1]))
    (folder / "no-json" / "manifest.json").write_text('{"name": ')
    redescribe(folder / "no-onnx", b"no network at all")
    manifest = json.loads((folder / "other-answers" / "manifest.json").read_text())
    manifest["golden"]["outputs"]["fp32"][0][0] += 0.5
    (folder / "other-answers" / "manifest.json").write_text(json.dumps(manifest))
    (folder / "no-file" / "fp32.onnx").unlink()
    return folder


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("truncated", "fp32.onnx has 1000 bytes, its manifest says"),
        ("damaged", "fp32.onnx is damaged: its sha256 is not that of its manifest; reinstall the model."),
        ("no-json", "manifest.json cannot be used (ModelManifest: Invalid JSON"),
        ("no-onnx", "fp32.onnx does not load in ONNX Runtime"),
        ("other-name", "fp32.onnx breaks the contract: it must take face float32 N×1×48×48"),
        ("one-face-only", "fp32.onnx breaks the contract: it must take face float32 N×1×48×48"),
        ("other-answers", "fp32.onnx fails its golden batch on CPUExecutionProvider: its outputs differ by 0.5"),
        ("no-file", "fp32.onnx is missing; reinstall the model."),
        ("not-there", "manifest.json is missing. Correct emotion.model."),
    ],
)
def test_a_model_that_cannot_be_trusted_never_runs(models: Path, tmp_path: Path, name: str, sentence: str) -> None:
    done = start(tmp_path, "--source", "demo:", "--model", models / name)
    assert (done.returncode, done.stdout) == (FAILED, "")
    (said,) = done.stderr.splitlines()
    assert str(models / name) in said
    assert sentence in said


@pytest.mark.parametrize("setting", ["FINDER_MODEL", "LANDMARKER_MODEL"])
def test_a_finder_or_landmarker_that_the_settings_name_runs_or_nothing_does(tmp_path: Path, setting: str) -> None:
    done = start(tmp_path, "--source", "demo:", **{f"FER_AGENT_FACES__{setting}": "/nowhere"})
    assert (done.returncode, done.stdout) == (FAILED, "")
    assert done.stderr.splitlines() == [
        f"fer-agent: There is no model in /nowhere: manifest.json is missing. Correct faces.{setting.lower()}."
    ]


def test_a_landmarks_file_that_is_none_is_told_before_anything_runs(tmp_path: Path) -> None:
    whole = landmarks_file(FacesSettings())
    cut, text = tmp_path / "cut.dat", tmp_path / "text.dat"
    cut.write_bytes(whole.read_bytes()[:1_000_000])
    text.write_text("hello")
    five = whole.with_name("shape_predictor_5_face_landmarks.dat")
    sentences = {
        cut: "is damaged or not dlib's",
        text: "is damaged or not dlib's",
        five: "finds 5 landmarks instead of 68",
        tmp_path / "none.dat": "There is no landmarks file",
    }
    for file, sentence in sentences.items():
        done = start(
            tmp_path, "--source", "demo:", FER_AGENT_FACES__FINDER="dlib", FER_AGENT_FACES__LANDMARKS_FILE=str(file)
        )
        assert done.returncode == FAILED
        (said,) = done.stderr.splitlines()
        assert str(file) in said
        assert sentence in said


@pytest.mark.parametrize(
    ("program", "arguments", "environment", "status", "sentence"),
    [
        ("fer-agent", ["start", "--device", "a/+/#"], {}, WRONG_USE, "'a/+/#' is not a valid name for a device"),
        ("fer-agent", ["start"], {"FER_AGENT_BROKER__PREFIX": "a//b"}, WRONG_USE, "'a//b' is not a valid topic prefix"),
        ("fer-agent", ["start", "--broker", "mqtt://x:99999"], {}, WRONG_USE, "broker.url is wrong: expected mqtt://"),
        ("fer-agent", ["start"], {"FER_AGENT_BROKER__CA_FILE": "no.pem"}, WRONG_USE, "broker.ca_file is wrong"),
        ("fer-agent", ["start", "--source", "7", "--once"], {}, WRONG_USE, "so --once cannot read it to its end"),
        ("fer-agent", ["start", "--source", "ftp://x/y"], {}, FAILED, "'ftp://x/y' is not a source of frames"),
        ("fer-agent", ["start", "--source", "empty", "--once"], {}, FAILED, "The folder empty contains no pictures"),
        ("fer-agent", ["start", "--source", "text", "--once"], {}, FAILED, "No picture in text can be read"),
        ("fer-agent", ["start", "--source", "text.mp4", "--once"], {}, FAILED, "text.mp4 cannot be read as a video"),
        ("fer-agent", ["start", "--config", "wrong.toml"], {}, WRONG_USE, "devcie is wrong: there is no such setting"),
        ("fer-agent", ["start", "--config", "binary"], {}, WRONG_USE, "The settings file binary is not UTF-8"),
        ("fer-agent", ["start", "--state-dir", "binary"], {}, FAILED, "Cannot use the state folder binary/"),
        ("fer-agent", ["config", "--out", "/proc/none/x"], {}, FAILED, "Cannot write /proc/none/x"),
        ("fer-controller", ["serve", "--config", "wrong.toml"], {}, WRONG_USE, "devcie is wrong: there is no such"),
        ("fer-controller", ["serve", "--config", "binary"], {}, WRONG_USE, "The configuration binary is not UTF-8"),
        ("fer-controller", ["serve", "--prefix", "a//b"], {}, WRONG_USE, "'a//b' is not a valid topic prefix"),
        ("fer-controller", ["serve", "--db", "binary"], {}, FAILED, "binary is not an SQLite database"),
        ("fer-controller", ["serve", "--db", "other.db"], {}, FAILED, "other.db is an SQLite database of another"),
        ("fer-controller", ["serve", "--db", "/proc/none/x.db"], {}, FAILED, "check that its folder exists"),
        ("fer-controller", ["export", "--db", "binary", "--out", "x"], {}, FAILED, "binary is not an SQLite database"),
    ],
)  # fmt: skip
def test_wrong_words_are_answered_by_one_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    program: str,
    arguments: list[str],
    environment: dict[str, str],
    status: int,
    sentence: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    for folder in ("empty", "text"):
        Path(folder).mkdir()
    Path("text/a.jpg").write_text("hello")
    Path("text.mp4").write_text("hello")
    Path("wrong.toml").write_text('devcie = "x"\n')
    Path("binary").write_bytes(bytes(range(128, 256)) * 40)
    with sqlite3.connect("other.db") as other:
        other.execute("CREATE TABLE theirs (x)")
    done = ran(program, *arguments, FER_AGENT_SPOOL__FLUSH_TIMEOUT_S="0", **environment)
    assert done.returncode == status
    assert [line for line in done.stderr.splitlines() if sentence in line], done.stderr


def test_a_source_that_is_not_there_is_waited_for_and_told_once(tmp_path: Path) -> None:
    sources = {
        "7": "There is no camera /dev/video7",
        "/dev/video9": "There is no camera /dev/video9",
        "none.mp4": "none",
    }
    agents = {}
    for number, source in enumerate(sources):
        folder = tmp_path / str(number)
        folder.mkdir()
        agents[source] = Program(
            folder, "fer-agent", "start", "--device", DEVICE, "--source", source, "--broker", NOWHERE,
            "--state-dir", str(folder / "state"),
        )  # fmt: skip
        agents[source].start()
    for source, agent in agents.items():
        until(lambda agent=agent: "runs light" in agent.log.read_text(), "the start")  # type: ignore[misc]
        until(lambda agent=agent: "It is reopened" in agent.log.read_text(), "the sentence")  # type: ignore[misc]
        assert agent.running
        assert agent.stop() == DONE
        said = agent.log.read_text()
        assert said.count(sources[source]) == 1
        assert "Traceback" not in said


@pytest.fixture
def odd_pictures(tmp_path: Path) -> Path:
    """Four portraits as programs like to write them, and four files that hold none."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    portrait = cv2.imread(str(PORTRAIT))
    assert portrait is not None
    grey = cv2.cvtColor(portrait, cv2.COLOR_BGR2GRAY)
    pictures = {
        "1 pixel.png": portrait[:1, :1],
        "2 grey.png": grey,
        "3 deep.png": portrait.astype(np.uint16) * 257,
        "4 deep grey.tif": grey.astype(np.uint16) * 257,
        "5 see-through.png": cv2.cvtColor(portrait, cv2.COLOR_BGR2BGRA),
        "6 line.png": portrait[:1],
    }
    for name, picture in pictures.items():
        cv2.imwrite(str(folder / name), picture)
    (folder / "7 text.jpg").write_text("hello")
    (folder / "8 empty.jpg").touch()
    return folder


@pytest.mark.mosquitto
def test_odd_pictures_are_read_and_broken_ones_skipped(
    mosquitto: Mosquitto, tmp_path: Path, odd_pictures: Path
) -> None:
    done = start(tmp_path, "--source", odd_pictures, "--once", "--broker", mosquitto.url, **ON_PUBACK)
    assert done.returncode == DONE, done.stderr
    closing = json.loads(done.stdout.splitlines()[-1])
    assert (closing["frames"], closing["faces"], closing["pending"]) == (6, 4, 0)
    skipped = [line for line in done.stderr.splitlines() if "is skipped" in line]
    assert [name in line for name, line in zip(("7 text.jpg", "8 empty.jpg"), skipped, strict=True)] == [True, True]


@pytest.mark.mosquitto
def test_of_a_truncated_video_all_that_can_be_read_is_used_and_the_rest_is_told(
    mosquitto: Mosquitto, tmp_path: Path, data_dir: Path
) -> None:
    cut = tmp_path / "cut.mp4"
    whole = (data_dir / "clips" / "portrait_sad_to_happy.mp4").read_bytes()
    cut.write_bytes(whole[:400_000])
    done = start(tmp_path, "--source", cut, "--once", "--broker", mosquitto.url, **ON_PUBACK)
    assert done.returncode == FAILED
    closing = json.loads(done.stdout.splitlines()[-1])
    assert 50 < closing["frames"] < 472
    assert closing["events"] >= 2
    assert closing["pending"] == 0
    assert done.stderr.splitlines()[-1] == (
        f"fer-agent: {cut} ends after {closing['frames']} frames, {len(whole) - 400_000} bytes before the end that it "
        "promises; it is cut short. What could be read was used."
    )


@pytest.fixture
def served(mosquitto: Mosquitto, tmp_path: Path) -> Iterator[Fleet]:
    """A controller that listens; its agent is not started."""
    fleet = Fleet(tmp_path, mosquitto)
    fleet.controller.start()
    until(lambda: "Connected to the broker" in fleet.controller.log.read_text(), "the connection")
    yield fleet
    fleet.end()


@pytest.mark.mosquitto
def test_rubbish_between_two_events_is_kept_apart_and_costs_neither(served: Fleet) -> None:
    first, second = (an_event(seq, device=DEVICE).payload() for seq in (1, 2))
    emotion = f"fer/v1/{DEVICE}/emotion/door"
    rubbish = [b"", b"x" * 60_000, b"x" * 70_000, bytes(range(256)), b"[" * 60_000, b'{"a":' * 10_000, b"null"]
    rubbish += [first.replace(b'"seq":1', b'"seq":' + number) for number in (b"0", b"-1", b"1e400", b"9" * 40, b"NaN")]
    rubbish += [b"\xff\xfe" + first, first.replace(b"happy", b"ha\xffpy"), first.replace(DEVICE.encode(), b"another")]
    names = ["a b", "$x", "ünï", "", "..", "-n", "x" * 60_000, "'; DROP TABLE events;--", "[bold]"]
    posts = [(emotion, payload) for payload in rubbish]
    posts += [(f"fer/v1/{name}/emotion/door", first) for name in names]
    posts += [(f"fer/v1/{DEVICE}/{channel}", b"{}") for channel in ("status", "telemetry", "reported")]
    post(served.broker, [(emotion, first), *posts, (f"fer/v1/{DEVICE}/x/emotion/door", first), (emotion, second)])
    until(lambda: served.stored() == 2, "both events")
    done = ran("fer-controller", "dead-letters", "--db", served.db, "--json", "--limit", 1000)
    assert len(done.stdout.splitlines()) == len(posts)
    assert ran("fer-controller", "dead-letters", "--db", served.db).returncode == DONE
    assert [event["seq"] for event in served.events()] == [1, 2]
    assert served.controller.stop() == DONE


def post(broker: Mosquitto, messages: list[tuple[str, bytes]]) -> None:
    """Send these, each acknowledged by the broker before the next."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    for topic, payload in messages:
        client.publish(topic, payload, qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()
