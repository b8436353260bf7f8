"""update.json: where the record of an update lies, so that nothing is forgotten when the agent dies."""

import logging
from pathlib import Path

from fer_wire.device.record import Record
from pydantic import ValidationError

from fer_agent.update import durable

log = logging.getLogger(__name__)


class RecordFile:
    """Where the record lies."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Record:
        """The record; an empty one when there is none, or none that can be read."""
        try:
            return Record.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return Record()
        except (ValidationError, OSError) as error:
            log.error("%s cannot be read (%s); the update it describes is forgotten.", self._path, _first(error))
            return Record()

    def save(self, record: Record) -> None:
        """Replace it; raises StateError when it cannot be written."""
        durable.replace(self._path, record.model_dump_json().encode())


def _first(error: Exception) -> str:
    return str(error.errors(include_url=False)[0]["msg"]) if isinstance(error, ValidationError) else str(error)
