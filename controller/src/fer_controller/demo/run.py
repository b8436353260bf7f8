"""Broker, controller and one agent together on this machine, and a count of the events that came through."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

from fer_wire.events import END

from fer_controller import controller
from fer_controller.desk import access
from fer_controller.errors import ControllerError, DemoError, StoreError
from fer_controller.settings import Settings, load
from fer_controller.store import opening
from fer_controller.store.credentials.records import VIEWER
from fer_controller.store.credentials.store import TokenStore
from fer_controller.store.database import Database
from fer_controller.store.dead_letters.records import REDELIVERED
from fer_controller.store.events.records import StoredEvent
from fer_controller.store.filter import EventFilter
from fer_controller.store.subjects import Subjects

AGENT = "fer-agent"
DEVICE = "demo"
LOOK_EVERY_S = 0.25
START_TIMEOUT_S = 30.0
AGENT_END_TIMEOUT_S = 60.0
CONTROLLER_END_TIMEOUT_S = 30.0
RECENT_EVENTS = 200
LIVELY = {
    "FER_AGENT_TELEMETRY__INTERVAL_S": "2",
    "FER_AGENT_EVENTS__HEARTBEAT_S": "1",
    "FER_AGENT_BROKER__MQTT_VERSION": "3.1.1",
}


@dataclass(frozen=True)
class Snapshot:
    """What the database held at one moment."""

    elapsed_s: float
    faces: list[StoredEvent]
    stored: int
    telemetry: dict[str, Any] | None
    page: str = ""
    """The page's address, with a token."""


@dataclass(frozen=True)
class Result:
    """What went in and what came out; lost and duplicates should be 0."""

    published: int
    stored: int
    lost: int
    duplicates: int
    redelivered: int
    devices: int
    fps: float | None

    @property
    def sound(self) -> bool:
        """Whether there were events, and each came through exactly once."""
        return self.stored > 0 and not self.lost and not self.duplicates


def run(
    seconds: float | None, source: str, broker_url: str | None, show: Callable[[Snapshot], None], stop: Event
) -> Result:
    """Run until the time is up, stop is set or the source ends; raises DemoError when a part fails."""
    with TemporaryDirectory(prefix="fer-demo-") as folder:
        settings = _settings(Path(folder), broker_url)
        with _serving(settings) as failed, _agent(settings, Path(folder), source) as agent:
            _watch(settings, agent, failed, seconds, show, stop)
            summary = _ended(agent, Path(folder))
        return _counted(settings, summary)


def _settings(folder: Path, broker_url: str | None) -> Settings:
    url = broker_url or f"mqtt://127.0.0.1:{_free_port()}"
    http = {"listen": f"127.0.0.1:{_free_port()}"}
    return load(db=folder / "fleet.db", embedded_broker=broker_url is None, broker={"url": url}, http=http)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _serving(settings: Settings) -> Iterator[list[ControllerError]]:
    """The controller in a thread; errors that end it early are put in the list."""
    stop, failed = Event(), list[ControllerError]()

    def serve() -> None:
        try:
            controller.serve(settings, stop)
        except ControllerError as error:
            failed.append(error)

    thread = Thread(target=serve, name="controller", daemon=True)
    thread.start()
    try:
        yield failed
    finally:
        stop.set()
        thread.join(CONTROLLER_END_TIMEOUT_S)


@contextmanager
def _agent(settings: Settings, folder: Path, source: str) -> Iterator["subprocess.Popen[bytes]"]:
    command = [
        *_bound_to_us(), _agent_program(), "start", "--device", DEVICE, "--source", source,
        "--broker", settings.broker.url, "--state-dir", str(folder / "agent"), "--json",
    ]  # fmt: skip
    with (folder / "agent.out").open("wb") as out, (folder / "agent.log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=out, stderr=log, env={**os.environ, **LIVELY}, start_new_session=True
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _bound_to_us() -> list[str]:
    """The prefix of a command that the kernel ends when this process is killed."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []


def _agent_program() -> str:
    beside = Path(sys.executable).with_name(AGENT)
    found = str(beside) if beside.exists() else shutil.which(AGENT)
    if found is None:
        raise DemoError(f"{AGENT} is not installed beside {sys.executable}; run `pip install fer-agent[cpu]`.")
    return found


def _watch(
    settings: Settings,
    agent: "subprocess.Popen[bytes]",
    failed: list[ControllerError],
    seconds: float | None,
    show: Callable[[Snapshot], None],
    stop: Event,
) -> None:
    begun_s = time.monotonic()
    database: Database | None = None
    page = ""
    while not stop.wait(LOOK_EVERY_S) and agent.poll() is None:
        elapsed_s = time.monotonic() - begun_s
        if failed:
            raise failed[0]
        if database is None:
            with suppress(StoreError):
                database = opening.reader(settings.db)
                page = _page(settings)
        else:
            show(_snapshot(Subjects(database), elapsed_s, page))
        if seconds is not None and elapsed_s >= seconds:
            break
        if database is None and elapsed_s > START_TIMEOUT_S:
            raise DemoError(f"The controller created no database within {START_TIMEOUT_S:.0f} seconds.")
    if database is not None:
        database.close()


def _page(settings: Settings) -> str:
    """The page's address with a token after the #, which a browser sends to nobody."""
    with opening.writer(settings.db) as database:
        token = access.make(TokenStore(database), DEVICE, VIEWER, datetime.now(UTC), replace=True).token
    return f"http://{settings.http.listen}/#token={token}"


def _snapshot(store: Subjects, elapsed_s: float, page: str) -> Snapshot:
    last_id = store.events.last_event_id()
    latest = {
        (event.camera, event.track): event
        for event in store.events.newest_events(EventFilter(device=DEVICE), RECENT_EVENTS, last_id)
    }
    telemetry = store.telemetry.newest_telemetry(DEVICE, 1)
    return Snapshot(
        elapsed_s=elapsed_s,
        faces=[event for event in latest.values() if event.kind != END],
        stored=last_id,
        telemetry=json.loads(telemetry[0].payload) if telemetry else None,
        page=page,
    )


def _ended(agent: "subprocess.Popen[bytes]", folder: Path) -> dict[str, Any]:
    """Stop the agent and read the summary that it prints last."""
    agent.send_signal(signal.SIGTERM)
    try:
        status = agent.wait(AGENT_END_TIMEOUT_S)
    except subprocess.TimeoutExpired as error:
        raise DemoError(f"The agent did not end within {AGENT_END_TIMEOUT_S:.0f} seconds.") from error
    lines = (folder / "agent.out").read_text("utf-8", "replace").splitlines()
    try:
        summary = json.loads(lines[-1] if lines else "")
        return {"last_seq": int(summary["last_seq"]), "fps": summary.get("fps")}
    except (ValueError, KeyError, TypeError) as error:
        said = (folder / "agent.log").read_text("utf-8", "replace").strip().splitlines()
        raise DemoError(f"The agent ended with status {status}: {said[-1] if said else 'it said nothing'}") from error


def _counted(settings: Settings, summary: dict[str, Any]) -> Result:
    with opening.reader(settings.db) as database:
        store = Subjects(database)
        tally = store.events.tally(DEVICE)
        return Result(
            published=summary["last_seq"],
            stored=tally.stored,
            lost=summary["last_seq"] - tally.distinct_seqs,
            duplicates=tally.duplicates,
            redelivered=store.dead_letters.counters().get(REDELIVERED, 0),
            devices=len(store.devices.all()),
            fps=summary["fps"],
        )
