"""What crosses the wire between agents, brokers and controllers."""

from fer_wire.acks import Ack
from fer_wire.commands import Command, Reply
from fer_wire.desired import Artifact, Desired, Withdrawal
from fer_wire.emotions import EMOTIONS
from fer_wire.errors import MessageError, TopicError, UntrustedError, WireError
from fer_wire.events import Box, EmotionEvent, Pose
from fer_wire.greetings import Greeting
from fer_wire.keys import KeyList, KeyLists
from fer_wire.manifest import ModelManifest
from fer_wire.message import Message, parse
from fer_wire.names import checked_name
from fer_wire.presence import Status
from fer_wire.reported import Reported
from fer_wire.telemetry import Telemetry
from fer_wire.topics import Topic, Topics

__version__ = "0.1.0"

MESSAGES = (
    EmotionEvent,
    Status,
    Telemetry,
    Reported,
    Desired,
    Withdrawal,
    Ack,
    Command,
    Reply,
    Greeting,
    ModelManifest,
    KeyList,
    KeyLists,
)

__all__ = [
    "EMOTIONS",
    "MESSAGES",
    "Ack",
    "Artifact",
    "Box",
    "Command",
    "Desired",
    "EmotionEvent",
    "Greeting",
    "KeyList",
    "KeyLists",
    "Message",
    "MessageError",
    "ModelManifest",
    "Pose",
    "Reply",
    "Reported",
    "Status",
    "Telemetry",
    "Topic",
    "TopicError",
    "Topics",
    "UntrustedError",
    "WireError",
    "Withdrawal",
    "checked_name",
    "parse",
]
