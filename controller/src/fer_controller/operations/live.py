"""What /v1/live tells, as server-sent events: differences alone, each under the name of its model's `event`."""

from typing import ClassVar

from pydantic import Field

from fer_controller.operations.board import LineInShortAnswer
from fer_controller.operations.operation import Answer
from fer_controller.operations.rollouts import RolloutAnswer

MOST_CHANGES = 200


class LiveMessage(Answer):
    """One message."""

    event: ClassVar[str]
    at: str = Field(description="When it was so; ISO 8601 in UTC.")


class HelloMessage(LiveMessage):
    """The first of a connection: whatever changes from now on is told, so what is shown is to be asked for once now."""

    event = "hello"
    devices: int = Field(description="How many devices there are.")


class DevicesMessage(LiveMessage):
    """Devices that changed, but for what they measure."""

    event = "devices"
    changed: tuple[LineInShortAnswer, ...] = Field(description=f"As they are now, by name; {MOST_CHANGES} at most.")
    gone: tuple[str, ...] = Field(default=(), description="The names of those that were forgotten, likewise.")
    more: int = Field(
        default=0, description="How many others changed; above 0, what is shown is to be asked for again."
    )


class EventsMessage(LiveMessage):
    """Emotion events that were stored."""

    event = "events"
    new: int = Field(description="How many since the last message.")


class RolloutsMessage(LiveMessage):
    """Rollouts that moved, began or ended."""

    event = "rollouts"
    changed: tuple[RolloutAnswer, ...] = Field(description="As they are now.")


class OutageMessage(LiveMessage):
    """Something that should answer does not."""

    event = "outage"
    what: str = Field(description="database, or ingest: nothing arrives from any device.")
    since: str = Field(description="Since when; ISO 8601 in UTC.")
    why: str = Field(description="A sentence.")


class OutageOverMessage(LiveMessage):
    """It answers again."""

    event = "outage_over"
    what: str = Field(description="database or ingest.")


MESSAGES: tuple[type[LiveMessage], ...] = (
    HelloMessage, DevicesMessage, EventsMessage, RolloutsMessage, OutageMessage, OutageOverMessage,
)  # fmt: skip
