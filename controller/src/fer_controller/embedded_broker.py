"""A small MQTT 3.1.1 broker in this process, through amqtt; for trying things out, not for a fleet."""

import asyncio
import logging
from threading import Thread
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from amqtt.broker import Broker as AmqttBroker
from amqtt.errors import AMQTTError
from amqtt.errors import BrokerError as AmqttBrokerError
from amqtt.plugins.base import BaseAuthPlugin
from amqtt.session import Session

from fer_controller.errors import BrokerError

FAULTS = (AMQTTError, AmqttBrokerError, OSError, TimeoutError)
START_TIMEOUT_S = 15.0
STOP_TIMEOUT_S = 5.0
DEFAULT_PORT = 1883
log = logging.getLogger(__name__)
NOISY_LOGGERS = ("amqtt", "transitions", "websockets")


class Everybody(BaseAuthPlugin):  # type: ignore[misc]
    """Lets everybody in; amqtt's own plugin for that would also forget their sessions when they leave."""

    async def authenticate(self, *, session: Session) -> bool:  # noqa: ARG002
        """Yes."""
        return True


class EmbeddedBroker:
    """Listens at the URL's host and port between enter and exit, in a thread with a loop of its own.

    Anybody may connect; sessions and retained messages live in memory only.
    Raises BrokerError when it cannot listen there.
    """

    def __init__(self, url: str) -> None:
        place = urlsplit(url)
        if place.scheme != "mqtt":
            raise BrokerError(f"The embedded broker speaks no TLS; give it mqtt://HOST:PORT instead of {url}.")
        self._address = f"{place.hostname}:{place.port or DEFAULT_PORT}"
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="embedded-broker", daemon=True)
        self._broker: AmqttBroker | None = None

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
            raise BrokerError(f"The embedded broker cannot listen at {self._address}: {reason}.") from error
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        try:
            asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(STOP_TIMEOUT_S)
        except FAULTS as error:
            log.info("The embedded broker did not end in order: %s", error)
        self._end_loop()

    async def _start(self) -> None:
        self._broker = AmqttBroker(
            {
                "listeners": {"default": {"type": "tcp", "bind": self._address}},
                "plugins": {f"{__name__}.{Everybody.__name__}": {}},
            },
            self._loop,
        )
        await self._broker.start()

    async def _stop(self) -> None:
        if self._broker is not None:
            await self._broker.shutdown()

    def _end_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(STOP_TIMEOUT_S)
        if not self._thread.is_alive():
            self._loop.close()


def _note(_loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    log.debug("In the embedded broker: %s", context.get("exception") or context.get("message"))
