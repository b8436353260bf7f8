"""Whoever follows the fleet live shares one look at the database a second with all who are given the same devices."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial

from fer_wire.message import iso_utc

from fer_controller.desk.sight import Sight, differences, standing
from fer_controller.errors import ControllerError
from fer_controller.operations.live import LiveMessage, OutageMessage, OutageOverMessage

EVERY_S = 1.0
SHARE_OF_A_CORE = 0.25
"""Where a look takes long, the next waits, so that looking takes no more than this."""
MOST_WAITING = 32
"""Whoever has not taken so many messages is too slow to follow."""
DATABASE = "database"
Looking = Callable[[str, Sight | None], Sight]
log = logging.getLogger(__name__)


class Listener:
    """Messages that wait for one connection."""

    def __init__(self) -> None:
        self.waiting: asyncio.Queue[bytes] = asyncio.Queue(MOST_WAITING)
        self.is_late = False

    def tell(self, message: bytes) -> None:
        """Let it wait; where too many do, the listener is late and is told no more."""
        try:
            self.waiting.put_nowait(message)
        except asyncio.QueueFull:
            self.is_late = True


class Watch:
    """Looks at the devices of one selector, and tells its listeners what changed."""

    def __init__(self, look: Callable[[Sight | None], Sight]) -> None:
        self._look = look
        self.listeners: set[Listener] = set()
        self._sight: Sight | None = None
        self._outages: list[OutageMessage] = []

    async def keep(self) -> None:
        """Look until canceled."""
        while True:
            begun_s = time.monotonic()
            await self._once()
            took_s = time.monotonic() - begun_s
            await asyncio.sleep(max(EVERY_S - took_s, took_s / SHARE_OF_A_CORE - took_s))

    def welcome(self, listener: Listener) -> None:
        """From now on it is told what changes; first, how things stand, as far as the watch has seen them."""
        self.listeners.add(listener)
        for message in (*(standing(self._sight) if self._sight else ()), *self._outages):
            listener.tell(written(message))

    async def _once(self) -> None:
        before = self._sight
        try:
            after = await asyncio.to_thread(self._look, before)
        except ControllerError as error:
            self._tell(self._out(str(error)))
            return
        self._sight = after
        self._tell([*self._over(), *(standing(after) if before is None else differences(before, after))])

    def _tell(self, messages: Sequence[LiveMessage]) -> None:
        for message in messages:
            payload = written(message)
            for listener in self.listeners:
                listener.tell(payload)

    def _out(self, why: str) -> list[OutageMessage]:
        """Told once."""
        if self._outages:
            return []
        at = _now()
        self._outages = [OutageMessage(at=at, what=DATABASE, since=at, why=why)]
        return self._outages

    def _over(self) -> list[LiveMessage]:
        over: list[LiveMessage] = [OutageOverMessage(at=_now(), what=each.what) for each in self._outages]
        self._outages = []
        return over


class Watches:
    """A watch by selector, each for as long as somebody listens; for one event loop."""

    def __init__(self, look: Looking) -> None:
        self._look = look
        self._watches: dict[str, tuple[Watch, asyncio.Task[None]]] = {}

    @contextmanager
    def listening(self, selector: str) -> Iterator[Listener]:
        """A listener that is told of the devices of a selector until the block ends."""
        listener, watch = Listener(), self._watch(selector)
        watch.welcome(listener)
        try:
            yield listener
        finally:
            watch.listeners.discard(listener)
            if not watch.listeners:
                self._end(selector)

    def _watch(self, selector: str) -> Watch:
        if selector not in self._watches:
            watch = Watch(partial(self._look, selector))
            keeping = asyncio.get_running_loop().create_task(watch.keep())
            keeping.add_done_callback(_told_of_a_fault)
            self._watches[selector] = (watch, keeping)
        return self._watches[selector][0]

    def _end(self, selector: str) -> None:
        _, keeping = self._watches.pop(selector)
        keeping.cancel()


def written(message: LiveMessage) -> bytes:
    """A message as EventSource reads it. Source: https://html.spec.whatwg.org/multipage/server-sent-events.html"""
    return f"event: {message.event}\ndata: {message.model_dump_json()}\n\n".encode()


def _told_of_a_fault(keeping: "asyncio.Task[None]") -> None:
    if not keeping.cancelled() and (fault := keeping.exception()) is not None:
        log.error("The fleet is not followed live any more: %r", fault)


def _now() -> str:
    return iso_utc(datetime.now(UTC))
