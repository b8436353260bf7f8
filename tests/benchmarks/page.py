"""What the page asks for, at ten thousand devices and ten million events: milliseconds and bytes of each request.

    make bench PARTS=page
    FER_PAGE_EVENTS=1000000 FER_PAGE_ENGINES=sqlite make bench PARTS=page

The fleet is written through the store, as the ingest would have: a face is seen for a minute, which makes ten events.
Requests go to the real process over HTTP, one after the other, on this machine; bytes are those on the wire.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import requests

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.costs import PostgresServer, SqliteFile
from benchmarks.servers import durable_server
from fer_controller.desk import access
from fer_controller.http.process import HttpProcess
from fer_controller.rollout import audit
from fer_controller.settings import load
from fer_controller.store import opening
from fer_controller.store.audit.store import AuditStore
from fer_controller.store.credentials.records import VIEWER
from fer_controller.store.credentials.store import TokenStore
from fer_controller.store.devices.records import Device, Label
from fer_controller.store.events.records import NewEvent
from fer_controller.store.ingest.records import Batch
from fer_controller.store.rollups.store import RollupStore
from fer_controller.store.subjects import Subjects
from fer_wire import EMOTIONS, Telemetry
from fer_wire.message import iso_utc
from fer_wire.telemetry import CameraTelemetry, HostTelemetry
from stepped_device import SteppedDevice

Row = TypeVar("Row")
DEVICES = 10_000
EVENTS = int(os.environ.get("FER_PAGE_EVENTS", "10_000_000"))
ENGINES = os.environ.get("FER_PAGE_ENGINES", "sqlite postgresql").split()
OF_A_FACE, DAYS, SITES, MESSAGES, ENTRIES = 10, 8, 20, 6, 20_000
ROUNDS, BATCH = 11, 20_000
FOLLOWED_S = 30.0
NOW = datetime.now(UTC)
BEGUN = NOW - timedelta(days=DAYS)
PROBABILITIES = json.dumps(dict.fromkeys(EMOTIONS, 0.1428))
ASKED = {
    "fleet, first page": "/v1/fleet",
    "fleet, one site, by what was seen last": "/v1/fleet?selector=site=site-03&sort=last_seen&descending=true",
    "fleet, a text, third page": "/v1/fleet?where=device-00&offset=100",
    "fleet, hottest first": "/v1/fleet?sort=temperature_c&descending=true",
    "fleet, hot ones": "/v1/fleet?kind=hot",
    "overview": "/v1/overview",
    "today's emotions by site": "/v1/overview/emotions?by=site",
    "events, newest": "/v1/events/before?limit=50",
    "events, newest of an emotion and a camera": "/v1/events/before?limit=50&emotion=sad&camera=door",
    "events, of one device": "/v1/events/before?limit=50&device=device-00042",
    "shares of a day by site and hour": "/v1/rollups/emotions/shares?since=1d&by=site",
    "audit log, newest": "/v1/audit?limit=50",
    "audit log, of one operator": "/v1/audit?limit=50&actor=alice",
    "all devices, as before": "/v1/devices",
}


def measure() -> dict[str, Any]:
    """By engine: each request, and what following live takes."""
    return {"devices": DEVICES, "events": EVENTS, "rounds": ROUNDS, **{name: _measured(name) for name in ENGINES}}


def _measured(name: str) -> dict[str, Any]:
    with _engine(name) as engine:
        begun_s = time.monotonic()
        token = _fill(engine)
        print(f"{name}: filled in {time.monotonic() - begun_s:.0f} s", file=sys.stderr)
        settings = load(db=engine.place, http={"listen": "127.0.0.1:0"})
        with HttpProcess(settings) as served, requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {token}"
            url = f"http://127.0.0.1:{served.port}"
            found = {what: _asked(session, url + path) for what, path in ASKED.items()}
            return {"size_mb": round(engine.size_bytes() / 1e6), "requests": found, "live": _followed(session, url)}


@contextmanager
def _engine(name: str) -> "Iterator[SqliteFile | PostgresServer]":
    if name == SqliteFile.kind:
        with TemporaryDirectory() as folder:
            yield SqliteFile(Path(folder))
        return
    with durable_server() as server:
        yield PostgresServer(server)


def _fill(engine: "SqliteFile | PostgresServer") -> str:
    """Write the fleet; returns a viewer's token."""
    with opening.writer(engine.place, create=True) as database:
        known, names = Subjects(database), [f"device-{number:05}" for number in range(DEVICES)]
        with known.transaction():
            known.devices.put(map(_device, range(DEVICES), names))
            labels = [Label(name, key, value) for at, name in enumerate(names) for key, value in _labels(at).items()]
            known.devices.label(labels, (), iso_utc(NOW), "alice")
            acts = (audit.act(audit.LABELED, f"Act {at}.", ("alice", "bob")[at % 2]) for at in range(ENTRIES))
            AuditStore(database).append(acts)
        ingest = opening.ingest(database, 1000)
        for messages in batched(_telemetry(names)):
            at = iso_utc(messages[-1].time)
            ingest.write(Batch(at, telemetry=messages))
        for events in batched(_events(names)):
            ingest.write(Batch(events[-1].received_at, events=events, oldest_seqs=[0] * len(events)))
        rollups = RollupStore(database)
        while rollups.roll_up_events(BATCH) or rollups.roll_up_telemetry(BATCH):
            pass
        return access.make(TokenStore(database), "measured", VIEWER, NOW).token


