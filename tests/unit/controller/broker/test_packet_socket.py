import socket
from collections import deque
from typing import cast

import pytest
from fer_controller.broker.delivery import Delivery
from fer_controller.broker.packet_socket import PIECE_BYTES, PacketSocket, packet_bytes
from fer_controller.broker.publishes import acknowledgements, delivery_in, take_publishes
from hypothesis import given
from hypothesis import strategies as st

CONNECTION = 7
TOPIC = "fer/v1/nano-01/emotion/door"
PINGRESP = b"\xd0\x00"
NOT_MQTT = b"\x30\xff\xff\xff\xff\xff"


def length(size: int) -> bytes:
    """As MQTT writes it."""
    return bytes([size & 127 | 128]) + length(size >> 7) if size > 127 else bytes([size])


def a_publish(
    payload: bytes, topic: bytes = TOPIC.encode(), *, qos: int = 1, flags: int = 0, number: int = 5, head: bytes = b"\0"
) -> bytes:
    """A packet of MQTT 5; head is the length of its properties, and they."""
    numbered = number.to_bytes(2, "big") if qos else b""
    body = len(topic).to_bytes(2, "big") + topic + numbered + head + payload
    return bytes([0x30 | qos << 1 | flags]) + length(len(body)) + body


class Network:
    """Delivers these pieces, then what end says; takes as many bytes at a time as there is room."""

    def __init__(self, *pieces: bytes, end: OSError | None = None, room: int = 10**9) -> None:
        self._pieces, self._end, self._room = deque(pieces), end, room
        self.sent = b""

    def recv(self, size: int, _flags: int = 0) -> bytes:
        if self._pieces:
            piece = self._pieces.popleft()
            self._pieces.extendleft([piece[size:]] if len(piece) > size else [])
            return piece[:size]
        if self._end is None:
            raise BlockingIOError
        raise self._end

    def send(self, data: bytes, _flags: int = 0) -> int:
        if not self._room:
            raise BlockingIOError
        taken = bytes(data[: self._room])
        self.sent, self._room = self.sent + taken, self._room - len(taken)
        return len(taken)

    def close(self) -> None:
        pass

    def makes_room(self) -> None:
        self._room = 10**9


def over(network: Network) -> PacketSocket:
    return PacketSocket(cast("socket.socket", network))


def taken(sock: PacketSocket, most: int = 10**6) -> tuple[list[Delivery], bytes]:
    """The messages that are read here, and what is left to paho."""
    inbox: deque[Delivery] = deque()
    rest = b""
    sock.fill()
    while take_publishes(sock, inbox, most, mqtt5=True, connection=CONNECTION):
        piece = sock.recv(10**6)
        rest += piece
        if not piece:
            break
    return list(inbox), rest


@given(
    payloads=st.lists(st.binary(max_size=300), max_size=8),
    retained=st.booleans(),
    cuts=st.lists(st.integers(1, 200), min_size=1),
)
def test_messages_are_read_whole_wherever_the_network_cuts_them(
    payloads: list[bytes], retained: bool, cuts: list[int]
) -> None:
    stream = b"".join(a_publish(each, flags=retained, number=number) for number, each in enumerate(payloads, start=1))
    pieces = []
    for cut in cuts:
        pieces.append(stream[:cut])
        stream = stream[cut:]
    sock = over(Network(*filter(None, [*pieces, stream])))
    expected = [Delivery(TOPIC, each, retained, 1, at, CONNECTION) for at, each in enumerate(payloads, start=1)]
    assert taken(sock) == (expected, b"")


def test_every_other_packet_is_left_to_paho_in_its_place() -> None:
    unusual = a_publish(b"two", head=b"\x05\x02\x00\x00\x00\x3c")
    sock = over(Network(a_publish(b"one") + PINGRESP + unusual + a_publish(b"three")))
    messages, rest = taken(sock)
    assert [message.payload for message in messages] == [b"one", b"three"]
    assert rest == PINGRESP + unusual


@pytest.mark.parametrize(
    "packet",
    [
        PINGRESP,
        a_publish(b"", head=b""),
        a_publish(b"late", head=b"\x05\x02\x00\x00\x00\x3c"),
        a_publish(b"", b""),
        a_publish(b"", b"\xff\xfe"),
        a_publish(b"", qos=2),
        a_publish(b"", qos=3),
        b"\x32\x02\x00\x09",
        b"\x32\x00",
        b"\x32\x03\x00\x01a",
        b"\x32\x04\x00\x01a\x00",
    ],
)
def test_what_is_unusual_or_wrong_is_left_to_paho(packet: bytes) -> None:
    assert delivery_in(packet, mqtt5=True, connection=CONNECTION) is None


def test_before_mqtt_5_a_message_has_no_properties() -> None:
    delivery = delivery_in(a_publish(b"\0payload", head=b"", qos=0), mqtt5=False, connection=CONNECTION)
    assert delivery == Delivery(TOPIC, b"\0payload", False, 0, 0, CONNECTION)


def test_no_more_is_read_than_there_is_room_for() -> None:
    sock = over(Network(a_publish(b"one") + a_publish(b"two")))
    assert [each.payload for each in taken(sock, most=1)[0]] == [b"one"]
    assert sock.has_packet
    assert [each.payload for each in taken(sock)[0]] == [b"two"]
    assert not sock.has_packet


def test_a_message_that_is_larger_than_a_piece_is_paho_s_from_its_first_byte() -> None:
    large = a_publish(b"x" * (2 * PIECE_BYTES))
    sock = over(Network(large + a_publish(b"after")))
    messages, rest = taken(sock)
    while len(rest) < len(large):
        assert messages == []
        messages, more = taken(sock)
        rest += more
    assert rest == large
    assert [message.payload for message in messages] == [b"after"]


def test_what_is_no_packet_is_left_to_paho() -> None:
    assert taken(over(Network(a_publish(b"one") + NOT_MQTT)))[1] == NOT_MQTT


@pytest.mark.parametrize(
    ("data", "size"), [(b"", 0), (b"\x30", 0), (b"\x30\x80", 0), (b"\x30\x7f", 129), (b"\x30\x80\x01", 131)]
)
def test_a_packet_says_how_large_it_is(data: bytes, size: int) -> None:
    assert packet_bytes(data, 0) == size


def test_what_came_before_the_end_is_read_and_then_paho_hears_of_the_end() -> None:
    sock = over(Network(a_publish(b"one") + b"\x32", b""))
    assert [message.payload for message in taken(sock)[0]] == [b"one"]
    assert sock.ended
    assert sock.recv(1) == b""


def test_a_fault_of_the_network_is_told_after_what_came_before_it() -> None:
    sock = over(Network(a_publish(b"one"), end=ConnectionResetError()))
    inbox: deque[Delivery] = deque()
    sock.fill()
    assert take_publishes(sock, inbox, 10, mqtt5=True, connection=CONNECTION)
    assert len(inbox) == 1
    with pytest.raises(ConnectionResetError):
        sock.recv(1)


def test_what_is_sent_leaves_together_and_waits_for_room() -> None:
    network = Network(room=6)
    sock = over(network)
    sock.send(acknowledgements([1, 2]))
    sock.send(PINGRESP)
    assert network.sent == b""
    sock.flush()
    assert (network.sent, sock.wants_write) == (b"\x40\x02\x00\x01\x40\x02", True)
    network.makes_room()
    sock.close()
    assert network.sent == b"\x40\x02\x00\x01\x40\x02\x00\x02\xd0\x00"
