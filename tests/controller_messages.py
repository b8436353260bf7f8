"""Messages as devices send them, for tests of the controller."""

from datetime import UTC, datetime, timedelta
from typing import Any

from fer_controller.broker.delivery import Delivery
from fer_controller.ingest.peers import Peers
from fer_controller.store.events.records import NewEvent, new_event
from fer_controller.store.ingest.records import Batch
from fer_wire import EMOTIONS, Box, EmotionEvent, Greeting, Message, Reply, Reported, Status, Telemetry, Topics
from fer_wire.commands import Diagnosis
from fer_wire.message import iso_utc
from fer_wire.telemetry import CameraTelemetry, HostTelemetry

DEVICE = "nano-01"
EPOCH = "epoch-a"
START = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)
AT = "2026-01-31T13:00:00.000Z"


def an_event(seq: int, device: str = DEVICE, epoch: str = EPOCH, **changes: Any) -> EmotionEvent:
    """One event; later seqs are later."""
    fields: dict[str, Any] = {
        "device": device,
        "camera": "door",
        "epoch": epoch,
        "seq": seq,
        "time": START + timedelta(seconds=seq),
        "track": 1,
        "kind": "heartbeat",
        "emotion": "happy",
        "confidence": 0.75,
        "probabilities": {emotion: 0.75 if emotion == "happy" else 0.04 for emotion in EMOTIONS},
        "box": Box(x=1, y=2, width=30, height=40),
        "model": "mini@1/int8",
    }
    return EmotionEvent(**{**fields, **changes})


def no_peers() -> Peers:
    """What tells a controller of others, where there is none."""
    return Peers(Topics(), Greeting(controller="controller-here", database="here:/fleet.db"))


def a_batch(*events: EmotionEvent, **changes: Any) -> Batch:
    """A batch of these events."""
    return Batch(AT, events=as_arrived(*events), oldest_seqs=[event.oldest_seq for event in events], **changes)


def as_arrived(*events: EmotionEvent, at: str = AT, believed: bool = True) -> list[NewEvent]:
    """Events as a batch holds them that arrived then."""
    return [new_event(event, iso_utc(event.time), at, believed=believed) for event in events]


def a_birth(run: str = "run-1", device: str = DEVICE, **changes: Any) -> Status:
    """A device comes online."""
    return Status(**{"device": device, "state": "online", "run": run, "time": START, **changes})


def a_will(run: str = "run-1", device: str = DEVICE, **changes: Any) -> Status:
    """A device went offline."""
    return Status(**{"device": device, "state": "offline", "run": run, "time": START, **changes})


def some_telemetry(device: str = DEVICE, second: int = 0) -> Telemetry:
    """One telemetry message with a camera."""
    return Telemetry(
        device=device,
        run="run-1",
        time=START + timedelta(seconds=second),
        host=HostTelemetry(cpu_percent=12.5),
        cameras=(CameraTelemetry(camera="door", fps=29.5, latency_p95_ms=20.0),),
    )


def a_reply(command: str, device: str = DEVICE, outcome: str = "done", **changes: Any) -> Reply:
    """A device did what it was told, and logged one line meanwhile."""
    fields = {"run": "run-1", "time": START, "diagnosis": Diagnosis(log=("It goes well.",))}
    return Reply(command=command, device=device, outcome=outcome, **{**fields, **changes})


def topic_of(message: Message) -> str:
    """Where a device publishes it."""
    topics = Topics()
    if isinstance(message, EmotionEvent):
        return topics.emotion(message.device, message.camera)
    if isinstance(message, Status):
        return topics.status(message.device)
    if isinstance(message, Reply):
        return topics.reply(message.device)
    if isinstance(message, Telemetry):
        return topics.telemetry(message.device)
    assert isinstance(message, Reported)
    return topics.reported(message.device)


def delivered(message: Message, *, retained: bool = False, mid: int = 1) -> Delivery:
    """A message as the broker delivers it."""
    return raw(topic_of(message), message.payload(), retained=retained, mid=mid)


def raw(topic: str, payload: bytes, *, retained: bool = False, mid: int = 1) -> Delivery:
    """Any bytes on any topic, as the broker delivers them."""
    return Delivery(topic, payload, retained, 1, mid, 1)
