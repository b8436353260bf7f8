"""What the device says on the broker link, and who in the agent is told what it hears there."""

import logging
import threading
from typing import Callable, Dict, List, Optional, Set

from fer_wire import Ack, MessageError, Reported, Status, Telemetry, Topics, parse
from fer_wire.topics import QUESTION

from fer_agent.broker.listener import Connection, RetainedMessage
from fer_agent.broker.presence import STOPPED, Presence
from fer_agent.commands.replies import Replies
from fer_agent.errors import SpoolError
from fer_agent.outbox.publisher import Publisher

GOODBYE_S = 2.0
TAKEN = ""
EARLY_ANSWERS = 64
"""So many answers are remembered to what was not said here, as far as is known: to events, mostly."""

log = logging.getLogger(__name__)


class Session:
    """Announces the device at each connection, and passes on what it hears: acks, orders, commands."""

    def __init__(
        self,
        device: str,
        topics: Topics,
        presence: Presence,
        publisher: Publisher,
        report: Callable[[], Reported],
        order: Callable[[bytes], object],
        announcement: Optional[RetainedMessage] = None,
        *,
        command: Callable[[bytes], object],
        replies: Replies,
    ) -> None:
        """Report makes the reported state; order takes the payload of each desired state, command that of each command.

        The announcement, if there is one, is published at each connection.
        """
        self._presence, self._publisher, self._report = presence, publisher, report
        self._order, self._command, self._replies = order, command, replies
        self._ack, self._status, self._desired = topics.ack(device), topics.status(device), topics.desired(device)
        self._commands = topics.command(device)
        self._reported, self._telemetry = topics.reported(device), topics.telemetry(device)
        self._announcement = announcement
        self._link: Optional[Connection] = None
        self._warned = False
        self._reporting, self._answers = threading.Lock(), threading.Condition()
        self._said: Dict[int, str] = {}
        self._early: Dict[int, str] = {}
        self._refused: Set[str] = set()

    @property
    def subscriptions(self) -> List[str]:
        """The topics to subscribe to."""
        return [self._ack, self._status, self._desired, self._commands]

    def connected(self, link: Connection) -> None:
        """Announce the device, then let the events go."""
        self._link = link
        with self._answers:
            self._said.clear()
            self._early.clear()
        self._say(link, self._presence.topic, self._presence.birth().payload())
        self.report()
        if self._announcement:
            self._say(link, self._announcement.topic, self._announcement.payload)
        self._replies.attach(link)
        self._publisher.attach(link)

    def disconnected(self) -> None:
        """Stop sending."""
        self._link = None
        self._replies.detach()
        self._publisher.detach()

    def delivered(self, message_id: int) -> None:
        """Tell the publisher. If the spool cannot be written, the event is merely sent again."""
        self._answered(message_id, TAKEN)
        self._replies.delivered(message_id)
        try:
            self._publisher.delivered(message_id)
        except SpoolError as error:
            log.error("%s", error)

    def refused(self, message_id: int, reason: str) -> None:
        """Tell the publisher; what the device says of itself is said again at the next connection."""
        self._answered(message_id, reason)
        self._replies.refused(message_id, reason)
        self._publisher.refused(message_id, reason)

    def received(self, topic: str, payload: bytes) -> None:
        """Handle an ack, a status, an order or a command; anything else is logged and ignored."""
        try:
            if topic == self._ack and payload:
                self._publisher.acknowledged(parse(Ack, payload))
            elif topic == self._status and payload not in (b"", QUESTION):
                self._hear(parse(Status, payload))
            elif topic == self._desired:
                self._order(payload)
            elif topic == self._commands:
                self._command(payload)
        except (MessageError, SpoolError) as error:
            log.error("On %s: %s", topic, error)

    def report(self) -> None:
        """Publish the reported state; without a link it is published at the next connection."""
        with self._reporting:  # of two reports, the later one must be the one that the broker keeps
            link = self._link
            if link:
                self._say(link, self._reported, self._report().payload())

    def send_telemetry(self, telemetry: Telemetry, expiry_s: int) -> None:
        """Publish telemetry; without a link it is dropped."""
        if self._link:
            self._link.publish(self._telemetry, telemetry.payload(), qos=0, expiry_s=expiry_s)

    def leave(self, reason: str = STOPPED) -> None:
        """Say that the device goes offline on purpose, and why, and wait until the broker has the message.

        A connection that is closed with unread data is reset: the message is lost, and the will is published instead.
        """
        link = self._link
        farewell = link and self._say(link, self._presence.topic, self._presence.farewell(reason).payload())
        if farewell is not None:
            with self._answers:
                self._answers.wait_for(lambda: farewell not in self._said, GOODBYE_S)

    def _say(self, link: Connection, topic: str, payload: bytes) -> Optional[int]:
        """Publish what the broker retains.

        No lock is held meanwhile: the link's thread tells of an answer while it holds the lock that publishing needs.
        """
        number = link.publish(topic, payload, qos=1, retain=True)
        if number is None:
            return None
        with self._answers:
            answer = self._early.pop(number, None)
            if answer is None:
                self._said[number] = topic
        if answer is not None:
            self._settle(topic, answer)
        return number

    def _answered(self, message_id: int, answer: str) -> None:
        """Note the broker's answer to what was said; it may come before the number of what was said is known."""
        with self._answers:
            topic = self._said.pop(message_id, None)
            if topic is None:
                self._early[message_id] = answer
                for oldest in list(self._early)[:-EARLY_ANSWERS]:
                    del self._early[oldest]
            self._answers.notify_all()
        if topic is not None:
            self._settle(topic, answer)

    def _settle(self, topic: str, answer: str) -> None:
        if answer == TAKEN:
            self._refused.discard(topic)
        elif topic not in self._refused:
            self._refused.add(topic)
            log.warning("The broker does not take what is published on %s (%s); check its ACL.", topic, answer)

    def _hear(self, status: Status) -> None:
        if not self._presence.is_foreign(status):
            return
        if self._presence.is_another_agent(status) and not self._warned:
            self._warned = True
            log.error(
                "Another agent runs as %r (run %s); give each device a --device name of its own.",
                status.device,
                status.run,
            )
        elif self._link:
            self._say(self._link, self._presence.topic, self._presence.birth().payload())
