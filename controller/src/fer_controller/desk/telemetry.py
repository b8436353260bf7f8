"""Reading stored telemetry as it comes."""

import time
from collections.abc import Callable, Iterator
from functools import partial

from fer_controller.desk.desk import Desk
from fer_controller.desk.retrying import retried
from fer_controller.operations.telemetry import (
    NEWEST_TELEMETRY,
    TELEMETRY_AS_STORED,
    NewestTelemetryQuery,
    TelemetryAsStoredQuery,
    TelemetryMessageAnswer,
)

FOLLOW_EVERY_S = 0.5


def last_id(desk: Desk) -> int:
    """The id of the message stored last; 0 before the first."""
    return max((each.id for each in desk.ask(NEWEST_TELEMETRY, NewestTelemetryQuery(limit=1)).messages), default=0)


def follow(
    desk: Desk, device: str | None, after_id: int, sleep: Callable[[float], None] = time.sleep
) -> Iterator[TelemetryMessageAnswer]:
    """Messages as they are stored, without end."""
    query = TelemetryAsStoredQuery(device=device, after_id=after_id)
    while True:
        page = retried(partial(desk.ask, TELEMETRY_AS_STORED, query)).messages
        yield from page
        if page:
            query = query.model_copy(update={"after_id": page[-1].id})
        else:
            sleep(FOLLOW_EVERY_S)
