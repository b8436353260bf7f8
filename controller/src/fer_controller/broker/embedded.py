"""A small MQTT 3.1.1 broker in this process, through amqtt; for a first try, not for a fleet."""

import asyncio
import logging
from ipaddress import ip_address
from threading import Thread
from types import TracebackType
from typing import Self

from amqtt.adapters import StreamReaderAdapter, StreamWriterAdapter
from amqtt.broker import Broker as AmqttBroker
from amqtt.errors import AMQTTError
from amqtt.errors import BrokerError as AmqttBrokerError
from amqtt.plugins.base import BaseAuthPlugin
from amqtt.session import Session
from fer_wire.broker import parse_broker_url

from fer_controller.errors import BrokerError

FAULTS = (AMQTTError, AmqttBrokerError, OSError, TimeoutError)
LISTENER = "default"
CONNECT = bytes([0x10])
MQTT_311 = 4
UNSUPPORTED_VERSION = bytes([0x20, 2, 0, 1])
CONNECT_TIMEOUT_S = 10.0
START_TIMEOUT_S = 15.0
STOP_TIMEOUT_S = 5.0
log = logging.getLogger(__name__)
NOISY_LOGGERS = ("amqtt", "transitions", "websockets")


class Everybody(BaseAuthPlugin):  # type: ignore[misc]
    """Lets everybody in; amqtt's own plugin for that also drops their sessions when they leave."""

    async def authenticate(self, *, session: Session) -> bool:  # noqa: ARG002
        """Yes."""
        return True


class Reread(StreamReaderAdapter):  # type: ignore[misc]
    """A stream whose first bytes have been read already."""

    def __init__(self, seen: bytes, reader: asyncio.StreamReader) -> None:
        super().__init__(reader)
        self._seen = seen

    async def read(self, n: int = -1) -> bytes:
        """The next n bytes, or all."""
        wanted = len(self._seen) if n < 0 else n
        taken, self._seen = self._seen[:wanted], self._seen[wanted:]
        if 0 <= n == len(taken):
            return taken
        rest: bytes = await super().read(n if n < 0 else n - len(taken))
        return taken + rest


class EmbeddedBroker:
    """Listens on the URL's host and port between enter and exit, in a thread with its own event loop.

    Anybody may connect; sessions and retained messages live in memory only.
    Raises BrokerError when it cannot listen.
    """

    def __init__(self, url: str) -> None:
        address = parse_broker_url(url)
        if address.tls:
            raise BrokerError(f"The embedded broker does not support TLS; give it mqtt://HOST:PORT instead of {url}.")
        self._host, self._port = address.host, address.port
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="embedded-broker", daemon=True)
        self._broker: AmqttBroker | None = None
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    def __enter__(self) -> Self:
        for name in NOISY_LOGGERS:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._loop.set_exception_handler(_note)
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(START_TIMEOUT_S)
        except FAULTS as error:
            self._end_loop()
            cause = error.__cause__ or error
            reason = getattr(cause, "strerror", None) or cause
            raise BrokerError(f"The embedded broker cannot listen on {self._host}:{self._port}: {reason}.") from error
        self._warn()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        try:
            asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(STOP_TIMEOUT_S)
        except FAULTS as error:
            log.info("The embedded broker did not shut down cleanly: %s", error)
        self._end_loop()

    def _warn(self) -> None:
        places = [each.getsockname()[0] for each in self._server.sockets] if self._server else []
        if not all(ip_address(place.partition("%")[0]).is_loopback for place in places):
            log.warning(
                "The embedded broker listens on %s:%s, where anybody on the network may read and publish everything, "
                "under any name; give it 127.0.0.1, or run Mosquitto with passwords or certificates.",
                self._host, self._port,
            )  # fmt: skip

    async def _start(self) -> None:
        self._broker = AmqttBroker(
            {
                "listeners": {LISTENER: {"type": "external", "bind": f"{self._host}:{self._port}"}},
                "plugins": {f"{__name__}.{Everybody.__name__}": {}},
            },
            self._loop,
        )
        self._server = await asyncio.start_server(self._accept, self._host, self._port, start_serving=False)
        await self._broker.start()
        await self._server.start_serving()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            seen, level = await asyncio.wait_for(_protocol_level(reader), CONNECT_TIMEOUT_S)
            if level > MQTT_311:
                writer.write(UNSUPPORTED_VERSION)
            elif self._broker is not None:
                await self._broker.external_connected(Reread(seen, reader), StreamWriterAdapter(writer), LISTENER)
        except (asyncio.IncompleteReadError, TimeoutError, OSError) as error:
            log.debug("A connection to the embedded broker ended early: %s", error)
        finally:
            writer.close()
            self._writers.discard(writer)

    async def _stop(self) -> None:
        if self._server is not None:
            self._server.close()
        if self._broker is not None:
            await self._broker.shutdown()
        for writer in self._writers:
            writer.close()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    def _end_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(STOP_TIMEOUT_S)
        if not self._thread.is_alive():
            self._loop.close()


async def _protocol_level(reader: asyncio.StreamReader) -> tuple[bytes, int]:
    """The first bytes of a CONNECT, up to the protocol's level.

    amqtt reads an MQTT 5 CONNECT as if it were 3.1.1, and waits for ever for the rest.
    """
    seen = await reader.readexactly(1)
    if seen != CONNECT:
        raise ConnectionAbortedError("it does not begin with CONNECT")
    while True:
        seen += await reader.readexactly(1)
        if seen[-1] < 128 or len(seen) == 5:
            break
    seen += await reader.readexactly(2)
    seen += await reader.readexactly(int.from_bytes(seen[-2:], "big") % 16 + 1)
    return seen, seen[-1]


def _note(_loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    log.debug("In the embedded broker: %s", context.get("exception") or context.get("message"))
