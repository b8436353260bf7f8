"""What the page asks for, at ten thousand devices and ten million events: milliseconds and bytes of each request.

    make bench PARTS=page
    FER_PAGE_EVENTS=1000000 FER_PAGE_ENGINES=sqlite make bench PARTS=page

The fleet is written through the store, and its events by SQL (many_events.py). Requests go to the real process over
HTTP, one after the other, on this machine; bytes are those on the wire.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import requests

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import many_events
from benchmarks.costs import PostgresServer, SqliteFile
from benchmarks.servers import durable_server
from fer_controller.desk import access
from fer_controller.http.process import HttpProcess
from fer_controller.rollout import audit
from fer_controller.settings import load
from fer_controller.store import opening
from fer_controller.store.audit.store import AuditStore
from fer_controller.store.certificates.records import DEVICE, Issued
from fer_controller.store.credentials.records import OPERATOR
from fer_controller.store.credentials.store import TokenStore
from fer_controller.store.devices.records import Device, Label
from fer_controller.store.ingest.records import Batch
from fer_controller.store.subjects import Subjects
from fer_wire import Telemetry
from fer_wire.message import iso_utc
from fer_wire.telemetry import CameraTelemetry, HostTelemetry
from stepped_device import SteppedDevice

DEVICES = 10_000
EVENTS = int(os.environ.get("FER_PAGE_EVENTS", "10_000_000"))
ENGINES = os.environ.get("FER_PAGE_ENGINES", "sqlite postgresql").split()
DAYS, SITES, MESSAGES, ENTRIES = 8, 20, 6, 20_000
ROUNDS = 11
FOLLOWED_S = 30.0
YEAR = timedelta(days=365)
NOW = datetime.now(UTC).replace(second=0, microsecond=0)
BEGUN = NOW - timedelta(days=DAYS)
FACES_A_MINUTE = many_events.faces_of_a_minute(EVENTS, NOW - BEGUN)
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
    "events, large and frontal faces, which are rare": "/v1/events/before?limit=50&min_face_px=180&max_yaw=5",
    "events, larger and frontal ones, of which there are none": "/v1/events/before?limit=50&min_face_px=200&max_yaw=5",
    "shares of a day by site and hour": "/v1/rollups/emotions/shares?since=1d&by=site",
    "audit log, newest": "/v1/audit?limit=50",
    "audit log, of one operator": "/v1/audit?limit=50&actor=alice",
    "devices, a page": "/v1/devices?after=device-05000&limit=500",
    "newest telemetry of each, a page": "/v1/fleet/telemetry?after=device-05000&limit=500",
    "cameras, a page": "/v1/cameras?after=device-05000&limit=500",
    "all devices, as clients ask that know no pages": "/v1/devices",
}


def measure() -> dict[str, Any]:
    """By engine: each request, and what following live takes."""
    engines = {name: _measured(name) for name in ENGINES}
    events = max(each["events"] for each in engines.values())
    return {"devices": DEVICES, "events": events, "rounds": ROUNDS, **engines}


def _measured(name: str) -> dict[str, Any]:
    with _engine(name) as engine:
        begun_s = time.monotonic()
        token, events = _fill(engine)
        print(f"{name}: {events:,} events written in {time.monotonic() - begun_s:.0f} s", file=sys.stderr)
        size_bytes = engine.settled_bytes()
        settings = load(db=engine.place, http={"listen": "127.0.0.1:0"})
        with HttpProcess(settings) as served, requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {token}"
            url = f"http://127.0.0.1:{served.port}"
            found = {what: _asked(session, url + path) for what, path in ASKED.items()}
            size_mb, live = round(size_bytes / 1e6), _followed(session, url)
            return {"events": events, "size_mb": size_mb, "requests": found, "live": live}


@contextmanager
def _engine(name: str) -> "Iterator[SqliteFile | PostgresServer]":
    if name == SqliteFile.kind:
        with TemporaryDirectory() as folder:
            yield SqliteFile(Path(folder))
        return
    with durable_server() as server:
        yield PostgresServer(server)


def _fill(engine: "SqliteFile | PostgresServer") -> tuple[str, int]:
    """Write the fleet; returns an operator's token, for a viewer reads no audit log, and the number of events."""
    with opening.writer(engine.place, create=True) as database:
        known, names = Subjects(database), [f"device-{number:05}" for number in range(DEVICES)]
        with known.transaction():
            known.devices.put(map(_device, range(DEVICES), names))
            labels = [Label(name, key, value) for at, name in enumerate(names) for key, value in _labels(at).items()]
            known.devices.label(labels, (), iso_utc(NOW), "alice")
            for at, name in enumerate(names):
                known.certificates.add(Issued(f"{at:x}", name, DEVICE, iso_utc(BEGUN), iso_utc(NOW + YEAR), "alice"))
            acts = (audit.act(audit.LABELED, f"Act {at}.", ("alice", "bob")[at % 2]) for at in range(ENTRIES))
            AuditStore(database).append(acts)
        ingest = opening.ingest(database, 1000)
        for message in range(MESSAGES):
            sent = NOW - timedelta(seconds=10 * (MESSAGES - message))
            ingest.write(Batch(iso_utc(sent), telemetry=list(_telemetry(names, sent))))
        events = many_events.write(database, FACES_A_MINUTE, DEVICES, BEGUN, NOW)
        many_events.roll_up(database)
        return access.make(TokenStore(database), "measured", OPERATOR, NOW).token, events


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


def _telemetry(names: list[str], at: datetime) -> Iterator[Telemetry]:
    camera = CameraTelemetry(camera="door", state="running", fps=25.0, latency_p95_ms=31.0, frames=1000)
    for number, name in enumerate(names):
        host = HostTelemetry(cpu_percent=40.0, cpu_temperature_c=40.0 + number % 60, disk_free_mb=9000.0)
        yield Telemetry(device=name, run="run-1", time=at, host=host, cameras=(camera,))


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
