"""How fast the controller stores events: Mosquitto at QoS 1 into SQLite or PostgreSQL, every batch durable.

    python tests/benchmarks/ingest.py --events 100000 --live-events 1000000
    python tests/benchmarks/ingest.py --db postgresql://USER@HOST/DATABASE   (an empty one)

Two measurements, one JSON document:
- backlog: the events wait at the broker in the controller's persistent session, as after an outage, so that no
  generator competes for the processors; events a second from the first to the last commit. mosquitto_sub takes the
  same events from a session of its own, before, as the measure of what the broker can deliver.
- live: a generator publishes while the controller stores; events a second and resident memory at 10, 50 and 100 %.
"""

import argparse
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from controller_messages import an_event
from controller_process import ControllerProcess, eventually
from fer_controller.settings import PostgresUrl
from fer_wire import Topics
from forked import own_process
from real_broker import Mosquitto, mosquitto_binary

DEVICES = 4
WINDOW = 500
CONNECT = b"\x10\x15\x00\x04MQTT\x04\x02\x00\x00\x00\x09generator"
SUBSCRIBER = ["-i", "measured", "-c", "-q", "1", "-V", "5", "-x", "3600", "-D", "CONNECT", "receive-maximum", "4000"]
LOOK_EVERY_S = 0.01
PATIENCE_S = 900.0


def publish(port: int, first_seq: int, last_seq: int, names: str = "bench") -> None:
    """Publish these seqs of every device at QoS 1, WINDOW messages at a time."""
    with socket.create_connection(("127.0.0.1", port)) as channel:
        channel.sendall(CONNECT)
        received(channel, 4)
        window: list[bytes] = []
        for packet in packets(first_seq, last_seq, names):
            window.append(packet)
            if len(window) == WINDOW:
                exchange(channel, window)
        exchange(channel, window)


def packets(first_seq: int, last_seq: int, names: str = "bench") -> Iterator[bytes]:
    """MQTT 3.1.1 PUBLISH packets, devices in turn; spelt out, because a client library costs more than the rest."""
    heads = []
    for number in range(DEVICES):
        device = f"{names}-{number}"
        before, after = an_event(1, device).payload().split(b'"seq":1,')
        heads.append((Topics().emotion(device, "door").encode(), before + b'"seq":%d,' + after))
    mid = 0
    for seq in range(first_seq, last_seq + 1):
        for topic, template in heads:
            mid = mid % 65535 + 1
            body = len(topic).to_bytes(2, "big") + topic + mid.to_bytes(2, "big") + template % seq
            yield b"\x32" + remaining_length(len(body)) + body


def remaining_length(size: int) -> bytes:
    """A length of up to 16,383 bytes as MQTT writes it."""
    return bytes([size & 127 | 128, size >> 7]) if size > 127 else bytes([size])


def exchange(channel: socket.socket, window: list[bytes]) -> None:
    """Send packets and wait for as many PUBACKs."""
    channel.sendall(b"".join(window))
    received(channel, 4 * len(window))
    window.clear()


def received(channel: socket.socket, size: int) -> None:
    """Take in and forget so many bytes."""
    while size:
        part = channel.recv(size)
        assert part, "The broker hung up on the generator."
        size -= len(part)


def stored(controller: ControllerProcess) -> Any:
    """A look at the database."""
    if controller.on:
        import psycopg

        return psycopg.connect(controller.on.url, autocommit=True)
    return sqlite3.connect(f"file:{controller.db}?mode=ro", uri=True, timeout=30)


