"""PUBLISH packets as nearly all of them are, read without paho, which takes ten times as long over each.

Source: MQTT 5.0 and MQTT 3.1.1, sections 3.3 and 3.4.
"""

from collections import deque
from collections.abc import Iterable

from fer_controller.broker.delivery import Delivery
from fer_controller.broker.packet_socket import PacketSocket

PUBLISH, DUPLICATE, RETAIN = 0x30, 0x08, 0x01
AT_MOST_ONCE, AT_LEAST_ONCE = 0, 1
PUBACK = b"\x40\x02"
NO_PROPERTIES = b"\x00"


def delivery_in(packet: bytes, *, mqtt5: bool, connection: int) -> Delivery | None:
    """The message of a packet; None for every other packet, and for what is unusual or wrong about a PUBLISH.

    MQTT 5 puts properties before the payload; a message that has any is unusual.
    """
    first = packet[0]
    qos = first >> 1 & 3
    if first & 0xF0 != PUBLISH or qos > AT_LEAST_ONCE:
        return None
    begin = 2 if packet[1] < 128 else 3 if packet[2] < 128 else 4 if packet[3] < 128 else 5
    end = begin + 2 + int.from_bytes(packet[begin : begin + 2], "big")
    number, at = packet[end : end + 2 * qos], end + 2 * qos
    if mqtt5:
        if packet[at : at + 1] != NO_PROPERTIES:
            return None
        at += 1
    if not begin + 2 < end <= at <= len(packet) or len(number) != 2 * qos:
        return None
    try:
        topic = packet[begin + 2 : end].decode()
    except UnicodeDecodeError:
        return None
    return Delivery(topic, packet[at:], bool(first & RETAIN), qos, int.from_bytes(number, "big"), connection)


def acknowledgements(numbers: Iterable[int]) -> bytes:
    """The PUBACKs of these messages."""
    return b"".join([PUBACK + number.to_bytes(2, "big") for number in numbers])


def take_publishes(sock: PacketSocket, inbox: deque[Delivery], most: int, *, mqtt5: bool, connection: int) -> bool:
    """Move messages to the inbox until `most` are there; whether paho has to read what is next."""
    while len(inbox) < most:
        packet = sock.packet()
        if packet is None:
            return sock.ended
        delivery = delivery_in(packet, mqtt5=mqtt5, connection=connection) if packet else None
        if delivery is None:
            sock.leave_to_paho()
            return True
        inbox.append(delivery)
        sock.skip(packet)
    return False
