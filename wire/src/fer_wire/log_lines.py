"""Log lines in which nothing that a device, a broker or a file said forges a line or speaks to the terminal."""

import logging

from fer_wire.printable import one_line


class LogLines(logging.Formatter):
    """One line a sentence, of bounded length and without escape codes; a traceback keeps its lines."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """The sentence in its frame."""
        record.message = one_line(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: "object") -> str:  # noqa: N802 - logging's name
        """The traceback, line by line."""
        return "\n".join(map(one_line, super().formatException(ei).split("\n")))  # type: ignore[arg-type]
