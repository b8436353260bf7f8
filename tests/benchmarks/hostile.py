"""What honest devices notice of hostile ones: Mosquitto, `serve`, simulated devices, and floods beside them.

    python tests/benchmarks/hostile.py --seconds 600

Honest devices send an event a second for so long alone, for a tenth of the time, and then beside devices that flood,
overflow, begin epochs and hold HTTP connections half open (tests/hostile_devices.py). The broker has the limits of
controller/mosquitto/mosquitto.conf. One line of JSON: events lost, milliseconds from a device to the database alone and
beside, how long the operators' view takes, memory of both processes, and what was logged.
"""

import argparse
import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import hostile_devices
import psutil
import requests
from controller_process import ControllerProcess, run
from fer_wire.message import iso_utc
from forked import own_process
from real_broker import Mosquitto, free_port, mosquitto_binary
from simulated_fleet import SimulatedFleet

SHIPPED = Path(__file__).resolve().parents[2] / "controller/mosquitto/mosquitto.conf"
LIMITS = ("max_inflight_messages", "max_queued_bytes", "max_queued_messages", "max_packet_size")
LOOK_EVERY_S = 5.0
PATIENCE_S = 30.0
OF_THE_HONEST = """
SELECT (julianday(received_at) - julianday(coalesce(device_time, time))) * 86400000 FROM events
WHERE device LIKE 'sim-%' AND received_at >= ? AND received_at < ?
"""


def limits() -> str:
    """The lines of the shipped configuration that bound what a client may do; the last of a name counts."""
    return "".join(f"{line}\n" for line in SHIPPED.read_text().splitlines() if line.startswith(LIMITS))


class Watch:
    """Looks at a controller from time to time: its memory, and how long it takes to answer an operator."""

    def __init__(self, controller: ControllerProcess, http_port: int) -> None:
        added = run("operators", "add", "benchmark", "--db", str(controller.db), "--json")
        self._headers = {"Authorization": f"Bearer {json.loads(added.stdout)['token']}"}
        self._process = psutil.Process(controller.pid)
        self._url = f"http://127.0.0.1:{http_port}/v1/totals"
        self.memory_mb: list[float] = []
        self.answers_s: list[float] = []
        self.unanswered = 0

    def look(self) -> None:
        """Once."""
        family = [self._process, *self._process.children(recursive=True)]
        self.memory_mb.append(sum(each.memory_info().rss for each in family) / 1e6)
        began_s = time.monotonic()
        try:
            answer = requests.get(self._url, headers=self._headers, timeout=PATIENCE_S)
            answer.raise_for_status()
        except requests.RequestException as error:
            print(error, file=sys.stderr)
            self.unanswered += 1
        else:
            self.answers_s.append(time.monotonic() - began_s)

    def until(self, end_s: float) -> None:
        """Look again and again."""
        while time.monotonic() < end_s:
            self.look()
            time.sleep(LOOK_EVERY_S)

    def told(self) -> dict[str, Any]:
        """What was seen since it began."""
        return {
            "memory_first_mb": round(self.memory_mb[0], 1),
            "memory_most_mb": round(max(self.memory_mb), 1),
            "memory_last_mb": round(self.memory_mb[-1], 1),
            "answers": len(self.answers_s),
            "answer_most_ms": round(max(self.answers_s, default=0.0) * 1000),
            "unanswered": self.unanswered,
        }


def measure(devices: int, seconds: float) -> dict[str, Any]:
    """Everything, in a temporary folder."""
    binary = mosquitto_binary()
    if binary is None:
        sys.exit("Mosquitto is not installed (apt-get install mosquitto mosquitto-clients).")
    with ExitStack() as ends:
        home = Path(ends.enter_context(TemporaryDirectory(prefix="fer-hostile-")))
        (home / "mosquitto").mkdir(mode=0o777)
        broker, http_port = Mosquitto(binary, home / "mosquitto", limits()), free_port()
        broker.start()
        ends.callback(broker.stop)
        controller = ControllerProcess(
            home / "fleet.db", broker.url, "--http", f"127.0.0.1:{http_port}", begin=own_process
        )
        controller.until_connected()
        ends.callback(controller.kill)
        fleet = SimulatedFleet(home, broker.url, devices, "--flush-s", "100", begin=own_process)
        fleet.start()
        ends.callback(fleet.kill)
        return dict(_phases(broker, controller, fleet, http_port, seconds))


def _phases(
    broker: Mosquitto, controller: ControllerProcess, fleet: SimulatedFleet, http_port: int, seconds: float
) -> Iterator[tuple[str, Any]]:
    watch = Watch(controller, http_port)
    time.sleep(LOOK_EVERY_S)
    began = iso_utc(datetime.now(UTC))
    watch.until(time.monotonic() + seconds / 10)
    beside = iso_utc(datetime.now(UTC))
    log_bytes = controller.log_file.stat().st_size
    command = [sys.executable, hostile_devices.__file__, str(broker.port), str(http_port), str(seconds)]
    hostile = subprocess.Popen(command, stdout=subprocess.PIPE)
    watch.until(time.monotonic() + seconds)
    yield "hostile", json.loads(hostile.communicate()[0])
    ended = iso_utc(datetime.now(UTC))
    yield "exit_status_of_the_honest", fleet.stop()
    yield "balance", _balance(controller, fleet)
    yield "alone_ms", _delays_ms(controller.db, began, beside)
    yield "beside_ms", _delays_ms(controller.db, beside, ended)
    yield "logged_bytes", controller.log_file.stat().st_size - log_bytes
    yield "database_mb", round(controller.db.stat().st_size / 1e6, 1)
    yield "counters", dict(controller.query("SELECT name, value FROM counters"))
    yield from watch.told().items()


def _balance(controller: ControllerProcess, fleet: SimulatedFleet) -> dict[str, int]:
    sent = {each["device"]: each["events"] for each in fleet.devices}
    stored = dict(controller.query("SELECT device, count(*) FROM events WHERE device LIKE 'sim-%' GROUP BY device"))
    missing = [number - stored.get(device, 0) for device, number in sent.items()]
    return {
        "devices": len(sent),
        "sent": sum(sent.values()),
        "stored": sum(stored.values()),
        "lost": sum(map(abs, missing)),
    }


def _delays_ms(db: Path, since: str, until: str) -> dict[str, float]:
    connection = sqlite3.connect(f"file:{db}?mode=ro", uri=True, timeout=30)
    delays = sorted(row[0] for row in connection.execute(OF_THE_HONEST, (since, until)))
    connection.close()
    percentiles = quantiles(delays, n=100)
    return {
        "events": len(delays),
        "p50": round(percentiles[49]),
        "p99": round(percentiles[98]),
        "most": round(delays[-1]),
    }


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--devices", type=int, default=200, help="honest ones")
    parser.add_argument("--seconds", type=float, default=600.0, help="beside hostile ones")
    options = parser.parse_args()
    print(json.dumps(measure(options.devices, options.seconds)))


if __name__ == "__main__":
    main()
