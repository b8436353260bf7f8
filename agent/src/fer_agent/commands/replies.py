"""Replies on their way to the broker: each is said at every connection until the broker has taken it."""

import logging
import threading
from collections import OrderedDict
from typing import Dict, Optional

from fer_wire import Reply, Topics
from typing_extensions import Protocol

log = logging.getLogger(__name__)

KEPT = 8
"""So many are remembered to be said again; each has 64 kB at most."""


class Link(Protocol):
    """What replies need of a connection."""

    def publish(
        self, topic: str, payload: bytes, qos: int = 0, retain: bool = False, expiry_s: Optional[int] = None
    ) -> Optional[int]:
        """Hand over a message; returns its id, or None when there is no connection."""


class Replies:
    """The last replies of this run; any thread may call it."""

    def __init__(self, device: str, topics: Topics) -> None:
        self._topic = topics.reply(device)
        self._lock = threading.Lock()
        self._link: Optional[Link] = None
        self._kept: OrderedDict[str, Reply] = OrderedDict()
        self._unsaid: OrderedDict[str, None] = OrderedDict()
        self._under_way: Dict[int, str] = {}

    def attach(self, link: Link) -> None:
        """The link is up: what the broker has not taken yet is said."""
        with self._lock:
            self._link = link
            self._under_way.clear()
            waiting = list(self._unsaid)
        for command in waiting:
            self._say(command)

    def detach(self) -> None:
        """The link is down."""
        with self._lock:
            self._link = None

    def put(self, reply: Reply) -> None:
        """Say it now, or at the next connection; the oldest beyond those that are kept is given up."""
        with self._lock:
            self._kept[reply.command] = reply
            self._unsaid[reply.command] = None
            while len(self._kept) > KEPT:
                oldest, _ = self._kept.popitem(last=False)
                self._unsaid.pop(oldest, None)
        self._say(reply.command)

    def say_again(self, command: str) -> bool:
        """Say a reply that was said; False when it is not remembered."""
        with self._lock:
            if command not in self._kept:
                return False
            self._unsaid[command] = None
        self._say(command)
        return True

    def delivered(self, message_id: int) -> None:
        """The broker has taken a message, perhaps one of ours."""
        with self._lock:
            command = self._under_way.pop(message_id, None)
            if command is not None:
                self._unsaid.pop(command, None)

    def refused(self, message_id: int, reason: str) -> None:
        """The broker did not take a message, perhaps one of ours; it is said again at the next connection."""
        with self._lock:
            command = self._under_way.pop(message_id, None)
        if command is not None:
            log.warning("The broker does not take what is published on %s (%s); check its ACL.", self._topic, reason)

    def _say(self, command: str) -> None:
        """No lock is held meanwhile: the link's thread tells of an answer while it holds the lock of publishing."""
        with self._lock:
            link, reply = self._link, self._kept.get(command)
        number = link.publish(self._topic, reply.payload(), qos=1) if link and reply else None
        if number is not None:
            with self._lock:
                self._under_way[number] = command
