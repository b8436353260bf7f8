"""What the controller reads of MQTT itself is what paho reads of it."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

import pytest
from fer_controller.broker import publishes
from fer_controller.broker.client import Broker
from fer_controller.broker.delivery import Delivery
from fer_controller.errors import BrokerError
from fer_controller.settings import BrokerSettings
from hypothesis import given
from hypothesis import strategies as st

WELCOME = {True: b"\x20\x03\x00\x00\x00", False: b"\x20\x02\x00\x00"}
SUBSCRIBED = {True: b"\x90\x04\x00\x01\x00\x01", False: b"\x90\x03\x00\x01\x01"}
EXPIRES = b"\x05\x02\x00\x00\x00\x3c"
TOPICS = st.sampled_from([b"fer/v1/nano-01/emotion/door", b"fer/v1/nano-01/status", "grüße".encode(), b"\xff", b"t"])


@st.composite
def packets(draw: st.DrawFn, *, mqtt5: bool) -> bytes:
    """A PUBLISH, as a broker may send it."""
    topic, payload = draw(TOPICS), draw(st.binary(max_size=400))
    qos, retain, again = draw(st.sampled_from([0, 1])), draw(st.booleans()), draw(st.booleans())
    number = draw(st.integers(1, 65535)).to_bytes(2, "big") if qos else b""
    properties = draw(st.sampled_from([b"\x00", EXPIRES])) if mqtt5 else b""
    body = len(topic).to_bytes(2, "big") + topic + number + properties + payload
    size = bytes([len(body) & 127 | 128, len(body) >> 7]) if len(body) > 127 else bytes([len(body)])
    return bytes([0x30 | again << 3 | qos << 1 | retain]) + size + body


@contextmanager
def broker_that_says(stream: bytes, *, mqtt5: bool) -> Iterator[str]:
    """Welcomes one client, subscribes it, sends it the stream and hangs up; its URL."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with server.accept()[0] as channel:
                channel.recv(1000)
                channel.sendall(WELCOME[mqtt5])
                channel.recv(1000)
                channel.sendall(SUBSCRIBED[mqtt5] + stream)

        thread = Thread(target=serve)
        thread.start()
        yield f"mqtt://127.0.0.1:{server.getsockname()[1]}"
        thread.join()


def taken(stream: bytes, *, mqtt5: bool) -> list[Delivery]:
    """What arrives until the broker hangs up."""
    with broker_that_says(stream, mqtt5=mqtt5) as url:
        broker = Broker(BrokerSettings(url=url), "tested", ["#"], knows_mqtt5=mqtt5)
        broker.connect()
        until_s = time.monotonic() + 30
        with suppress(BrokerError):
            while time.monotonic() < until_s:
                broker.pump(1, 1000)
        assert not broker.connected
        return broker.collect(1000)


def taken_by_paho(stream: bytes, *, mqtt5: bool) -> list[Delivery]:
    """The same, where every packet is left to paho."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(publishes, "delivery_in", lambda _packet, **_version: None)
        return taken(stream, mqtt5=mqtt5)


@given(st.lists(packets(mqtt5=True), max_size=12))
def test_messages_of_mqtt_5_are_what_paho_makes_of_them(stream: list[bytes]) -> None:
    assert taken(b"".join(stream), mqtt5=True) == taken_by_paho(b"".join(stream), mqtt5=True)


@given(st.lists(packets(mqtt5=False), max_size=12))
def test_messages_of_mqtt_3_1_1_are_what_paho_makes_of_them(stream: list[bytes]) -> None:
    assert taken(b"".join(stream), mqtt5=False) == taken_by_paho(b"".join(stream), mqtt5=False)


@given(stream=st.lists(packets(mqtt5=True), max_size=4), noise=st.binary(max_size=50))
def test_noise_ends_the_connection_after_what_was_whole_before_it(stream: list[bytes], noise: bytes) -> None:
    messages = taken(b"".join(stream), mqtt5=True)
    assert taken(b"".join(stream) + noise, mqtt5=True)[: len(messages)] == messages


@pytest.mark.parametrize("mqtt5", [True, False])
def test_a_message_that_is_larger_than_what_is_read_at_once_arrives_whole(mqtt5: bool) -> None:
    payload = bytes(range(256)) * 3600
    body = b"\x00\x01t" + (b"\x00" if mqtt5 else b"") + payload
    size = bytes([len(body) & 127 | 128, len(body) >> 7 & 127 | 128, len(body) >> 14])
    assert [message.payload for message in taken(b"\x30" + size + body, mqtt5=mqtt5)] == [payload]
