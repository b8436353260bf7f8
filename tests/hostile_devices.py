"""Devices that do what harms, each under a name of its own: what the passwords of stolen devices can do.

    python tests/hostile_devices.py PORT HTTP_PORT SECONDS

They publish below their own names alone, for a broker's access list keeps them there. One line of JSON says at the end
how much each kind did.
"""

import json
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from threading import Thread
from uuid import uuid4

import paho.mqtt.client as mqtt
from controller_messages import an_event
from fer_wire import Topics
from paho.mqtt.enums import CallbackAPIVersion

Message = tuple[str, bytes]
TOPICS = Topics()
HUGE = 2**63 - 1
GARBAGE = b"\x1b]0;own" + b"\xff" * 60_000
HALF = b"GET /v1/totals HTTP/1.1\r\nHost: fleet\r\nX-Slow: "
HALF_OPEN = 1_100
WINDOW = 50
"""Messages that are under way at a time; more makes no flood faster."""


def garbage(device: str) -> Iterator[Message]:
    """What is no message, and large."""
    for number in count():
        channel = (TOPICS.emotion(device, "door"), TOPICS.telemetry(device), TOPICS.reported(device))[number % 3]
        yield channel, GARBAGE


def events(device: str) -> Iterator[Message]:
    """Good events, as fast as the broker takes them."""
    for seq in count(1):
        yield TOPICS.emotion(device, "door"), an_event(seq, device).payload()


def epochs(device: str) -> Iterator[Message]:
    """Each event begins an epoch."""
    before, after = an_event(1, device, epoch="EPOCH").payload().split(b"EPOCH")
    while True:
        yield TOPICS.emotion(device, "door"), before + uuid4().hex.encode() + after


def overflows(device: str) -> Iterator[Message]:
    """Numbers at the end of what 64 bits hold, and beyond what floats do."""
    event = json.loads(an_event(1, device).payload())
    for number in count():
        wild = {**event, "epoch": f"e{number % 50}", "seq": HUGE, "oldest_seq": HUGE, "track": HUGE}
        yield TOPICS.emotion(device, "door"), json.dumps(wild).encode()
        measured = {"device": device, "run": "r", "time": "9990-01-01T00:00:00Z", "errors": HUGE, "fps": 1.7e308}
        yield TOPICS.telemetry(device), json.dumps(measured).encode()


KINDS = {"garbage": garbage, "events": events, "epochs": epochs, "overflows": overflows}


class Flood(Thread):
    """One device that publishes what it is given, without a pause."""

    def __init__(self, kind: str, port: int, until_s: float) -> None:
        super().__init__(name=kind, daemon=True)
        self.sent = 0
        self._port, self._until_s = port, until_s

    def run(self) -> None:
        """Until its time is over; a connection that the broker ends is made anew."""
        messages = KINDS[self.name](f"evil-{self.name}")
        while time.monotonic() < self._until_s:
            with suppress(OSError, ValueError, RuntimeError):
                self._publish(messages)

    def _publish(self, messages: Iterator[Message]) -> None:
        client = mqtt.Client(CallbackAPIVersion.VERSION2, f"evil-{self.name}")
        client.max_inflight_messages_set(WINDOW)
        client.connect("127.0.0.1", self._port)
        client.loop_start()
        try:
            while time.monotonic() < self._until_s and client.is_connected() | (not self.sent):
                window = [client.publish(*next(messages), qos=1) for _ in range(WINDOW)]
                for each in window:
                    each.wait_for_publish(10)
                self.sent += len(window)
        finally:
            client.disconnect()
            client.loop_stop()


class HalfOpen(Thread):
    """So many requests to the HTTP server that never end; what it hangs up on is asked anew."""

    def __init__(self, port: int, until_s: float) -> None:
        super().__init__(name="half-open", daemon=True)
        self.sent = 0
        self._port, self._until_s = port, until_s

    def run(self) -> None:
        """Until its time is over."""
        held: list[socket.socket] = []
        while time.monotonic() < self._until_s:
            with suppress(OSError):
                held.append(socket.create_connection(("127.0.0.1", self._port), timeout=1))
                held[-1].sendall(HALF)
                self.sent += 1
            if len(held) >= HALF_OPEN:
                held.pop(0).close()
                time.sleep(0.01)
        for each in held:
            each.close()


def main(port: int, http_port: int, seconds: float) -> None:
    """All kinds at once."""
    until_s = time.monotonic() + seconds
    hostile: list[Flood | HalfOpen] = [*(Flood(kind, port, until_s) for kind in KINDS), HalfOpen(http_port, until_s)]
    for each in hostile:
        each.start()
    for each in hostile:
        each.join()
    print(json.dumps({each.name: each.sent for each in hostile}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
