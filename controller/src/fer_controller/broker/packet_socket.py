"""The socket below paho: it reads and writes in large pieces, and shows each packet before paho reads it."""

import socket
import ssl
from contextlib import suppress

PIECE_BYTES = 2**18
TOO_MANY_BYTES = 2**31
BLOCKED = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class PacketSocket:
    """Never blocks once connected; paho is given bytes of the packets that were left to it, and no others."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._arrived, self._at = b"", 0
        self._left = 0
        self._unsent = bytearray()
        self._fault: OSError | None = None
        self.ended = False

    @property
    def wants_write(self) -> bool:
        """Whether something that was sent is still here."""
        return bool(self._unsent)

    @property
    def has_packet(self) -> bool:
        """Whether there is something to read without waiting for more."""
        return self._at < len(self._arrived) and self.packet() is not None

    def fill(self) -> None:
        """Take in what has arrived, up to a piece; the end of the connection is told once all of it was read."""
        pieces, size_bytes = [self._arrived[self._at :]], 0
        while size_bytes < PIECE_BYTES and not self.ended:
            try:
                piece = self._sock.recv(PIECE_BYTES)
            except BLOCKED:
                break
            except OSError as error:
                self._fault, piece = error, b""
            self.ended = not piece
            size_bytes += len(piece)
            pieces.append(piece)
        self._arrived, self._at = b"".join(pieces), 0

    def packet(self) -> bytes | None:
        """The next packet, or None until all of it is here; empty where paho is to read whatever there is."""
        if self._left:
            return b"" if self._at < len(self._arrived) else None
        size_bytes = packet_bytes(self._arrived, self._at)
        if size_bytes > PIECE_BYTES:
            return b""
        end = self._at + size_bytes
        return self._arrived[self._at : end] if size_bytes and end <= len(self._arrived) else None

    def skip(self, packet: bytes) -> None:
        """The packet was read here."""
        self._at += len(packet)

    def leave_to_paho(self) -> None:
        """The next packet is for paho, which may have to read more than once until all of it has arrived."""
        self._left = self._left or packet_bytes(self._arrived, self._at)

    def recv(self, size_bytes: int) -> bytes:
        """For paho: bytes of the packet that was left to it."""
        piece = self._arrived[self._at : self._at + min(size_bytes, self._left)]
        if piece:
            self._at += len(piece)
            self._left -= len(piece)
            return piece
        if self._fault is not None:
            raise self._fault
        if self.ended:
            return b""
        raise BlockingIOError

    def send(self, data: bytes) -> int:
        """Take all of it; flush() writes it."""
        self._unsent += data
        return len(data)

    def flush(self) -> None:
        """Write what was sent, as far as the network takes it; raises OSError."""
        with suppress(*BLOCKED):
            while self._unsent:
                del self._unsent[: self._sock.send(self._unsent)]

    def close(self) -> None:
        """Write what can be written still, and close."""
        with suppress(OSError):
            self.flush()
        self._sock.close()

    def fileno(self) -> int:
        """For select()."""
        return self._sock.fileno()

    def setblocking(self, blocking: bool) -> None:
        """For paho."""
        self._sock.setblocking(blocking)

    def settimeout(self, timeout_s: float) -> None:
        """For paho, while it connects."""
        self._sock.settimeout(timeout_s)

    def do_handshake(self) -> None:
        """For paho; there is none without TLS."""
        if isinstance(self._sock, ssl.SSLSocket):
            self._sock.do_handshake()


class Door:
    """Stands where paho expects a context of TLS, whose place it is to put another socket before that of TCP."""

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        self._tls = tls
        self.check_hostname = tls.check_hostname if tls else True
        self.socket: PacketSocket

    def wrap_socket(self, sock: socket.socket, *, server_hostname: str, do_handshake_on_connect: bool) -> PacketSocket:
        """For paho, which begins the handshake of what it gets."""
        if self._tls is not None:
            sock = self._tls.wrap_socket(
                sock, server_hostname=server_hostname, do_handshake_on_connect=do_handshake_on_connect
            )
        self.socket = PacketSocket(sock)
        return self.socket


def packet_bytes(data: bytes, at: int) -> int:
    """The size of the packet that begins there, with its header; 0 while that is not known.

    Of what cannot be a packet, more than any has. Source: MQTT 5.0, section 2.1.4.
    """
    head = data[at + 1 : at + 3]
    if len(head) == 2 and head[0] > 127 >= head[1]:  # Nearly all; the loop takes twice as long.
        return 3 + (head[0] & 127 | head[1] << 7)
    size_bytes = 0
    for place, byte in enumerate(data[at + 1 : at + 5]):
        size_bytes |= (byte & 127) << 7 * place
        if byte < 128:
            return 2 + place + size_bytes
    return 0 if len(data) < at + 5 else TOO_MANY_BYTES
