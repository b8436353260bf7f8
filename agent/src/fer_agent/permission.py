"""Asks the broker, topic by topic, what this device may publish and hear."""

import threading
import time
import uuid
from typing import Callable, Dict, List, NamedTuple

from fer_wire import Topics
from fer_wire.topics import QUESTION

from fer_agent.broker.link import BrokerLink
from fer_agent.broker.listener import Connection
from fer_agent.settings import Settings

CONNECT_S = 16.0
"""So long it takes to find that a broker is silent at MQTT 5 and at 3.1.1."""
ANSWERS_S, LOOK_EVERY_S = 5.0, 0.1


class Answer(NamedTuple):
    """What the broker said.

    refused: topics, each with the reason; told: whether it can say so, which MQTT 3.1.1 cannot; fault: why it could
    not be asked, else empty.
    """

    refused: List[str]
    told: bool
    fault: str


def ask(settings: Settings) -> Answer:
    """Connect, subscribe and publish as the agent does; nobody takes what is published for the device's."""
    asker, topics, device = _Asker(settings), Topics(settings.broker.prefix), settings.device
    heard = [topics.ack(device), topics.status(device), topics.desired(device), topics.command(device)]
    link = BrokerLink(settings.broker, f"fer-agent-doctor-{uuid.uuid4().hex[:8]}", None, heard, asker)
    link.start()
    _wait(lambda: asker.up.is_set() or bool(link.last_error), CONNECT_S)
    if asker.up.is_set():
        _wait(lambda: not asker.open, ANSWERS_S)
    fault = link.last_error
    link.stop()
    if not asker.up.is_set():
        return Answer(
            [], told=False, fault=fault or f"{settings.broker.url} does not answer; start the broker, or give --broker."
        )
    return Answer(asker.refusals, link.tells_refusals, fault)


class _Asker:
    """Publishes its question on each topic as soon as the link is up."""

    def __init__(self, settings: Settings) -> None:
        topics, device = Topics(settings.broker.prefix), settings.device
        emotions = [topics.emotion(device, camera.name) for camera in settings.cameras]
        own = [topics.status(device), topics.reported(device), topics.telemetry(device), topics.reply(device)]
        self._topics = [*own, *emotions]
        self.up = threading.Event()
        self.open: Dict[int, str] = {}
        self.refusals: List[str] = []

    def connected(self, link: Connection) -> None:
        for topic in self._topics:
            number = link.publish(topic, QUESTION, qos=1)
            if number is not None:
                self.open[number] = topic
        self.up.set()

    def disconnected(self) -> None:
        self.open.clear()

    def received(self, topic: str, payload: bytes) -> None:
        pass

    def delivered(self, message_id: int) -> None:
        self.open.pop(message_id, None)

    def refused(self, message_id: int, reason: str) -> None:
        self.refusals.append(f"{self.open.pop(message_id, 'a topic')} ({reason})")


def _wait(over: Callable[[], bool], longest_s: float) -> None:
    until_s = time.monotonic() + longest_s
    while not over() and time.monotonic() < until_s:
        time.sleep(LOOK_EVERY_S)
