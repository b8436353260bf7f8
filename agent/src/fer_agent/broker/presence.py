"""Birth and last will, each with its run and connection, so that a late will cannot mark a newer one offline."""

import uuid
from collections import Counter
from datetime import datetime, timezone

from fer_wire import Status, Topics
from fer_wire.presence import OFFLINE, ONLINE

from fer_agent import __version__
from fer_agent.broker.listener import RetainedMessage

LOST = "the connection was lost"
STOPPED = "the agent was stopped"
RESTARTS = "the agent restarts, as it was ordered"


class Presence:
    """The status messages of one run of one device."""

    def __init__(self, device: str, topics: Topics) -> None:
        self._device = device
        self._began = datetime.now(timezone.utc)
        self._born, self._connection = False, 0
        self._foreign: Counter = Counter()  # type: ignore[type-arg]  # Python 3.8 has no Counter[str]
        self.run = uuid.uuid4().hex
        self.topic = topics.status(device)

    def birth(self) -> Status:
        """The device is online."""
        return self._status(ONLINE, datetime.now(timezone.utc), "")

    def farewell(self, reason: str) -> Status:
        """The device goes offline on purpose."""
        return self._status(OFFLINE, datetime.now(timezone.utc), reason)

    def will(self) -> RetainedMessage:
        """What the broker publishes when the connection that begins now is lost, dated to the beginning of the run."""
        self._connection += 1
        return RetainedMessage(self.topic, self._status(OFFLINE, self._began, LOST).payload())

    def is_foreign(self, status: Status) -> bool:
        """Whether a status on our own topic, heard after our birth, is of another run or connection and hides ours."""
        if status.run == self.run:
            if status.state != ONLINE and status.connection < self._connection:
                return self._born
            self._born = self._born or status.state == ONLINE
            return False
        if self._born:
            self._foreign[status.run] += 1
        return self._born

    def is_another_agent(self, status: Status) -> bool:
        """Whether a foreign status can only come from an agent that runs now: a dead run's will comes once."""
        return status.run != self.run and (status.state == ONLINE or self._foreign[status.run] > 1)

    def _status(self, state: str, time: datetime, reason: str) -> Status:
        return Status(
            device=self._device, state=state, run=self.run, connection=self._connection, time=time,
            agent_version=__version__, reason=reason,
        )  # fmt: skip
