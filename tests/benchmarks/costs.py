"""What one message, one device and one stored row cost the controller, on SQLite and on PostgreSQL, and the broker.

    make bench PARTS=costs

Everything but memory runs in this process, one part after the other, so that processor time is told apart; PostgreSQL's
is that of its own processes. scripts/sizing.py multiplies what is found here.
"""

import gc
import json
import os
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.ingest import DEVICES as GENERATORS
from benchmarks.ingest import SUBSCRIBER, packets, processor_s, publish, resident_mb
from benchmarks.servers import durable_server
from controller_messages import EPOCH, START, a_birth, an_event, delivered, no_peers, some_telemetry
from fer_controller.broker.delivery import Delivery
from fer_controller.broker.packet_socket import PacketSocket
from fer_controller.broker.publishes import acknowledgements, take_publishes
from fer_controller.ingest.devices import Fleet
from fer_controller.ingest.quotas import Quotas
from fer_controller.ingest.streams import Streams
from fer_controller.ingest.writer import Ingest
from fer_controller.settings import IngestSettings
from fer_controller.store import opening
from fer_controller.store.database import Database
from fer_controller.store.rollups.store import RollupStore
from fer_wire import Topics
from fer_wire.events import Pose
from fer_wire.message import iso_utc
from real_broker import Mosquitto, mosquitto_binary
from real_postgres import OwnPostgres, postgres_folder

EVENTS, TELEMETRY, DEVICES, BATCH = 200_000, 40_000, 500, 1000
MANY_DEVICES = 20_000
TELEMETRY_EVERY_S = 10.0
ROUNDS = 3
"""Of each figure the median is taken, and the lowest and highest are told."""
BEGUN = datetime(2026, 1, 31, 12, tzinfo=UTC)
ROLLUPS = ("telemetry_rollups", "emotion_rollups")


def events(number: int) -> Iterator[Delivery]:
    """Events as agents send them, of all devices in turns."""
    pose = Pose(yaw_degrees=-12.3, pitch_degrees=4.5, roll_degrees=0.7)
    made = an_event(1, "device-0000", face_px=83.4, pose=pose).payload()
    template = made.replace(b'"seq":1,', b'"seq":%(seq)d,').replace(b"device-0000", b"device-%(device)04d")
    template = template.replace(iso_utc(START + timedelta(seconds=1)).encode(), b"%(time)s")
    assert template.count(b"%(") == 3, template
    for at in range(number):
        seq, device = divmod(at, DEVICES)
        topic = Topics().emotion(f"device-{device:04d}", "door")
        seen = iso_utc(BEGUN + timedelta(seconds=seq)).encode()
        yield Delivery(topic, template % {b"seq": seq + 1, b"device": device, b"time": seen}, False, 1, 1, 1)


def telemetry(number: int) -> Iterator[Delivery]:
    """Telemetry of all devices in turns."""
    for at in range(number):
        second, device = divmod(at, DEVICES)
        yield delivered(some_telemetry(f"device-{device:04d}", round(second * TELEMETRY_EVERY_S)))


class Fed:
    """An ingest over a database, fed with messages as they would arrive from a broker."""

    def __init__(self, database: Database) -> None:
        self._now = BEGUN
        store = opening.ingest(database, 10_000)
        streams = Streams(store.events.streams(), store.events.seqs_above, 100)
        quotas = Quotas(IngestSettings(devices_max=2 * MANY_DEVICES))
        fleet = Fleet(store.devices.all())
        self._ingest = Ingest(store, Topics(), streams, fleet, no_peers(), lambda: self._now, quotas=quotas)

    def take(self, deliveries: Sequence[Delivery], every_s: float = 1.0) -> None:
        """Store them in batches; each device sends a message in so many seconds, by whose clock batches arrive."""
        for at in range(0, len(deliveries), BATCH):
            self._ingest.write(self._ingest.read(deliveries[at : at + BATCH]))
            self._now += timedelta(seconds=every_s * BATCH / DEVICES)


