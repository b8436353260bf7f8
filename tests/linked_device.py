"""Spool, publisher, session and link of one device at real brokers, and somebody who hears what it says there."""

import threading
import time
from pathlib import Path
from typing import Callable, Dict, List, Tuple

from fer_agent.broker.link import BrokerLink
from fer_agent.broker.listener import Connection
from fer_agent.broker.presence import Presence
from fer_agent.broker.session import Session
from fer_agent.commands.replies import Replies
from fer_agent.outbox.publisher import Publisher
from fer_agent.outbox.spool import Spool
from fer_agent.settings import BrokerSettings, SpoolSettings
from fer_wire import EmotionEvent, Reported, Topics, parse
from fer_wire.broker import client_id_of
from real_broker import Mosquitto

DEVICE_CLIENT = client_id_of("nano-01")


class WritingEar:
    """A listener of a link that writes down what it hears."""

    def __init__(self) -> None:
        self.up = threading.Event()
        self.down = threading.Event()
        self.heard: List[Tuple[str, bytes]] = []

    def connected(self, _link: Connection) -> None:
        self.down.clear()
        self.up.set()

    def disconnected(self) -> None:
        self.up.clear()
        self.down.set()

    def received(self, topic: str, payload: bytes) -> None:
        self.heard.append((topic, payload))

    def delivered(self, message_id: int) -> None:
        pass

    def refused(self, message_id: int, reason: str) -> None:
        pass

    def messages(self, ending: str) -> List[bytes]:
        return [payload for topic, payload in list(self.heard) if topic.endswith(ending) and payload]


def until(condition: Callable[[], object], what: str = "this", seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come about in {seconds} s"
        time.sleep(0.01)


def settings_for(broker: Mosquitto, **more: object) -> BrokerSettings:
    return BrokerSettings.model_validate({"url": broker.url, "reconnect_max_s": 0.5, **more})


class Device:
    """Spool, publisher, session and link of one device, as the composition root joins them."""

    def __init__(
        self, broker: BrokerSettings, folder: Path, *, name: str = "nano-01", **spool_settings: object
    ) -> None:
        topics = Topics()
        self.name, self.presence = name, Presence(name, topics)
        self.orders: List[bytes] = []
        self.commands: List[bytes] = []
        self.takes: Callable[[bytes], object] = self.commands.append
        """What is done with a command."""
        self.replies = Replies(name, topics)
        self.spool = Spool(folder / "spool.db", name, 10_000_000)
        self.publisher = Publisher(self.spool, topics, SpoolSettings.model_validate(spool_settings))
        self.session = Session(
            name, topics, self.presence, self.publisher, self._report, self.orders.append,
            command=self.obey, replies=self.replies,
        )  # fmt: skip
        self.link = BrokerLink(
            broker,
            client_id_of(name),
            self.presence.will,
            self.session.subscriptions,
            self.session,
        )
        self.publisher.start()
        self.link.start()

    def _report(self) -> Reported:
        birth = self.presence.birth()
        return Reported(device=self.name, run=birth.run, broker=self.link.url, time=birth.time)

    def obey(self, payload: bytes) -> None:
        self.takes(payload)

    def stop(self) -> None:
        self.publisher.stop()
        self.link.stop()
        self.spool.close()


def stored(ear: WritingEar) -> Dict[int, EmotionEvent]:
    return {event.seq: event for event in (parse(EmotionEvent, p) for p in ear.messages("/emotion/door"))}
