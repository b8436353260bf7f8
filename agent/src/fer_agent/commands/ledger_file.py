"""commands.json: which commands were taken, so that none is carried out twice, whenever the agent dies."""

import logging
from pathlib import Path

from fer_wire.device.commands import Ledger
from fer_wire.whole_files import write_whole
from pydantic import ValidationError

from fer_agent.errors import StateError

log = logging.getLogger(__name__)


class LedgerFile:
    """Where the ledger lies."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Ledger:
        """The ledger; an empty one when there is none, or none that can be read."""
        try:
            return Ledger.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return Ledger()
        except (ValidationError, OSError) as error:
            log.error("%s cannot be read (%s); what it noted is forgotten.", self._path, type(error).__name__)
            return Ledger()

    def save(self, ledger: Ledger) -> None:
        """Replace it; raises StateError when it cannot be written."""
        try:
            write_whole(self._path, ledger.model_dump_json().encode())
        except OSError as error:
            raise StateError(f"Cannot write {self._path} ({error}); make room there.") from error