def watched(controller: ControllerProcess, before: int, goal: int) -> dict[str, Any]:
    """Wait from the first to the last commit of goal events; their rate and processor time, and memory on the way."""
    connection, pid = stored(controller), controller.pid
    marks = {10: goal // 10, 50: goal // 2, 100: goal}
    memory: dict[str, float] = {}
    begun_s, begun_processor_s, first = 0.0, 0.0, 0
    until_s = time.monotonic() + PATIENCE_S
    while marks:
        assert time.monotonic() < until_s, "The events did not all arrive."
        count = connection.execute("SELECT coalesce(max(id), 0) FROM events").fetchone()[0] - before
        if count and not begun_s:
            begun_s, begun_processor_s, first = time.monotonic(), processor_s(pid), count
        for percent in [percent for percent, mark in marks.items() if count >= mark]:
            memory[f"{percent} %"] = resident_mb(pid)
            del marks[percent]
        time.sleep(LOOK_EVERY_S)
    took_s = time.monotonic() - begun_s
    connection.close()
    each_us = (processor_s(pid) - begun_processor_s) / max(1, goal - first) * 1e6
    return {
        "events": goal,
        "events_per_s": round((goal - first) / took_s),
        "processor_us_per_event": round(each_us, 1),
        "resident_mb": memory,
    }


def size_bytes(controller: ControllerProcess) -> int:
    """Of the database."""
    if controller.on:
        return int(controller.query("SELECT pg_database_size(current_database())")[0][0])
    return controller.db.stat().st_size


def resident_mb(pid: int) -> float:
    """Resident memory of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


def processor_s(pid: int) -> float:
    """Processor time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def backlog(broker: Mosquitto, controller: ControllerProcess, events: int) -> dict[str, Any]:
    """Both sessions are made, the events are published, then each subscriber takes its own."""
    subscriber = [
        "mosquitto_sub",
        "-h",
        "127.0.0.1",
        "-p",
        str(broker.port),
        *SUBSCRIBER,
        "-t",
        Topics().every("emotion"),
    ]
    subprocess.run([*subscriber, "-E"], check=True)
    controller.until_connected()
    controller.stop()
    publish(broker.port, 1, events // DEVICES)
    begun_s = time.monotonic()
    subprocess.run([*subscriber, "-C", str(events)], check=True, stdout=subprocess.DEVNULL)
    rate = events / (time.monotonic() - begun_s)
    controller.start()
    pid = controller.pid
    result = watched(controller, 0, events)
    result["processor_us_per_event_with_start"] = round(processor_s(pid) / events * 1e6, 1)
    result["mosquitto_sub_per_s"] = round(rate)
    result["share_of_mosquitto_sub"] = round(result["events_per_s"] / rate, 2)
    return result


def live(broker: Mosquitto, controller: ControllerProcess, before: int, events: int) -> dict[str, Any]:
    """A generator in a process of its own publishes while the controller stores."""
    first, last = before // DEVICES + 1, (before + events) // DEVICES
    generator = subprocess.Popen([sys.executable, __file__, "--publish", str(broker.port), str(first), str(last)])
    try:
        return watched(controller, before, events)
    finally:
        generator.wait(PATIENCE_S)


def measure(
    backlog_events: int = 100_000, live_events: int = 1_000_000, on: PostgresUrl | None = None
) -> dict[str, Any]:
    """All measurements, in a temporary folder or on a server; numbers of events are multiples of the devices'."""
    binary = mosquitto_binary()
    if binary is None or shutil.which("mosquitto_sub") is None:
        sys.exit("Mosquitto and its clients are not installed (apt-get install mosquitto mosquitto-clients).")
    with TemporaryDirectory(prefix="fer-ingest-") as folder:
        home = Path(folder)
        (home / "mosquitto").mkdir(mode=0o777)
        broker = Mosquitto(binary, home / "mosquitto")
        broker.start()
        controller = ControllerProcess(home / "fleet.db", broker.url, begin=own_process, on=on)
        try:
            result: dict[str, Any] = {"backlog": backlog(broker, controller, backlog_events)}
            if live_events:
                result["live"] = live(broker, controller, backlog_events, live_events)
            last_seq = (backlog_events + live_events) // DEVICES
            eventually(
                lambda: controller.query("SELECT min(contiguous_seq) FROM streams") == [(last_seq,)], "no hole is left"
            )
            result["database_mb"] = round(size_bytes(controller) / 1e6, 1)
        finally:
            controller.kill()
            broker.stop()
    return result


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=100_000, help="in the backlog")
    parser.add_argument("--live-events", type=int, default=1_000_000, help="while the generator runs; 0 leaves it out")
    parser.add_argument("--db", type=PostgresUrl, help="postgresql://…, a server that runs; by default a file is made")
    parser.add_argument("--publish", nargs=3, type=int, metavar=("PORT", "FIRST", "LAST"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.publish:
        publish(*options.publish)
    else:
        print(json.dumps(measure(options.events, options.live_events, options.db)))


if __name__ == "__main__":
    main()
