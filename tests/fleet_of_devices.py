"""Devices on a real broker that update as the agent does, without its pictures: for tests of rollouts over a fleet."""

import random
from datetime import UTC, datetime, timedelta
from threading import Event, Lock, Thread

import paho.mqtt.client as mqtt
from controller_messages import an_event
from fer_wire import Status, Telemetry, Topics
from fer_wire.telemetry import CameraTelemetry, HostTelemetry
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from stepped_device import SteppedDevice

STEP_EVERY_S = 0.1
TELEMETRY_EVERY = 2
FPS = 30.0


class LiveDevice:
    """One device with a connection of its own; where `slow_with` runs, its frame rate is halved."""

    def __init__(
        self, port: int, device: SteppedDevice, slow_with: str = "", clock_off: timedelta = timedelta(0)
    ) -> None:
        self.device = device
        self._slow_with, self._clock_off = slow_with, clock_off
        self._lock, self._stop = Lock(), Event()
        self._said = b""
        self._seq = 0
        self._run = f"run-{random.getrandbits(32):08x}"
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, f"device-{device.name}", protocol=MQTTProtocolVersion.MQTTv5
        )
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = self._on_connect
        self._client.on_message = self._on_message
        self._client.will_set(Topics().status(device.name), self._status("offline"), qos=1, retain=True)
        self._client.connect_async("127.0.0.1", port, keepalive=5)
        self._thread = Thread(target=self._live)

    def start(self) -> None:
        """Connect, measure, report, update."""
        self._client.loop_start()
        self._thread.start()

    def stop(self) -> None:
        """Go offline without a word."""
        self._stop.set()
        self._thread.join()
        self._client.disconnect()
        self._client.loop_stop()

    def _live(self) -> None:
        turn = random.randrange(TELEMETRY_EVERY)
        while not self._stop.wait(STEP_EVERY_S):
            turn += 1
            with self._lock:
                self.device.step()
                self._report()
            if self._client.is_connected():
                self._observe()
                if turn % TELEMETRY_EVERY == 0:
                    self._measure()

    def _report(self, *, again: bool = False) -> None:
        payload = self.device.report(self._now()).payload()
        said = self.device.report(datetime(2026, 1, 1, tzinfo=UTC)).payload()
        if again or said != self._said:
            self._said = said
            self._client.publish(Topics().reported(self.device.name), payload, qos=1, retain=True)

    def _observe(self) -> None:
        self._seq += 1
        emotion = ("happy", "sad", "neutral")[self._seq % 3]
        event = an_event(self._seq, self.device.name, self._run, time=self._now(), emotion=emotion, track=self._seq)
        self._client.publish(Topics().emotion(self.device.name, "door"), event.payload(), qos=1)

    def _measure(self) -> None:
        slow = self._slow_with and self._slow_with in self.device.running
        telemetry = Telemetry(
            device=self.device.name, run=self._run, time=self._now(), model=self.device.running,
            host=HostTelemetry(cpu_temperature_c=50.0, agent_memory_mb=150.0), provider="CPUExecutionProvider",
            cameras=(CameraTelemetry(camera="door", fps=FPS / 2 if slow else FPS, latency_p95_ms=30.0),),
        )  # fmt: skip
        self._client.publish(Topics().telemetry(self.device.name), telemetry.payload(), qos=0)

    def _now(self) -> datetime:
        return datetime.now(UTC) + self._clock_off

    def _status(self, state: str) -> bytes:
        return Status(device=self.device.name, state=state, run=self._run, time=self._now()).payload()

    def _on_connect(self, client: mqtt.Client, *_: object) -> None:
        client.subscribe(Topics().desired(self.device.name), qos=1)
        client.publish(Topics().status(self.device.name), self._status("online"), qos=1, retain=True)
        with self._lock:
            self._report(again=True)

    def _on_message(self, _client: mqtt.Client, _userdata: object, message: mqtt.MQTTMessage) -> None:
        with self._lock:
            self.device.receive(message.payload.decode())
            self._report()
