"""Asking again while a controller restarts or a network is down."""

import sys
import time
from collections.abc import Callable
from typing import TypeVar

from fer_controller.errors import StoreUnavailable, UnreachableError

PATIENCE_S = 600.0
PAUSE_S = 2.0

Answer = TypeVar("Answer")


def retried(ask: Callable[[], Answer], sleep: Callable[[float], None] = time.sleep) -> Answer:
    """The answer; without one it asks again for ten minutes, and says so once."""
    until_s, told = time.monotonic() + PATIENCE_S, False
    while True:
        try:
            return ask()
        except (UnreachableError, StoreUnavailable) as error:
            if time.monotonic() > until_s:
                raise
            if not told:
                sys.stderr.write(f"{error} Trying again.\n")
            told = True
        sleep(PAUSE_S)
