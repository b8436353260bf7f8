"""Every MQTT topic, built and parsed by one type."""

from dataclasses import dataclass
from typing import Optional, Tuple

from fer_wire.errors import TopicError
from fer_wire.names import checked_name

DEFAULT_PREFIX = "fer/v1"

STATUS = "status"
EMOTION = "emotion"
TELEMETRY = "telemetry"
REPORTED = "reported"
DESIRED = "desired"
ACK = "ack"
COMMAND = "command"
REPLY = "reply"
CONTROLLER = "controller"
CHANNELS: Tuple[str, ...] = (
    STATUS,
    EMOTION,
    TELEMETRY,
    REPORTED,
    DESIRED,
    ACK,
    COMMAND,
    REPLY,
    CONTROLLER,
)

QUESTION = b'{"question": "May this device publish here?"}'
"""What `fer-agent doctor` publishes on the topics of its device to hear the broker's answer; it says nothing else."""


@dataclass(frozen=True)
class Topic:
    """What a topic names: a device, a channel, and for emotions a camera."""

    device: str
    channel: str
    camera: Optional[str] = None


@dataclass(frozen=True)
class Topics:
    """Builds and parses the topics below one prefix.

    >>> Topics().emotion("nano-01", "door")
    'fer/v1/nano-01/emotion/door'
    >>> Topics().parse("fer/v1/nano-01/emotion/door")
    Topic(device='nano-01', channel='emotion', camera='door')
    """

    prefix: str = DEFAULT_PREFIX

    def __post_init__(self) -> None:
        try:
            for level in self.prefix.split("/"):
                checked_name(level)
        except TopicError as error:
            raise TopicError(
                f"{self.prefix[:200]!r} is not a valid topic prefix; use one or more levels such as "
                f"{DEFAULT_PREFIX!r}, each of letters, digits, '_', '.' or '-', without a slash at either end."
            ) from error

    def emotion(self, device: str, camera: str) -> str:
        """Where a device publishes the emotion events of one camera."""
        return f"{self._of(device, EMOTION)}/{checked_name(camera)}"

    def status(self, device: str) -> str:
        """Where a device's birth and last will are published, retained."""
        return self._of(device, STATUS)

    def telemetry(self, device: str) -> str:
        """Where a device publishes its use of resources."""
        return self._of(device, TELEMETRY)

    def reported(self, device: str) -> str:
        """Where a device publishes what it can do and what it runs, retained."""
        return self._of(device, REPORTED)

    def desired(self, device: str) -> str:
        """Where a device reads what it should run, retained."""
        return self._of(device, DESIRED)

    def ack(self, device: str) -> str:
        """Where a device reads up to where its events are stored, retained."""
        return self._of(device, ACK)

    def command(self, device: str) -> str:
        """Where a device is told what to do once; never retained."""
        return self._of(device, COMMAND)

    def reply(self, device: str) -> str:
        """Where a device says what became of a command."""
        return self._of(device, REPLY)

    def controller(self, name: str) -> str:
        """Where a controller greets others below the same prefix."""
        return self._of(name, CONTROLLER)

    def every(self, channel: str) -> str:
        """The subscription filter for one channel of all devices."""
        return f"{self.prefix}/+/{channel}" + ("/+" if channel == EMOTION else "")

    def shared(self, share: str, channel: str) -> str:
        """The filter for this member's part of one channel of all devices (MQTT 5.0, 4.8.2).

        >>> Topics().shared("ingest", "telemetry")
        '$share/ingest/fer/v1/+/telemetry'
        """
        return f"$share/{checked_name(share)}/{self.every(channel)}"

    def parse(self, topic: str) -> Topic:
        """Read a topic; raises TopicError if it is not one of ours."""
        head, found, tail = topic.partition(self.prefix + "/")
        levels = tail.split("/")
        if head or not found or len(levels) < 2:
            raise TopicError(f"{topic[:200]!r} is not a topic below {self.prefix!r}.")
        device, channel, rest = checked_name(levels[0]), levels[1], levels[2:]
        if channel not in CHANNELS or len(rest) != (1 if channel == EMOTION else 0):
            raise TopicError(
                f"{topic[:200]!r} is none of the topics {self.prefix}/DEVICE/{{{','.join(CHANNELS)}}}; "
                "only emotion has a camera below it."
            )
        return Topic(device, channel, checked_name(rest[0]) if rest else None)

    def _of(self, device: str, channel: str) -> str:
        return f"{self.prefix}/{checked_name(device)}/{channel}"
