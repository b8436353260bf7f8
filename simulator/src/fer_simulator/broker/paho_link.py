"""One device's MQTT connection through paho, driven by the loop over all of them.

Each connection is a fresh client with a clean session, as an agent's is, so nothing survives that the spool lacks.
"""

import ssl
from collections.abc import Sequence
from typing import Any

from fer_wire.broker import BrokerConnection, client_id_of
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from fer_simulator.broker.connections import Connections
from fer_simulator.broker.link import Listener
from fer_simulator.traits.logins import Logins

MQTT5 = MQTTProtocolVersion.MQTTv5
MQTT311 = MQTTProtocolVersion.MQTTv311
CONNECT_TIMEOUT_S = 10.0
ANSWER_TIMEOUT_S = 20.0
FIRST_PAUSE_S = 0.5
UNSUPPORTED_VERSION = "Unsupported protocol version"


class PahoBroker:
    """The broker of the settings, reached through paho."""

    def __init__(self, connections: Connections, logins: Logins) -> None:
        self._connections, self._logins = connections, logins

    def link(self, device: str, subscriptions: Sequence[str], listener: Listener) -> "PahoLink":
        """A connection for one device, not open yet."""
        settings = self._logins.settings(self._connections.settings, device)
        return PahoLink(self._connections, settings, client_id_of(device), subscriptions, listener)


