"""The MQTT broker, through paho: one persistent session, acknowledged by hand, driven by the caller's own thread."""

import logging
import select
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from fer_controller.broker.complaints import Complaints
from fer_controller.broker.delivery import Delivery
from fer_controller.broker.packet_socket import Door
from fer_controller.broker.publishes import acknowledgements, take_publishes
from fer_controller.errors import BrokerError, BrokerSilent
from fer_controller.settings import BrokerSettings

MQTT5 = MQTTProtocolVersion.MQTTv5
MQTT311 = MQTTProtocolVersion.MQTTv311
VERSIONS = {MQTT5: "5", MQTT311: "3.1.1"}
QOS = 1
ANSWER_TIMEOUT_S = 10.0
MAX_PACKET_BYTES = 2**20
AT_ONCE = 50
"""Any more acks would grow old in a queue while the broker takes its time."""
UNSUPPORTED_VERSION = "Unsupported protocol version"
SHARES_REFUSED = "Shared subscription not supported"

log = logging.getLogger(__name__)


class Broker:
    """A connection; connect() opens a new one after every BrokerError. Not thread-safe."""

    def __init__(
        self,
        settings: BrokerSettings,
        client_id: str,
        filters: Sequence[str],
        *,
        knows_mqtt5: bool = True,
        on_confirmed: Callable[[int, str], None] | None = None,
        at_once: int = AT_ONCE,
    ) -> None:
        """on_confirmed is called with a message's number and why it is refused; at most at_once messages await that."""
        self._settings = settings
        self._complaints = Complaints(settings, client_id)
        self._client_id = client_id
        self._filters = list(filters)
        self._knows_mqtt5 = knows_mqtt5
        self._on_confirmed = on_confirmed
        self._version = MQTT5 if knows_mqtt5 else MQTT311
        self._client: mqtt.Client | None = None
        self._door = Door(None)
        self._inbox: deque[Delivery] = deque()
        self._connection = 0
        self._at_once = self._room = at_once
        self._topics: dict[int, str] = {}
        self._divides = False
        self._connected: ReasonCode | None = None
        self._subscribed: list[ReasonCode] | None = None

    @property
    def connected(self) -> bool:
        """Whether the connection is up, as far as is known."""
        return self._client is not None

    @property
    def waiting(self) -> int:
        """How many messages have arrived and are not collected yet."""
        return len(self._inbox)

    @property
    def room(self) -> int:
        """How many more messages may be published before the broker answers; 0 or less while it is slow to."""
        return self._room - len(self._topics)

    def connect(self) -> None:
        """Connect and subscribe; raises BrokerRefused when the broker rejects us, BrokerError otherwise."""
        fault = self._open()
        if fault and self._version == MQTT5:
            log.info("The broker at %s %s MQTT 5; trying 3.1.1.", self._settings.url, fault)
            self._version = MQTT311
            fault = self._open()
        if fault:
            self._version = MQTT5 if self._knows_mqtt5 else MQTT311
            raise self._complaints.cut_off(fault)
        if self._connected is None or self._connected.is_failure:
            self._client = None
            raise self._complaints.turned_away(str(self._connected))
        if self._settings.share and not self._divides:
            raise self._complaints.divides_nothing()
        self._subscribe()
        self._complaints.connected(VERSIONS[self._version], quiet=self._on_confirmed is not None)

    def pump(self, timeout_s: float, most: int) -> None:
        """Wait for traffic, then read and write, until `most` messages wait here."""
        client = self._open_client()
        if client.socket() is None:
            raise self._lost()
        sock = self._door.socket
        pending, room = sock.has_packet, len(self._inbox) < most
        wants_write = [sock] if sock.wants_write or client.want_write() else []
        readable, _, _ = select.select([sock], wants_write, [], 0 if pending and room else timeout_s)
        if room and (readable or pending):
            self._read(client, most)
        self._checked(client.loop_misc())
        self._flush(client)

    def collect(self, most: int) -> list[Delivery]:
        """Take messages that have arrived, oldest first."""
        inbox = self._inbox
        return [inbox.popleft() for _ in range(min(most, len(inbox)))]

    def acknowledge(self, deliveries: Iterable[Delivery]) -> None:
        """Acknowledge the messages; those of an earlier connection are left, because the broker sends them again."""
        client = self._client
        if client is None:
            return
        taken = [delivery for delivery in deliveries if delivery.connection == self._connection]
        self._door.socket.send(acknowledgements(delivery.mid for delivery in taken if delivery.qos == QOS))
        self._flush(client)

    def publish(self, messages: Iterable[tuple[str, bytes]], *, retain: bool = True) -> list[int]:
        """Send messages at QoS 1; returns the numbers under which the connection will confirm them."""
        client = self._open_client()
        sent = {client.publish(topic, payload, qos=QOS, retain=retain).mid: topic for topic, payload in messages}
        self._topics |= sent
        self._flush(client)
        return list(sent)

    def tell(self, messages: Iterable[tuple[str, bytes]]) -> None:
        """Send messages that are neither retained nor confirmed, to whoever is there now."""
        client = self._open_client()
        for topic, payload in messages:
            client.publish(topic, payload, qos=0)
        self._flush(client)

    def settle(self, timeout_s: float) -> None:
        """Give outgoing messages some time to leave."""
        until_s = time.monotonic() + timeout_s
        while self._client is not None and self._door.socket.wants_write and time.monotonic() < until_s:
            self.pump(0.05, len(self._inbox))

    def close(self) -> None:
        """Say goodbye; the broker keeps the session."""
        client, self._client = self._client, None
        if client is not None:
            client.disconnect()
            client.loop_write()

    def _open(self) -> str:
        """Send CONNECT and wait for its answer, which is then in _connected; returns what another version may mend.

        Brokers that do not know MQTT 5 refuse it, hang up, or fall silent.
        """
        self._client = None
        self._connection += 1
        self._topics.clear()
        self._connected = self._subscribed = None
        address = self._settings.address
        try:
            client = self._new_client()
            client.connect(address.host, address.port, self._settings.keepalive_s, **self._start())
        except (OSError, ValueError) as error:
            raise self._complaints.unreachable(error) from error
        self._client = client
        try:
            self._await(lambda: self._connected is not None)
        except BrokerSilent:
            return "does not answer to"
        except BrokerError:
            return "hangs up at"
        if str(self._connected) == UNSUPPORTED_VERSION and self._version == MQTT5:
            self._knows_mqtt5 = False
            return "refuses"
        return ""

    def _new_client(self) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            self._client_id,
            clean_session=False if self._version == MQTT311 else None,
            protocol=self._version,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        settings, password = self._settings, self._settings.password
        if settings.username is not None:
            client.username_pw_set(settings.username, password.get_secret_value() if password else None)
        client.max_inflight_messages_set(0)  # whoever publishes looks for room
        self._door = Door(settings.tls.context() if settings.address.tls else None)
        client.tls_set_context(self._door)  # type: ignore[arg-type]  # it does what paho asks of a context
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = _taker(self._inbox, self._connection)
        client.on_publish = self._on_publish
        return client

    def _start(self) -> dict[str, Any]:
        if self._version == MQTT311:
            return {}
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = self._settings.kept_s
        properties.ReceiveMaximum = self._settings.receive_maximum
        properties.MaximumPacketSize = MAX_PACKET_BYTES
        return {"clean_start": self._settings.share is not None, "properties": properties}

    def _subscribe(self) -> None:
        self._open_client().subscribe([(each, QOS) for each in self._filters])
        self._await(lambda: self._subscribed is not None)
        refused = [str(code) for code in self._subscribed or [] if code.is_failure]
        if SHARES_REFUSED in refused:
            raise self._complaints.divides_nothing()
        if refused:
            raise self._complaints.forbidden(refused[0])

    def _await(self, answered: Callable[[], bool]) -> None:
        until_s = time.monotonic() + ANSWER_TIMEOUT_S
        while not answered():
            if time.monotonic() > until_s:
                self._client = None
                raise self._complaints.silent()
            try:
                self.pump(0.1, sys.maxsize)
            except BrokerError:
                if not answered():
                    raise

    def _read(self, client: mqtt.Client, most: int) -> None:
        sock, mqtt5, number = self._door.socket, self._version == MQTT5, self._connection
        sock.fill()
        try:
            while take_publishes(sock, self._inbox, most, mqtt5=mqtt5, connection=number):
                self._checked(client.loop_read())
        except Exception as error:  # paho raises whatever the bytes lead it to
            if isinstance(error, BrokerError):
                raise
            log.debug("What the broker at %s sent is not MQTT.", self._settings.url, exc_info=error)
            raise self._lost() from error

    def _flush(self, client: mqtt.Client) -> None:
        """Write what paho kept back while it called us, and what was sent since."""
        code = client.loop_write() if client.want_write() else MQTTErrorCode.MQTT_ERR_SUCCESS
        self._checked(code)
        try:
            self._door.socket.flush()
        except OSError as error:
            raise self._lost() from error

    def _checked(self, code: MQTTErrorCode) -> None:
        if code and self._client is not None:
            raise self._lost()

    def _lost(self) -> BrokerError:
        self._client = None
        if self._subscribed is not None and self._knows_mqtt5:
            self._version = MQTT5
        return self._complaints.lost()

    def _open_client(self) -> mqtt.Client:
        if self._client is None:
            raise self._lost()
        return self._client

    def _on_publish(self, _client: mqtt.Client, _userdata: object, mid: int, code: ReasonCode, _more: object) -> None:
        topic, refusal = self._topics.pop(mid, ""), str(code) if code.is_failure else ""
        if self._on_confirmed is not None:
            self._on_confirmed(mid, refusal)
        else:
            self._complaints.answered(topic, refusal)

    def _on_connect(
        self, _client: mqtt.Client, _userdata: object, _flags: object, code: ReasonCode, properties: Properties | None
    ) -> None:
        self._connected = code
        self._divides = self._version == MQTT5 and getattr(properties, "SharedSubscriptionAvailable", 1) == 1
        self._room = min(self._at_once, getattr(properties, "ReceiveMaximum", self._at_once))

    def _on_subscribe(
        self, _client: mqtt.Client, _userdata: object, _mid: int, codes: list[ReasonCode], _properties: object
    ) -> None:
        self._subscribed = codes


def _taker(inbox: deque[Delivery], connection: int) -> Callable[[mqtt.Client, Any, mqtt.MQTTMessage], None]:
    def take(_client: mqtt.Client, _userdata: object, message: mqtt.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError as error:
            topic = repr(error.object)
        inbox.append(Delivery(topic, message.payload, message.retain, message.qos, message.mid, connection))

    return take
