"""The one door to MQTT: a link that reconnects by itself and keeps no messages of its own."""

import logging
import math
import socket
import threading
import time
from functools import partial
from typing import Any, Callable, Dict, List, Optional, Sequence

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from fer_agent.broker.complaints import Complaints
from fer_agent.broker.debt import SUBSCRIPTIONS, Debt
from fer_agent.broker.listener import BrokerListener, RetainedMessage
from fer_agent.broker.rotation import Attempt, Rotation
from fer_agent.errors import BrokerError
from fer_agent.settings import AUTO, BrokerSettings

log = logging.getLogger(__name__)

CONNECT_TIMEOUT_S = 10.0
ANSWER_TIMEOUT_S = 5.0
LOOK_EVERY_S = 0.5
PACKET_OVERHEAD_BYTES = 32
UNSUPPORTED_PROTOCOL = "Unsupported protocol version"
SESSION_TAKEN_OVER = "Session taken over"
VERSIONS = {
    AUTO: MQTTProtocolVersion.MQTTv5,
    "5": MQTTProtocolVersion.MQTTv5,
    "3.1.1": MQTTProtocolVersion.MQTTv311,
}


class BrokerLink:
    """Keeps one MQTT connection up with jittered backoff: MQTT 5, or 3.1.1 if the broker refuses MQTT 5.

    Of several brokers it stays at the one that works. Each connection is a new client with a clean session, so that
    nothing lives in memory alone.
    """

    def __init__(
        self,
        settings: BrokerSettings,
        client_id: str,
        will: Optional[Callable[[], RetainedMessage]],
        subscriptions: Sequence[str],
        listener: BrokerListener,
    ) -> None:
        """Will makes the message to leave with the broker at each connection."""
        self._rotation, self._client_id, self._will = Rotation(settings), client_id, will
        self._subscriptions, self._listener = list(subscriptions), listener
        self._client: Optional[mqtt.Client] = None
        self._answered, self._ended, self._stopping = threading.Event(), threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="broker", daemon=True)
        self._connected_at_s: Optional[float] = None
        self._knows_mqtt5: bool = False
        self._was_greeted = self._has_other_version = self._pushed_off = self._useless = False
        self._debt = Debt()
        self._told: Dict[str, str] = {}
        self.last_error = ""
        self.receive_maximum, self._largest_bytes = 65_535, math.inf
        self._turn_to(self._rotation.current)

    @property
    def url(self) -> str:
        """Of the broker whose turn it is."""
        return self._settings.url

    @property
    def tells_refusals(self) -> bool:
        """Whether the broker's answer to a message says if it was taken; in MQTT 3.1.1 it does not."""
        return self._protocol == MQTTProtocolVersion.MQTTv5

    def start(self) -> None:
        """Connect, and reconnect whenever the link is lost."""
        self._thread.start()

    def stop(self) -> None:
        """Say goodbye to the broker and end."""
        self._stopping.set()
        self._answered.set()
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def publish(
        self, topic: str, payload: bytes, qos: int = 0, retain: bool = False, expiry_s: Optional[int] = None
    ) -> Optional[int]:
        """Hand a message to the connection; returns its id, or None when there is no connection."""
        client = self._client
        if client is None or not self._fits(len(topic) + len(payload) + PACKET_OVERHEAD_BYTES):
            return None
        info = client.publish(topic, payload, qos, retain, self._publish_properties(expiry_s))
        if info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            return None
        self._debt.asked(info.mid, qos)
        return info.mid

    def _fits(self, size_bytes: int) -> bool:
        if size_bytes > self._largest_bytes:
            self._complain(self._complaints.too_small(self._largest_bytes))
        return size_bytes <= self._largest_bytes

    def _run(self) -> None:
        while not self._stopping.is_set():
            if self._connected_at_s is not None and self._knows_mqtt5:
                self._protocol = VERSIONS[self._settings.mqtt_version]
            self._connected_at_s = None
            self._was_greeted = self._has_other_version = self._pushed_off = self._useless = False
            try:
                self._session()
            except BrokerError as error:
                self._complain(error)
            except (OSError, ValueError) as error:
                self._complain(self._complaints.unreachable(error))
            if not self._has_other_version:
                self._go_on()

    def _go_on(self) -> None:
        served_s = None if self._connected_at_s is None else time.monotonic() - self._connected_at_s
        attempt = Attempt(served_s, self._pushed_off, self._useless)
        if self._rotation.ended(attempt):
            self._turn_to(self._rotation.current)
        self._stopping.wait(self._rotation.pause_s(attempt))

    def _turn_to(self, settings: BrokerSettings) -> None:
        self._settings, self._address = settings, settings.address
        self._complaints = Complaints(settings, self._client_id)
        self._protocol = VERSIONS[settings.mqtt_version]
        self._knows_mqtt5 = False

    def _session(self) -> None:
        self._answered.clear()
        self._ended.clear()
        client = self._new_client()
        try:
            client.connect(
                self._address.host, self._address.port, self._settings.keepalive_s, **self._connect_options()
            )
            client.loop_start()
            if not self._answered.wait(ANSWER_TIMEOUT_S):
                self._try_other_version("does not answer to")
                return
            while not self._ended.wait(LOOK_EVERY_S):
                self._look_at_answers()
        finally:
            self._client = None
            if self._stopping.is_set():
                client.disconnect()
            elif self._useless and (sock := client.socket()):
                # paho's loop would wait until everything is answered
                sock.shutdown(socket.SHUT_RDWR)  # type: ignore[attr-defined]  # its type leaves out what sockets have
            client.loop_stop()
            if sock := client.socket():
                sock.close()
            if self._connected_at_s is not None:
                self._listener.disconnected()

    def _look_at_answers(self) -> None:
        """A broker that lets us in and answers nothing more may have lost the others of its cluster."""
        owed_s, may_end = self._debt.age_s, self._rotation.has_others or self._connected_at_s is None
        if may_end and owed_s > max(self._settings.patience_s, ANSWER_TIMEOUT_S):
            self._useless = True
            self._complain(self._complaints.owes_answers(owed_s))
            self._ended.set()

    def _new_client(self) -> mqtt.Client:
        clean = None if self._protocol == MQTTProtocolVersion.MQTTv5 else True
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2, self._client_id, clean, protocol=self._protocol, reconnect_on_failure=False
        )
        client.loop_forever = partial(self._looped, client.loop_forever)  # type: ignore[method-assign]
        client.connect_timeout = CONNECT_TIMEOUT_S
        client.max_inflight_messages_set(0)
        if self._will:
            will = self._will()
            client.will_set(will.topic, will.payload, qos=1, retain=True)
        if self._settings.username is not None:
            password = self._settings.password
            client.username_pw_set(self._settings.username, password.get_secret_value() if password else None)
        if self._address.tls:
            client.tls_set_context(self._settings.tls.context())
        client.on_connect, client.on_disconnect = self._on_connect, self._on_disconnect
        client.on_subscribe, client.on_publish = self._on_subscribe, self._on_publish
        client.on_message = self._on_message
        return client

    def _connect_options(self) -> Any:
        return {"clean_start": True} if self._protocol == MQTTProtocolVersion.MQTTv5 else {}

    def _publish_properties(self, expiry_s: Optional[int]) -> Optional[Properties]:
        if expiry_s is None or self._protocol != MQTTProtocolVersion.MQTTv5:
            return None
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho leaves it untyped
        properties.MessageExpiryInterval = expiry_s
        return properties

    def _on_connect(
        self, client: mqtt.Client, _data: Any, _flags: Any, code: ReasonCode, properties: Optional[Properties]
    ) -> None:
        self._was_greeted = True
        self._answered.set()
        if code.is_failure:
            self._refused(str(code))
            return
        self._knows_mqtt5 = self._knows_mqtt5 or self._protocol == MQTTProtocolVersion.MQTTv5
        self.receive_maximum = getattr(properties, "ReceiveMaximum", 65_535)
        self._largest_bytes = getattr(properties, "MaximumPacketSize", math.inf)
        self._debt.begin()
        client.subscribe([(topic, 1) for topic in self._subscriptions])

    def _on_subscribe(
        self, client: mqtt.Client, _data: Any, _mid: int, codes: List[ReasonCode], _properties: Any
    ) -> None:
        refused = [f"{topic} ({code})" for topic, code in zip(self._subscriptions, codes) if code.is_failure]
        if refused:
            self._complain(self._complaints.forbidden(refused))
        elif self.last_error:
            log.info("%s is connected%s.", self._complaints.broker, " again" if self.url in self._told else "")
            self.last_error = ""
            self._told.clear()
        self._debt.answered(SUBSCRIPTIONS)
        self._connected_at_s, self._client = time.monotonic(), client
        self._listener.connected(self)

    def _on_disconnect(self, _client: mqtt.Client, _data: Any, flags: Any, code: ReasonCode, _properties: Any) -> None:
        self._answered.set()  # first, for to find out why may take longer than an answer
        if str(code) == SESSION_TAKEN_OVER:
            self._pushed_off = True
            self._complain(self._complaints.taken_over())
        elif not self._was_greeted and not self._stopping.is_set():
            self._try_other_version("hangs up at")
        elif not (self._stopping.is_set() or self.last_error or self._has_other_version):
            self._complain(self._complaints.closed(str(code) if flags.is_disconnect_packet_from_server else ""))
        self._client = None
        self._ended.set()

    def _looped(self, loop: Callable[..., MQTTErrorCode], **options: Any) -> MQTTErrorCode:
        """Run paho's loop; what cannot be read as MQTT ends the connection instead of the thread alone."""
        try:
            return loop(**options)
        except Exception as error:  # noqa: BLE001  # paho raises whatever the bytes lead it to
            self._misread(error)
        return MQTTErrorCode.MQTT_ERR_PROTOCOL

    def _misread(self, error: Exception) -> None:
        log.debug("What %s sent", self._complaints.broker, exc_info=error)
        self._answered.set()
        if self._was_greeted:
            self._complain(self._complaints.misread(error))
        else:
            self._try_other_version("does not speak")
        self._client = None
        self._ended.set()

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        self._listener.received(message.topic, message.payload)

    def _on_publish(
        self, _client: mqtt.Client, _data: Any, message_id: int, code: ReasonCode, _properties: Any
    ) -> None:
        self._debt.answered(message_id)
        if code.is_failure:
            self._listener.refused(message_id, str(code))
        else:
            self._listener.delivered(message_id)

    def _refused(self, reason: str) -> None:
        if reason == UNSUPPORTED_PROTOCOL and self._settings.mqtt_version == AUTO:
            self._try_other_version("refuses")
        else:
            self._complain(self._complaints.turned_away(reason))
        self._ended.set()

    def _try_other_version(self, what_it_does: str) -> None:
        """Some brokers that speak only 3.1.1 refuse MQTT 5; others do not answer at all, or hang up."""
        if self._settings.mqtt_version != AUTO:
            self._complain(self._complaints.cut_off(f"{what_it_does} MQTT {self._settings.mqtt_version}"))
        elif self._protocol == MQTTProtocolVersion.MQTTv5:
            fault = self._complaints.refused_in_tls() if self._address.tls else None
            if fault:
                self._complain(fault)
                return
            log.info("%s %s MQTT 5; trying 3.1.1.", self._complaints.broker, what_it_does)
            self._protocol, self._has_other_version = MQTTProtocolVersion.MQTTv311, True
        else:
            self._complain(self._complaints.cut_off(f"{what_it_does} MQTT 3.1.1, too; check that it is a broker"))
            self._protocol = MQTTProtocolVersion.MQTTv5

    def _complain(self, error: BrokerError) -> None:
        self.last_error = sentence = str(error)
        if sentence != self._told.get(self.url):
            log.warning("%s", sentence)
        self._told[self.url] = sentence