def _device(number: int, name: str) -> Device:
    report = REPORTS[number % len(REPORTS)].replace("device-name", name)
    state = "offline" if number % 50 == 0 else "online"
    later = iso_utc(NOW + timedelta(days=1))
    return Device(name, state, "run-1", since=iso_utc(BEGUN), last_seen=later, agent_version="1.2.0", reported=report)


REPORTS = [
    SteppedDevice("device-name", device_class=each).report(NOW).model_dump_json() for each in ("nano", "orin", "x86")
]


def _labels(at: int) -> dict[str, str]:
    return {"site": f"site-{at % SITES:02}", "room": f"room-{at % 200:03}"}


def _telemetry(names: list[str]) -> Iterator[Telemetry]:
    camera = CameraTelemetry(camera="door", state="running", fps=25.0, latency_p95_ms=31.0, frames=1000)
    for message in range(MESSAGES):
        at = NOW - timedelta(seconds=10 * (MESSAGES - message))
        for number, name in enumerate(names):
            host = HostTelemetry(cpu_percent=40.0, cpu_temperature_c=40.0 + number % 50, disk_free_mb=9000.0)
            yield Telemetry(device=name, run="run-1", time=at, host=host, cameras=(camera,))


def _events(names: list[str]) -> Iterator[NewEvent]:
    """Ten of each face, in the order in which faces are seen."""
    faces = EVENTS // OF_A_FACE
    for face in range(faces):
        seen = BEGUN + (NOW - BEGUN) * (face / faces)
        at, emotion, name = iso_utc(seen), EMOTIONS[face * 7919 % len(EMOTIONS)], names[face * 7 % len(names)]
        for each in range(OF_A_FACE):
            kind = "start" if each == 0 else "end" if each == OF_A_FACE - 1 else "heartbeat"
            yield NewEvent(
                name, "epoch", face // len(names) * OF_A_FACE + each + 1, "door", at, face // len(names), kind, emotion,
                0.8, PROBABILITIES, 10, 20, 80, 80, "light@1.0.0/fp32", at, 83.4, -12.3, 4.5, 0.7, None,
            )  # fmt: skip


def batched(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Batch by batch."""
    following = iter(rows)
    while batch := list(islice(following, BATCH)):
        yield batch


def _asked(session: requests.Session, url: str) -> dict[str, Any]:
    took = [_timed(lambda: _bytes_of(session, url)) for _ in range(ROUNDS)]
    times_ms = sorted(1000 * seconds for _, seconds in took)
    return {
        "bytes": took[0][0], "ms": round(median(times_ms), 1), "first_ms": round(1000 * took[0][1], 1),
        "min_ms": round(times_ms[0], 1), "max_ms": round(times_ms[-1], 1),
    }  # fmt: skip


def _bytes_of(session: requests.Session, url: str) -> int:
    with session.get(url, stream=True, timeout=120) as answer:
        assert answer.status_code == 200, answer.text
        return len(answer.raw.read(decode_content=False))


def _timed(work: Callable[[], int]) -> tuple[int, float]:
    begun_s = time.monotonic()
    return work(), time.monotonic() - begun_s


def _followed(session: requests.Session, url: str) -> dict[str, Any]:
    """What one listener is sent while nothing changes, and how soon it knows how things stand."""
    begun_s, received, first_s = time.monotonic(), 0, 0.0
    with session.get(f"{url}/v1/live", stream=True, timeout=120) as answer:
        while time.monotonic() - begun_s < FOLLOWED_S:
            received += len(answer.raw.read1(decode_content=False))
            if not first_s and received > len("retry: 2000\n\n") * 2:
                first_s = time.monotonic() - begun_s
    return {"seconds": FOLLOWED_S, "bytes": received, "first_ms": round(1000 * first_s, 1)}