class SqliteFile:
    """A database file; the server is this process."""

    kind = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.place = folder / "fleet.db"

    def size_bytes(self) -> int:
        """What it takes on the disk, its log written back."""
        with opening.writer(self.place, create=True) as database:
            database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return self.place.stat().st_size

    def settled_bytes(self) -> int:
        """The same, which takes no longer for many rows."""
        return self.size_bytes()

    def rows_of(self, table: str) -> int:
        """How many rows a table has."""
        with opening.reader(self.place) as database:
            return int(database.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608

    def server_s(self) -> float:
        """Processor time of the server alone."""
        return 0.0


class PostgresServer:
    """A server of its own, durable as one in use."""

    kind = "postgresql"

    def __init__(self, server: OwnPostgres) -> None:
        self._server, self.place = server, server.empty()

    def size_bytes(self) -> int:
        """What the database takes on the disk, without the server's log of changes and what autovacuum would free."""
        self._server.execute("VACUUM (FULL)", self.place.name)
        return self._number("SELECT pg_database_size(current_database())")

    def settled_bytes(self) -> int:
        """With what autovacuum freed and counted, for whose turn nobody has to wait then."""
        self._server.execute("VACUUM (ANALYZE)", self.place.name)
        return self._number("SELECT pg_database_size(current_database())")

    def rows_of(self, table: str) -> int:
        """How many rows a table has."""
        return self._number(f"SELECT count(*) FROM {table}")  # noqa: S608

    def server_s(self) -> float:
        """Processor time of the server's processes."""
        said = subprocess.run(["pgrep", "-P", str(self._server.pid)], capture_output=True, text=True, check=True).stdout
        pids = [self._server.pid, *map(int, said.split())]
        return sum(map(processor_s, pids))

    def _number(self, query: str) -> int:
        ((found,),) = self._server.execute(query, self.place.name)
        return int(found)


def stored(engine: "SqliteFile | PostgresServer", deliveries: Iterable[Delivery], every_s: float) -> dict[str, float]:
    """What it costs to decode and to store these messages, each."""
    waiting = list(deliveries)
    before_bytes = engine.size_bytes()
    with opening.writer(engine.place, create=True) as database:
        fed = Fed(database)
        gc.collect()
        own_s, server_s = time.process_time(), engine.server_s()
        fed.take(waiting, every_s)
        own_s, server_s = time.process_time() - own_s, engine.server_s() - server_s
    bytes_each = (engine.size_bytes() - before_bytes) / len(waiting)
    return {
        "controller_us": own_s / len(waiting) * 1e6, "server_us": server_s / len(waiting) * 1e6, "bytes": bytes_each,
    }  # fmt: skip


def rolled_up(engine: "SqliteFile | PostgresServer") -> dict[str, float]:
    """What it costs to roll up a message, and what a rollup of a minute or an hour takes on the disk."""
    before_bytes = engine.size_bytes()
    with opening.writer(engine.place) as database:
        rollups = RollupStore(database)
        own_s, server_s = time.process_time(), engine.server_s()
        while rollups.roll_up_events(BATCH) or rollups.roll_up_telemetry(BATCH):
            pass
        own_s, server_s = time.process_time() - own_s, engine.server_s() - server_s
    rows, messages = sum(map(engine.rows_of, ROLLUPS)), EVENTS + TELEMETRY
    return {
        "controller_us": own_s / messages * 1e6, "server_us": server_s / messages * 1e6,
        "bytes": (engine.size_bytes() - before_bytes) / rows,
    }  # fmt: skip


def memory_of_a_device(folder: Path) -> float:
    """Kilobytes of the ingest's memory for each device that it has heard of."""
    births = [delivered(a_birth(device=f"device-{number:05d}")) for number in range(MANY_DEVICES)]
    first = [delivered(an_event(1, f"device-{number:05d}", f"{EPOCH}-{number:05d}")) for number in range(MANY_DEVICES)]
    with opening.writer(folder / "many.db", create=True) as database:
        fed = Fed(database)
        gc.collect()
        before_mb = resident_mb(os.getpid())
        fed.take(births)
        fed.take(first)
        gc.collect()
        return (resident_mb(os.getpid()) - before_mb) * 1000 / MANY_DEVICES


def alone(work: Callable[[Path], float], folder: Path) -> float:
    """In a fresh process, which has no memory to use again."""
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(work, folder).result()


def read_from_the_broker(number: int) -> float:
    """Microseconds to read an event's packet and to acknowledge it."""
    ours, theirs = socket.socketpair()
    for end in (ours, theirs):
        end.setblocking(False)
    sock, inbox, spent_s, waiting = (
        PacketSocket(ours),
        deque[Delivery](),
        0.0,
        b"".join(packets(1, number // GENERATORS)),
    )
    while waiting:
        waiting = waiting[theirs.send(waiting[: 2**16]) :]
        before_s = time.process_time()
        sock.fill()
        take_publishes(sock, inbox, number, mqtt5=False, connection=1)
        sock.send(acknowledgements(each.mid for each in inbox))
        sock.flush()
        spent_s += time.process_time() - before_s
        inbox.clear()
        theirs.recv(2**16)
    return spent_s / number * 1e6


def passed_on(folder: Path, number: int) -> float:
    """Microseconds of Mosquitto for an event from a device to one subscriber, at QoS 1."""
    binary = mosquitto_binary()
    assert binary is not None, "Mosquitto is not installed (apt-get install mosquitto mosquitto-clients)."
    (folder / "mosquitto").mkdir(mode=0o777)
    broker = Mosquitto(binary, folder / "mosquitto")
    broker.start()
    command = ["mosquitto_sub", "-h", "127.0.0.1", "-p", str(broker.port), *SUBSCRIBER, "-t", Topics().every("emotion")]
    subprocess.run([*command, "-E"], check=True)
    subscriber = subprocess.Popen([*command, "-C", str(number)], stdout=subprocess.DEVNULL)
    before_s = processor_s(broker.pid)
    publish(broker.port, 1, number // GENERATORS)
    subscriber.wait()
    try:
        return (processor_s(broker.pid) - before_s) / number * 1e6
    finally:
        broker.stop()


@contextmanager
def engines(folder: Path) -> Iterator[list["SqliteFile | PostgresServer"]]:
    """Both kinds of database; SQLite alone where PostgreSQL is not installed."""
    found: list[SqliteFile | PostgresServer] = [SqliteFile(folder)]
    if postgres_folder() is None:
        yield found
        return
    with durable_server() as server:
        yield [*found, PostgresServer(server)]


def round_of_costs() -> dict[str, Any]:
    """All of it once, in fresh databases."""
    with TemporaryDirectory(prefix="fer-costs-") as name, engines(Path(name)) as both:
        folder, found = Path(name), dict[str, Any]()
        for engine in both:
            found[engine.kind] = {
                "event": stored(engine, events(EVENTS), 1.0),
                "telemetry": stored(engine, telemetry(TELEMETRY), TELEMETRY_EVERY_S),
                "rollup": rolled_up(engine),
            }
        return {
            **found,
            "mqtt_us": read_from_the_broker(EVENTS),
            "mosquitto_us": passed_on(folder, EVENTS),
            "device_kb": alone(memory_of_a_device, folder),
        }


def measure() -> dict[str, Any]:
    """The median of several rounds, and their lowest and highest."""
    return {"rounds": ROUNDS, **_spread([round_of_costs() for _ in range(ROUNDS)])}


def _spread(rounds: list[Any]) -> Any:
    if isinstance(rounds[0], dict):
        return {name: _spread([each[name] for each in rounds]) for name in rounds[0]}
    low, middle, high = (round(figure(rounds), 1) for figure in (min, median, max))
    return {"median": middle, "min": low, "max": high}


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
