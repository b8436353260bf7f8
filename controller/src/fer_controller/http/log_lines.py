"""What this process logs: a sentence a line, of bounded length, and so many a minute, whatever peers do."""

import logging
import sys
import time
import traceback
from collections.abc import Callable

from fer_controller.http.server import FAULT, LOGGER, SEVERED

MOST_CHARACTERS = 1000
MOST_LINES = 60
PERIOD_S = 60.0
LEFT_OUT = "%d lines of the log were left out, for there were more than %d in a minute."


class Lines(logging.Formatter):
    """LEVEL and the sentence, always on one line."""

    def format(self, record: logging.LogRecord) -> str:
        sentence = record.getMessage().strip()
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            frames = traceback.extract_tb(error.__traceback__)
            place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "nowhere"
            what = "A request failed" if sentence == FAULT else sentence
            sentence = f"{what}: {type(error).__name__}: {error} ({place})"
        line = " ".join(sentence.split())
        return f"{record.levelno} {line if len(line) <= MOST_CHARACTERS else line[: MOST_CHARACTERS - 1] + '…'}"


class Ration(logging.Handler):
    """Hands so many records a minute on, and says how many it left out."""

    def __init__(self, handler: logging.Handler, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._handler, self._clock = handler, clock
        self._until_s, self._lines, self._left_out = float("-inf"), 0, 0

    def emit(self, record: logging.LogRecord) -> None:
        """Called under the handler's lock."""
        now_s = self._clock()
        if now_s >= self._until_s:
            if self._left_out:
                self._handler.handle(_told(self._left_out))
            self._until_s, self._lines, self._left_out = now_s + PERIOD_S, 0, 0
        if self._lines < MOST_LINES:
            self._lines += 1
            self._handler.handle(record)
        else:
            self._left_out += 1


def log_in_lines() -> None:
    """To the standard output, for the controller's log."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(Lines())
    ration = Ration(handler)
    ration.addFilter(lambda record: record.getMessage() != SEVERED)
    logging.basicConfig(level=logging.INFO, handlers=[ration], force=True)
    logging.raiseExceptions = False
    logging.getLogger(LOGGER).setLevel(logging.WARNING)


def _told(left_out: int) -> logging.LogRecord:
    args = (left_out, MOST_LINES)
    return logging.LogRecord(__name__, logging.WARNING, __file__, 0, LEFT_OUT, args, None)
