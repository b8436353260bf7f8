"""The demonstration's own side, with a stand-in for the agent; the real one is in the acceptance tests."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from commands import ran
from controller_process import PROGRAM
from fer_controller import cli

PYTHON, SYSTEM = sys.executable, "/usr/bin:/bin"

AGENT = '''#!{python}
"""Speaks the agent's side: observes events until SIGTERM, then waits for the acks and closes with its summary."""
import json, signal, sys, threading
sys.path.insert(0, {tests!r})
from controller_process import Device
from paho.mqtt.enums import MQTTProtocolVersion

options = dict(zip(sys.argv[2::2], sys.argv[3::2]))
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
device = Device(int(options["--broker"].rpartition(":")[2]), options["--device"], version=MQTTProtocolVersion.MQTTv311)
device.reconnect()
device.observe(1)
while not stop.wait(0.1):
    device.observe(1)
device.flush()
device.close()
{after}
summary = {{"frames": 9, "faces": 9, "tracks": 1, "events": device.last_seq, "last_seq": device.last_seq + {lie}}}
print(json.dumps({{**summary, "fps": 29.7}}))
'''


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The Python of the demonstration, beside which a test can put its own fer-agent."""
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.symlink_to(PYTHON)
    monkeypatch.setattr(sys, "executable", str(python))
    return python


def put_agent(program: Path, *, lie: int = 0, after: str = "") -> None:
    agent = program.with_name("fer-agent")
    tests = str(Path(__file__).parents[2])
    agent.write_text(AGENT.format(python=PYTHON, tests=tests, lie=lie, after=after))
    agent.chmod(agent.stat().st_mode | stat.S_IXUSR)


def demo(*options: str) -> "subprocess.CompletedProcess[str]":
    return ran(cli.run, ["demo", "--seconds", "8", *options], PATH=SYSTEM)


def test_it_closes_with_a_line_of_json_that_adds_up(program: Path, tmp_path: Path) -> None:
    put_agent(program)
    picture = tmp_path / "demo.svg"
    done = demo("--picture", str(picture))
    assert (done.returncode, done.stderr) == (0, "")
    *progress, last = done.stdout.splitlines()
    result = json.loads(last)
    assert list(result) == ["published", "stored", "lost", "duplicates", "redelivered", "devices", "fps"]
    assert result["published"] == result["stored"] > 5
    assert (result["lost"], result["duplicates"], result["devices"], result["fps"]) == (0, 0, 1, 29.7)
    assert "happy 75%" in progress[-1]
    assert picture.read_text().startswith("<svg")
    assert "happy" in picture.read_text()


def test_its_first_line_is_an_address_that_opens_the_page_and_no_more(program: Path) -> None:
    put_agent(program)
    # The process that answers over HTTP has its Python from the import on, the agent is looked for beside ours.
    code = f"import sys, fer_controller.http.process; sys.executable = {str(program)!r}; {PROGRAM[2]}"
    command, world = [PYTHON, "-c", code, "demo", "--seconds", "600"], {**os.environ, "PATH": SYSTEM}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=world) as process:
        assert process.stdout is not None
        page, _, token = process.stdout.readline().removeprefix("In a browser: ").strip().partition("#token=")
        assert "<title>" in requests.get(page, timeout=30).text
        asked = requests.get(f"{page}v1/me", headers={"Authorization": f"Bearer {token}"}, timeout=30)
        assert asked.json() == {"name": "demo", "role": "viewer", "selector": ""}
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 0


def test_it_fails_when_an_event_that_was_published_is_not_stored(program: Path) -> None:
    put_agent(program, lie=3)
    done = demo("--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["lost"] == 3


def test_it_fails_when_the_same_thing_is_stored_twice(program: Path) -> None:
    again = "device.last_seq -= 1; device.epoch = 'another'; device.acked_seq = 0; device.observe(1); device.flush()"
    put_agent(program, after=again)
    done = demo("--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["duplicates"] == 1


def test_an_agent_that_ends_early_is_told_with_its_last_words(program: Path) -> None:
    agent = program.with_name("fer-agent")
    agent.write_text("#!/bin/sh\necho 'fer-agent: The camera 0 cannot be opened.' >&2\nexit 1\n")
    agent.chmod(0o755)
    done = demo()
    assert done.returncode == 1
    assert done.stderr == "error: The agent ended with status 1: fer-agent: The camera 0 cannot be opened.\n"


@pytest.mark.usefixtures("program")
def test_a_missing_agent_is_one_sentence() -> None:
    assert shutil.which("fer-agent", path=SYSTEM) is None
    done = demo()
    assert done.returncode == 1
    assert done.stderr.startswith("error: fer-agent is not installed beside ")
