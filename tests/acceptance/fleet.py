"""A fleet of real programs: broker, controller and one agent, each a process that can be killed and started again."""

import json
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from controller_process import json_lines, run
from fer_agent.inference.model import MANIFEST
from fer_agent.inference.zoo import default_model
from fer_wire.contracts import FINDER, LANDMARKER
from fer_wire.manifest import FP32
from forked import Forked
from real_broker import Mosquitto

DEVICE = "nano-01"
BIN = Path(sys.executable).parent
START_TIMEOUT_S = 120.0
SMALL_CAMERA = '[{"source": "demo:", "fps": 15, "width_px": 320}]'
"""An agent with it takes a third of the time of a processor, and reports no less."""
EAGER = {
    "FER_AGENT_CAMERAS": SMALL_CAMERA,
    "FER_AGENT_EVENTS__HEARTBEAT_S": "0.05",
    "FER_AGENT_EVENTS__CHANGE_HOLD_S": "0",
    "FER_AGENT_BROKER__RECONNECT_MAX_S": "1",
    "FER_AGENT_SPOOL__RESEND_AFTER_S": "3",
    "FER_AGENT_TELEMETRY__INTERVAL_S": "1",
    "FER_CONTROLLER_INGEST__ACK_INTERVAL_MS": "0",
}
"""Settings that make agent and controller talk much more than they would, so that every moment is a bad one."""


def until(condition: Callable[[], object], what: str, seconds: float = START_TIMEOUT_S) -> None:
    """Wait for something; fails the test when it does not come about."""
    deadline_s = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline_s, f"{what} did not come about in {seconds} s"
        time.sleep(0.05)


def one_variant(folder: Path) -> dict[str, str]:
    """Settings by which an agent runs the zoo's models in float32, and measures no others before it starts."""
    settings = {"FER_AGENT_EMOTION__PRECISION": FP32}
    for task in (FINDER, LANDMARKER):
        shipped, made = default_model(task), folder / f"{task}-{FP32}"
        made.mkdir()
        manifest = json.loads((shipped / MANIFEST).read_text())
        manifest["variants"] = [each for each in manifest["variants"] if each["precision"] == FP32]
        (made / MANIFEST).write_text(json.dumps(manifest))
        (made / f"{FP32}.onnx").symlink_to(shipped / f"{FP32}.onnx")
        settings[f"FER_AGENT_FACES__{task.upper()}_MODEL"] = str(made)
    return settings


class Program:
    """One of our programs as a child process."""

    def __init__(self, folder: Path, *arguments: str, **environment: str) -> None:
        self._command, self._environment = arguments, environment
        self._output = folder / f"{arguments[0]}.out"
        self.log = folder / f"{arguments[0]}.log"
        self._process: Forked | None = None

    def start(self) -> None:
        self._process = Forked(*self._command, out=self._output, err=self.log, **self._environment)

    def kill(self) -> None:
        """SIGKILL."""
        self._signal(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM; returns the exit status."""
        return self._signal(signal.SIGTERM)

    def wait(self, seconds: float = 120) -> int:
        """Wait for the program to end by itself; returns the exit status."""
        assert self._process is not None
        return self._process.wait(seconds)

    def interrupt(self) -> None:
        """Ctrl-C."""
        self.send(signal.SIGINT)

    def send(self, number: signal.Signals) -> None:
        """A signal, whose effect is not waited for."""
        assert self._process is not None
        self._process.send_signal(number)

    @property
    def process_id(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def printed(self) -> str:
        """What it has written to its standard output."""
        return self._output.read_text() if self._output.exists() else ""

    @property
    def last_line(self) -> dict[str, Any]:
        """The JSON with which the program closed."""
        closing: dict[str, Any] = json.loads(self._output.read_text().splitlines()[-1])
        return closing

    def _signal(self, number: signal.Signals) -> int:
        if self._process is None:
            return 0
        self._process.send_signal(number)
        return self._process.wait(90)


class Fleet:
    """Broker, controller and agent over one folder."""

    def __init__(self, folder: Path, broker: Mosquitto, *options: str, **environment: str) -> None:
        """Options are those of the agent."""
        self.folder, self.broker = folder, broker
        self.db, self.state = folder / "fleet.db", folder / "state"
        self.controller = Program(
            folder, "fer-controller", "serve", "--db", str(self.db), "--broker", broker.url, "--http", "", **environment
        )
        self.agent = Program(
            folder, "fer-agent", "start", "--device", DEVICE, "--broker", broker.url,
            "--state-dir", str(self.state), "--json", *options, **environment,
        )  # fmt: skip

    def start(self) -> None:
        self.controller.start()
        self.agent.start()

    def end(self) -> None:
        """Whatever happened, leave no process behind."""
        self.agent.kill()
        self.controller.kill()

    def events(self, *options: str) -> list[dict[str, Any]]:
        """What `fer-controller events --json` prints."""
        return json_lines(run("events", "--db", str(self.db), "--json", *options).stdout)

    def stored(self, of: str = "*", kind: str = "%") -> int:
        """How many events the database holds, or how many different values of a column; 0 while there is none."""
        if not self.db.exists():
            return 0
        with closing(sqlite3.connect(f"file:{self.db}?mode=ro", uri=True)) as db:
            try:
                return int(db.execute(f"SELECT COUNT({of}) FROM events WHERE kind LIKE ?", (kind,)).fetchone()[0])  # noqa: S608 - our words
            except sqlite3.OperationalError:
                return 0

    def given_out(self) -> int:
        """The highest seq that the agent's spool has given out, read from its file."""
        with closing(sqlite3.connect(f"file:{self.state / DEVICE / 'spool.db'}?mode=ro", uri=True)) as db:
            row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
            return int(row[0]) if row else 0


def assert_exactly_once(fleet: Fleet) -> str:
    """Every event that the spool numbered is in the database once, and none tells another's story; the counts."""
    events = fleet.events()
    assert {event["device"] for event in events} == {DEVICE}
    assert len({event["epoch"] for event in events}) == 1
    stories = {(event["camera"], event["track"], event["kind"], event["time"]) for event in events}
    lost = set(range(1, fleet.given_out() + 1)) - {event["seq"] for event in events}
    duplicates = len(events) - len(stories)
    assert not lost
    assert duplicates == 0
    assert len(events) == fleet.given_out()
    return f"{len(events)} events, lost {len(lost)}, duplicates {duplicates}"
