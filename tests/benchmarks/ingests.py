"""How fast ingests store a backlog in PostgreSQL: one at one broker, and two at two, on the same cores.

    make bench PARTS=ingests

The server runs on this machine, with fsync. The events wait at the brokers, in the sessions of their ingests, as after
an outage: all of them at one broker, or half of them at each of two. The rate counts from the first to the last commit;
processor time is told apart, so that one sees which part had the cores.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psutil
import psycopg
from benchmarks.ingest import DEVICES, LOOK_EVERY_S, PATIENCE_S, processor_s, publish
from benchmarks.servers import durable_server
from controller_process import ControllerProcess
from fer_controller.settings import PostgresUrl
from forked import own_process
from real_broker import Mosquitto, mosquitto_binary
from real_postgres import OwnPostgres

EVENTS = 120_000
ROUNDS = 3
COUNT = "SELECT count(*) FROM events"


def measure() -> dict[str, Any]:
    """One and two in turns; the ratio is the median of the pairs."""
    rounds = []
    for _ in range(ROUNDS):
        with durable_server() as server:
            rounds.append({"one": _drained(server, 1), "two": _drained(server, 2)})
    ratios = [each["two"]["events_per_s"] / each["one"]["events_per_s"] for each in rounds]
    return {"events": EVENTS, "rounds": rounds, "ratio": round(median(ratios), 2)}


def _drained(server: OwnPostgres, ingests: int) -> dict[str, float]:
    """What so many ingests make of the same backlog, divided among their brokers."""
    place = server.empty()
    with TemporaryDirectory(prefix="fer-ingests-") as folder, ExitStack() as ends:
        sites = [ends.enter_context(_site(Path(folder) / str(number), place)) for number in range(ingests)]
        for number, (broker, _) in enumerate(sites):
            publish(broker.port, 1, EVENTS // DEVICES // ingests, f"site-{number}")
        begun_s = [_server_s(server), *(processor_s(broker.pid) for broker, _ in sites)]
        for _, controller in sites:
            controller.start()
        rate = _rate(place)
        own_us = sum(processor_s(controller.pid) for _, controller in sites) / EVENTS * 1e6
        ended_s = [_server_s(server), *(processor_s(broker.pid) for broker, _ in sites)]
        server_us, *broker_us = ((end - begin) / EVENTS * 1e6 for begin, end in zip(begun_s, ended_s, strict=True))
        return {
            "events_per_s": rate, "ingests_us": round(own_us, 1), "server_us": round(server_us, 1),
            "brokers_us": round(sum(broker_us), 1),
        }  # fmt: skip


@contextmanager
def _site(folder: Path, place: PostgresUrl) -> Iterator[tuple[Mosquitto, ControllerProcess]]:
    """A broker and its ingest, which has a session there and is away."""
    (folder / "mosquitto").mkdir(parents=True, mode=0o777)
    folder.chmod(0o755)
    broker = Mosquitto(str(mosquitto_binary()), folder / "mosquitto")
    broker.start()
    controller = ControllerProcess(folder / "fleet.db", broker.url, "--role", "ingest", begin=own_process, on=place)
    try:
        controller.until_connected()
        controller.stop()
        yield broker, controller
    finally:
        controller.kill()
        broker.stop()


def _rate(place: PostgresUrl) -> int:
    """Events a second from the first commit that is seen to the last."""
    until_s, first, first_s = time.monotonic() + PATIENCE_S, 0, 0.0
    with psycopg.connect(place.url, autocommit=True) as connection:
        while True:
            count = int(sum(row[0] for row in connection.execute(COUNT)))
            if count and not first:
                first, first_s = count, time.monotonic()
            if count == EVENTS:
                return round((count - first) / (time.monotonic() - first_s))
            assert time.monotonic() < until_s, f"{count:,} of {EVENTS:,} events arrived."
            time.sleep(LOOK_EVERY_S)


def _server_s(server: OwnPostgres) -> float:
    """Processor time of the server's processes, those that have ended included."""
    first, used_s = psutil.Process(server.pid), 0.0
    for each in (*first.children(), first):
        with suppress(psutil.NoSuchProcess):  # one that ends meanwhile: the first counts it then
            used_s += sum(each.cpu_times()[:4])
    return used_s


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
