"""What a simulated device sends and receives on its link: birth, will, reports, events and acks, like an agent."""

import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fer_wire import Ack, MessageError, Reply, Reported, Status, Telemetry, Topics, parse
from fer_wire.presence import OFFLINE, ONLINE

from fer_simulator.broker.link import Broker, Will
from fer_simulator.clock import Timers
from fer_simulator.devices import faces
from fer_simulator.devices.reports import AGENT_VERSION
from fer_simulator.devices.spool import Outbox, Seen, Spool

LOST = "the connection was lost"
STOPPED = "the agent was stopped"
TELEMETRY_EXPIRY_S = 60
REPLIES_KEPT = 8


@dataclass
class Tally:
    """What a device said and heard, over all its runs."""

    reports: int = 0
    reports_delivered: int = 0
    telemetry: int = 0
    connections: int = 0
    unreadable: int = 0
    last_report: Reported | None = None


class Session:
    """One device's side of the protocol; all calls come from the thread of its links."""

    def __init__(
        self,
        device: str,
        topics: Topics,
        timers: Timers,
        broker: Broker,
        spool: Spool,
        report: Callable[[str], Reported],
        desired: Callable[[bytes], None],
        command: Callable[[bytes], None],
    ) -> None:
        """Report makes the report of a run, by its id; desired and command take the payloads of what is ordered."""
        self._device, self._spool, self._timers = device, spool, timers
        self._report, self._desired = report, desired
        self._status, self._reported = topics.status(device), topics.reported(device)
        self._telemetry, self._events = topics.telemetry(device), topics.emotion(device, faces.CAMERA)
        self._readers = {
            topics.ack(device): self._read_ack,
            topics.status(device): self._read_status,
            topics.desired(device): desired,
            topics.command(device): command,
        }
        self._replied, self._replies = topics.reply(device), deque[Reply](maxlen=REPLIES_KEPT)
        self._link = broker.link(device, list(self._readers), self)
        self._outbox = Outbox(spool)
        self._reports_in_flight: set[int] = set()
        self._farewell: int | None = None
        self._born, self._connection = False, 0
        self.run, self._began = "", self._timers.time()
        self.refusal = ""
        self.tally = Tally()

    @property
    def online(self) -> bool:
        """Whether the broker has this device."""
        return self._link.up

    @property
    def reports_on_their_way(self) -> int:
        """Reports that the broker has not acknowledged."""
        return len(self._reports_in_flight)

    @property
    def has_left(self) -> bool:
        """Whether the broker has the farewell, or cannot be told."""
        return self._farewell is None or not self._link.up

    def begin(self) -> None:
        """A new run: an id of its own, and a connection."""
        self.run, self._began = uuid.uuid4().hex, self._timers.time()
        self._born, self._connection = False, 0
        self._link.open()

    def come_back(self) -> None:
        """The same run connects again."""
        self._link.open()

    def cut(self) -> None:
        """The connection is gone without a word."""
        self._link.cut()

    def leave(self) -> None:
        """Say that the device leaves on purpose."""
        farewell = self._presence(OFFLINE, self._timers.time(), STOPPED)
        self._farewell = self._link.publish(self._status, farewell, qos=1, retain=True)

    def close(self) -> None:
        """Hang up."""
        self._link.close()

    def report(self) -> None:
        """Say what the device runs and how far its update is; once connected, when it is not now."""
        if self._link.up:
            report = self._report(self.run)
            sent = self._link.publish(self._reported, report.payload(), qos=1, retain=True)
            if sent is not None:
                self.tally.reports += 1
                self.tally.last_report = report
                self._reports_in_flight.add(sent)

    def send_telemetry(self, telemetry: Telemetry) -> None:
        """Publish it if there is a link; it is not worth keeping otherwise."""
        if self._link.up:
            self._link.publish(self._telemetry, telemetry.payload(), expiry_s=TELEMETRY_EXPIRY_S)
            self.tally.telemetry += 1

    def reply(self, reply: Reply) -> None:
        """Say what became of a command, now or once connected; what is lost on its way is asked for again."""
        self._replies.append(reply)
        self._say_replies()

    def spool(self, seen: Seen) -> None:
        """Number an event, keep it, and send it when there is room."""
        self._spool.append(seen)
        self.send_events()

    def send_events(self) -> None:
        """Send what is due of the spool."""
        if not self._link.up:
            return
        for seq, seen in self._outbox.due(self._timers.now(), self._link.receive_maximum):
            event = faces.message(self._device, self._spool, seq, seen)
            sent = self._link.publish(self._events, event.payload(), qos=1)
            if sent is None:
                return
            self._outbox.sent(sent, seq)

    def will(self) -> Will:
        """What the broker says when the connection that begins is lost, dated to the beginning of the run."""
        self._connection += 1
        return Will(self._status, self._presence(OFFLINE, self._began, LOST))

    def connected(self) -> None:
        """Say that the device is there, then let the events go."""
        self.tally.connections += 1
        self._reports_in_flight.clear()
        self._say_birth()
        self.report()
        self._say_replies()
        self._outbox.attach(self._timers.now())
        self.send_events()

    def disconnected(self) -> None:
        """Messages under way may be lost; connected() sends them again."""

    def delivered(self, message_id: int) -> None:
        """The broker has a message."""
        self.refusal = ""
        if message_id in self._reports_in_flight:
            self._reports_in_flight.discard(message_id)
            self.tally.reports_delivered += 1
        elif message_id == self._farewell:
            self._farewell = None
        else:
            self._outbox.delivered(message_id)
            self.send_events()

    def refused(self, message_id: int, reason: str) -> None:
        """The broker did not take a message: a report stays on its way, and an event in the spool."""
        what = "a report" if message_id in self._reports_in_flight else "what it publishes"
        self.refusal = f"The broker does not take {what} of {self._device} ({reason}); check its access list."
        if message_id == self._farewell:
            self._farewell = None
        elif message_id not in self._reports_in_flight:
            self._outbox.delivered(message_id)  # its place is free; the event goes again when its ack is late

    def received(self, topic: str, payload: bytes) -> None:
        """Read an ack, a status, a desired state or a command; what is none of these is counted and passed over."""
        read = self._readers.get(topic)
        try:
            if read is not None:
                read(payload)
        except MessageError:
            self.tally.unreadable += 1

    def _read_ack(self, payload: bytes) -> None:
        if payload:
            self._outbox.acknowledged(parse(Ack, payload), self._timers.now())
            self.send_events()

    def _read_status(self, payload: bytes) -> None:
        """The will of a dead run, or of an earlier connection, may come late and hide this one's birth."""
        if not payload:
            return
        status = parse(Status, payload)
        is_late = status.state != ONLINE and status.connection < self._connection
        if status.run == self.run and not is_late:
            self._born = self._born or status.state == ONLINE
        elif self._born:
            self._say_birth()

    def _say_replies(self) -> None:
        while self._replies and self._link.publish(self._replied, self._replies[0].payload(), qos=1) is not None:
            self._replies.popleft()

    def _say_birth(self) -> None:
        birth = self._presence(ONLINE, self._timers.time(), "")
        self._link.publish(self._status, birth, qos=1, retain=True)

    def _presence(self, state: str, time: datetime, reason: str) -> bytes:
        return Status(
            device=self._device, state=state, run=self.run, connection=self._connection, time=time,
            agent_version=AGENT_VERSION, reason=reason,
        ).payload()  # fmt: skip
