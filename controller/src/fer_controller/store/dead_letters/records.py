"""Dead letters as they are stored, and the names of counters."""

from dataclasses import dataclass

from fer_controller.store.events.records import NewEvent, as_sent

REDELIVERED = "events_redelivered"
DEAD_LETTERS = "dead_letters"
DEAD_LETTERS_DROPPED = "dead_letters_dropped"
DEAD_LETTER_BYTES = 4096


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that could not be read, and why."""

    time: str
    topic: str
    reason: str
    payload: bytes
    size_bytes: int


def conflict(event: NewEvent, at: str) -> DeadLetter:
    """The dead letter for an event whose number already belongs to another one."""
    payload = as_sent(event)
    return DeadLetter(
        time=at,
        topic=f"{event.device}/emotion/{event.camera}",
        reason=f"EmotionEvent: another event is stored as seq {event.seq} of epoch {event.epoch}; two devices run as "
        f"{event.device} with copies of one spool. Give each a name and a state folder of its own.",
        payload=payload[:DEAD_LETTER_BYTES],
        size_bytes=len(payload),
    )
