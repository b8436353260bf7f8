"""Brokers that do not know MQTT 5, and do not say so."""

import select
import socket
import threading
from contextlib import contextmanager
from typing import Iterator

NAME = b"MQTT"
"""Before the protocol's level in a CONNECT packet (MQTT 5.0, 3.1.2.1)."""


def hangs_up_at_mqtt5(door: socket.socket, port: int) -> None:
    """Pass 3.1.1 on to the broker at the port, and close the connection of whoever speaks MQTT 5."""
    while True:
        try:
            caller, _ = door.accept()
        except OSError:
            return
        connect = caller.recv(4096)
        _, named, rest = connect.partition(NAME)
        if not named or rest[0] == 5:
            caller.close()
            continue
        try:
            broker = socket.create_connection(("127.0.0.1", port))
        except OSError:
            caller.close()
            continue
        broker.sendall(connect)
        threading.Thread(target=relayed, args=(caller, broker), daemon=True).start()


def relayed(caller: socket.socket, broker: socket.socket) -> None:
    """Pass on what both say until one of them hangs up."""
    other = {caller: broker, broker: caller}
    with caller, broker:
        while True:
            for source in select.select([caller, broker], [], [])[0]:
                data = source.recv(4096)
                if not data:
                    return
                other[source].sendall(data)


@contextmanager
def hanging_up(port: int) -> Iterator[str]:
    """The URL of a broker that hangs up at MQTT 5, and speaks 3.1.1 as the one at the port does."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=hangs_up_at_mqtt5, args=(door, port), daemon=True).start()
        yield f"mqtt://127.0.0.1:{door.getsockname()[1]}"
        door.shutdown(socket.SHUT_RDWR)