class PahoLink:
    """Once opened it comes back by itself, with jittered backoff, until it is cut or closed."""

    def __init__(
        self,
        connections: Connections,
        settings: BrokerConnection,
        client_id: str,
        subscriptions: Sequence[str],
        listener: Listener,
    ) -> None:
        self._connections, self._settings = connections, settings
        self._client_id, self._listener = client_id, listener
        self._subscriptions = [(topic, 1) for topic in subscriptions]
        self._dialing: tuple[int, mqtt.Client] | None = None
        self._client: mqtt.Client | None = None
        self._fd = -1
        self._number = 0
        self._failures = 0
        self._answer_by = 0.0
        self._choked = False
        self._why = self._refusal = ""
        self._cut_off = False
        self.up = False
        self.receive_maximum = 65_535

    def open(self) -> None:
        """Begin to connect."""
        self._number += 1
        self._dialing = self._number, self._new_client()
        self._connections.dial(self, self._number)

    def publish(
        self, topic: str, payload: bytes, qos: int = 0, *, retain: bool = False, expiry_s: int = 0
    ) -> int | None:
        """Hand over a message; returns its id, or None when there is no connection."""
        if self._client is None or not self.up:
            return None
        properties = None
        if expiry_s and self._client.protocol == MQTT5:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho leaves it untyped
            properties.MessageExpiryInterval = expiry_s
        info = self._client.publish(topic, payload, qos, retain, properties)
        return info.mid if info.rc == MQTTErrorCode.MQTT_ERR_SUCCESS else None

    def cut(self) -> None:
        """Drop the connection without a word, as a lost network does; the will goes out."""
        self._number += 1
        self._dialing = None
        sock = self._client.socket() if self._client else None
        self._down()
        if sock is not None:
            sock.close()

    def close(self) -> None:
        """Say goodbye to the broker."""
        if self._client is not None:
            self._client.disconnect()
            self.write()
        self.cut()

    def dial(self, number: int) -> str:
        """Connect, and wait for it; raises OSError or ValueError. Paho answers nothing before the loop serves it.

        Where the last connection was cut off, looks for the reason first, and returns one that would cut it off again.
        """
        number_, client = self._dialing or (0, None)
        if client is None or number_ != number:
            return ""
        if self._cut_off and (why := self._connections.why_cut(self._settings)):
            return why
        if self._settings.address.tls:
            client.tls_set_context(self._settings.tls.context())
        address = self._settings.address
        options: dict[str, Any] = {"clean_start": True} if client.protocol == MQTT5 else {}
        client.connect(address.host, address.port, self._settings.keepalive_s, **options)
        return ""

    def dialed(self, number: int, error: str) -> None:
        """Go on after dialling: begin to be served, or try again later."""
        if self._dialing is None or number != self._dialing[0]:
            return
        (_, client), self._dialing = self._dialing, None
        sock = client.socket()
        if error or sock is None:
            self._again(error or "cannot be reached")
            return
        self._client, self._fd, self._choked = client, sock.fileno(), False
        self._answer_by = self._connections.timers.now() + ANSWER_TIMEOUT_S
        self._connections.watch(self._fd, self)
        self.write()

    def serve(self, *, readable: bool) -> None:
        """Read what is there, and write what waits."""
        client = self._client
        while readable and client is not None and client is self._client:
            if self._ended(self._read(client)):
                return
            sock = client.socket()
            readable = isinstance(sock, ssl.SSLSocket) and bool(sock.pending())
        self.write()

    def _read(self, client: mqtt.Client) -> MQTTErrorCode:
        """What cannot be read as MQTT ends the connection, whatever the bytes lead paho to raise."""
        try:
            return client.loop_read()
        except Exception as error:  # noqa: BLE001  # paho raises KeyError, ValueError, struct.error, and more
            self._why = f"it sent what MQTT does not know: {error!r}"
            return MQTTErrorCode.MQTT_ERR_PROTOCOL

    def write(self) -> None:
        """Write what waits, as far as the broker takes it."""
        client = self._client
        if client is None or (client.want_write() and self._ended(client.loop_write())):
            return
        if client.socket() is not None and client.want_write() != self._choked:
            self._choked = not self._choked
            self._connections.await_room(self._fd, wanted=self._choked)

    def look_after(self) -> None:
        """Ping where it is time, and give up on a broker that does not answer."""
        client = self._client
        if client is None:
            return
        if not self.up and self._connections.timers.now() > self._answer_by:
            self.cut()
            self._unwelcome("does not answer to", client.protocol)
        elif not self._ended(client.loop_misc()):
            self.write()

    def _new_client(self) -> mqtt.Client:
        settings, knows_mqtt5 = self._settings, self._connections.knows_mqtt5
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            self._client_id,
            clean_session=None if knows_mqtt5 else True,
            protocol=MQTT5 if knows_mqtt5 else MQTT311,
            reconnect_on_failure=False,
        )
        client.connect_timeout = CONNECT_TIMEOUT_S
        client.max_inflight_messages_set(0)
        will = self._listener.will()
        client.will_set(will.topic, will.payload, qos=1, retain=True)
        if settings.username is not None:
            password = settings.password.get_secret_value() if settings.password else None
            client.username_pw_set(settings.username, password)
        client.on_connect, client.on_subscribe = self._on_connect, self._on_subscribe
        client.on_message, client.on_publish = self._on_message, self._on_publish
        client.on_disconnect = self._on_disconnect
        client.on_socket_register_write = self._on_something_to_write
        return client

    def _on_connect(
        self, client: mqtt.Client, _data: object, _flags: object, code: ReasonCode, properties: Properties | None
    ) -> None:
        if not code.is_failure:
            self._cut_off = False
            self.receive_maximum = getattr(properties, "ReceiveMaximum", 65_535)
            client.subscribe(self._subscriptions)
            return
        if str(code) != UNSUPPORTED_VERSION:
            self._refusal = f"refuses {self._client_id}: {code}"

    def _on_subscribe(
        self, _client: mqtt.Client, _data: object, _mid: int, codes: list[ReasonCode], _properties: object
    ) -> None:
        self._connections.last_error = ""
        refused = [
            f"{topic} ({code})" for (topic, _), code in zip(self._subscriptions, codes, strict=False) if code.is_failure
        ]
        if refused:
            self._connections.last_error = (
                f"The broker forbids {self._client_id} to subscribe to {', '.join(refused)}; check its access list."
            )
        self.up, self._failures = True, 0
        self._connections.up += 1
        self._listener.connected()

    def _on_message(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        self._listener.received(message.topic, message.payload)

    def _on_publish(self, _client: mqtt.Client, _data: object, mid: int, code: ReasonCode, _properties: object) -> None:
        if code.is_failure:
            self._listener.refused(mid, str(code))
        else:
            self._listener.delivered(mid)

    def _on_disconnect(
        self, _client: mqtt.Client, _data: object, _flags: object, code: ReasonCode, _properties: object
    ) -> None:
        self._why = str(code)

    def _on_something_to_write(self, _client: mqtt.Client, _data: object, _sock: object) -> None:
        """With this callback paho queues what is to be written until loop_write()."""
        self._connections.to_write(self)

    def _ended(self, code: MQTTErrorCode) -> bool:
        if not code:
            return False
        self._number += 1
        was_up, protocol = self.up, self._client.protocol if self._client else MQTT5
        if was_up:
            self._connections.losses[self._why] += 1
        self._down()
        if was_up or self._refusal:
            self._again(self._refusal or f"hung up ({self._why})")
        else:
            self._unwelcome("hangs up at", protocol)
        return True

    def _unwelcome(self, how: str, protocol: int) -> None:
        """Brokers that do not know MQTT 5 refuse it, hang up, or fall silent: they are tried with 3.1.1 at once."""
        self._cut_off = protocol == MQTT311
        self._connections.knows_mqtt5 = protocol == MQTT311
        if protocol == MQTT311:
            self._again(f"{how} MQTT 3.1.1, too; check that it is a broker")
        else:
            self.open()

    def _down(self) -> None:
        if self._client is None:
            return
        was_up, self.up, self._client = self.up, False, None
        self._connections.unwatch(self._fd, self)
        if was_up:
            self._connections.up -= 1
            self._listener.disconnected()

    def _again(self, why: str) -> None:
        self._failures += 1
        self._refusal = ""
        self._connections.last_error = f"The broker at {self._settings.url} {why}."
        longest_s = self._settings.reconnect_max_s
        pause_s = min(longest_s, FIRST_PAUSE_S * 2.0 ** min(self._failures, 16)) * self._connections.dice.uniform(
            0.5, 1.0
        )
        number = self._number
        self._connections.timers.later(pause_s, lambda: self.open() if number == self._number else None)
