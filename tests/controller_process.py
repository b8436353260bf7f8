"""`fer-controller` as a process of its own, and a device's side of the protocol, for tests of both together."""

import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

import paho.mqtt.client as mqtt
from commands import ran
from controller_messages import an_event
from fer_controller import cli
from fer_controller.settings import PostgresUrl
from fer_wire import Ack, Topics, parse
from forked import Begin, Child, Forked
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from real_postgres import rows_of

PROGRAM = [sys.executable, "-c", "from fer_controller.cli import main; main()"]
PATIENCE_S = 60.0


def eventually(holds: Callable[[], Any], what: str, patience_s: float = PATIENCE_S) -> None:
    """Wait until it holds; fails with what was waited for."""
    until_s = time.monotonic() + patience_s
    while True:
        looked_s = time.monotonic()
        if holds():
            return
        assert time.monotonic() < until_s, f"Waited {patience_s:.0f} seconds in vain until {what}."
        # Some looks open a database: they leave the processor to what they wait for.
        time.sleep(max(0.02, 3 * (time.monotonic() - looked_s)))


class ControllerProcess:
    """`fer-controller serve` that can be stopped in order, killed and started again."""

    _process: Child | None

    def __init__(
        self, db: Path, url: str, *options: str, begin: Begin = Forked, on: "PostgresUrl | None" = None
    ) -> None:
        """On a server, db is a file that is not there, beside which the log lies."""
        self.db, self.on = db, on
        self.log_file = db.with_suffix(".log")
        place = on.url if on else str(db)
        self._command = ["fer-controller", "serve", "--db", place, "--broker", url, "--http", "", *options]
        self._begin, self._process = begin, None

    @property
    def pid(self) -> int:
        """Of the process that runs now."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Run it; it may not be connected yet."""
        self._process = self._begin(*self._command, out=self.log_file, err=self.log_file)

    def until_connected(self) -> None:
        """Run it and return when it has subscribed."""
        before = self.log().count("Connected")
        self.start()
        eventually(lambda: self.log().count("Connected") > before, "the controller is connected")

    def stop(self) -> int:
        """SIGTERM; returns the exit status."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL; nothing happens when it does not run."""
        if self._process is not None:
            self._end(signal.SIGKILL)

    def wait(self) -> int:
        """Until it ends by itself; returns the exit status."""
        assert self._process is not None
        return self._process.wait(PATIENCE_S)

    def log(self) -> str:
        """All that it said."""
        return self.log_file.read_text() if self.log_file.exists() else ""

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of its database; none while there is no such table yet."""
        if self.on:
            return rows_of(self.on, sql)
        if not self.db.exists():
            return []
        connection = sqlite3.connect(f"file:{self.db}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(sql).fetchall()
        except sqlite3.OperationalError:
            return []
        finally:
            connection.close()

    def seqs(self) -> list[int]:
        """All stored seqs, each as often as it is stored."""
        return [row[0] for row in self.query("SELECT seq FROM events ORDER BY seq")]

    def _end(self, how: signal.Signals) -> int:
        assert self._process is not None
        process, self._process = self._process, None
        process.send_signal(how)
        return process.wait(PATIENCE_S)


class Device:
    """Publishes events from a spool of its own: keeps each until its ack has passed it, sends again what is left."""

    def __init__(
        self,
        port: int,
        name: str = "nano-01",
        epoch: str = "epoch-a",
        version: MQTTProtocolVersion = MQTTProtocolVersion.MQTTv5,
    ) -> None:
        self.name, self.epoch, self._port, self._version = name, epoch, port, version
        self.last_seq = 0
        self.acked_seq = 0
        self._lock = Lock()
        self._spool: dict[int, bytes] = {}
        """By seq, the oldest first."""
        self._client: mqtt.Client | None = None

    def observe(self, count: int) -> None:
        """Put so many new events into the spool, and send them when connected."""
        for _ in range(count):
            with self._lock:
                self.last_seq += 1
                oldest_seq = next(iter(self._spool), self.last_seq)
                event = an_event(self.last_seq, self.name, self.epoch, oldest_seq=oldest_seq)
                self._spool[self.last_seq] = event.payload()
            self._send(self.last_seq)

    def reconnect(self) -> None:
        """Connect anew, as after a restart, and send what is not acked; nothing happens while no broker is there."""
        self.close()
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2, f"device-{self.name}", protocol=self._version, reconnect_on_failure=False
        )
        client.on_message = self._on_ack
        client.max_inflight_messages_set(500)
        try:
            client.connect("127.0.0.1", self._port)
        except OSError:
            return
        client.subscribe(Topics().ack(self.name), qos=1)
        client.loop_start()
        self._client = client
        for seq in self._waiting():
            self._send(seq)

    def flush(self) -> None:
        """Send again, now and then, until everything is acked."""
        until_s = time.monotonic() + PATIENCE_S
        while self._waiting():
            assert time.monotonic() < until_s, f"{self.name} is acked up to {self.acked_seq} of {self.last_seq} only."
            self.reconnect()
            settled_s = time.monotonic() + 2.0
            while self._waiting() and time.monotonic() < settled_s:
                time.sleep(0.02)

    def close(self) -> None:
        """Hang up without a word."""
        client, self._client = self._client, None
        if client is not None:
            client.disconnect()
            client.loop_stop()

    def _waiting(self) -> list[int]:
        with self._lock:
            return sorted(self._spool)

    def _send(self, seq: int) -> None:
        with self._lock:
            payload = self._spool.get(seq)
        if self._client is not None and payload is not None:
            self._client.publish(Topics().emotion(self.name, "door"), payload, qos=1)

    def _on_ack(self, _client: mqtt.Client, _userdata: object, message: mqtt.MQTTMessage) -> None:
        if not message.payload:
            return  # What the broker retained was taken back.
        ack = parse(Ack, message.payload)
        if ack.epoch != self.epoch:
            return
        with self._lock:
            self.acked_seq = max(self.acked_seq, ack.seq)
            while self._spool and next(iter(self._spool)) <= ack.seq:
                del self._spool[next(iter(self._spool))]


def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """One command of fer-controller, in this process, to its end, with these variables in its environment."""
    return ran(cli.run, arguments, **environment)


def run_process(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """One command of fer-controller as a process of its own, to its end."""
    return subprocess.run([*PROGRAM, *arguments], capture_output=True, text=True, timeout=PATIENCE_S * 2, check=False)


def json_lines(text: str) -> list[dict[str, Any]]:
    """What --json printed."""
    return [json.loads(line) for line in text.splitlines()]
