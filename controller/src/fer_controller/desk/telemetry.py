"""Looking at stored telemetry: the newest, and as it comes."""

import time
from collections.abc import Callable, Iterator
from functools import partial

from fer_controller.desk.retrying import retried
from fer_controller.store.contract import TelemetryReader
from fer_controller.store.telemetry.records import StoredTelemetry

PAGE_MESSAGES = 500
FOLLOW_EVERY_S = 0.5


def newest(store: TelemetryReader, device: str | None, limit: int) -> list[StoredTelemetry]:
    """The newest messages of one device or of all, in the order in which they were stored."""
    return store.newest_telemetry(device, limit)


def follow(
    store: TelemetryReader, device: str | None, after_id: int, sleep: Callable[[float], None] = time.sleep
) -> Iterator[StoredTelemetry]:
    """Messages as they are stored, without end."""
    while True:
        page = retried(partial(store.telemetry_stored_after, device, after_id, PAGE_MESSAGES))
        yield from page
        if page:
            after_id = page[-1].id
        else:
            sleep(FOLLOW_EVERY_S)
