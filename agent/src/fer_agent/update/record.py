"""update.json: where the record of an update lies, so that nothing is forgotten when the agent dies."""

from pathlib import Path

from fer_wire.device.record import Record

from fer_agent.host.kept_file import kept_in
from fer_agent.update import durable


class RecordFile:
    """Where the record lies."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Record:
        """The record; an empty one when there is none, or none that can be read."""
        return kept_in(self._path, Record, "the update it describes is forgotten") or Record()

    def save(self, record: Record) -> None:
        """Replace it; raises StateError when it cannot be written."""
        durable.replace(self._path, record.model_dump_json().encode())
