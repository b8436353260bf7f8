"""commands.json: which commands were taken, so that none is carried out twice, whenever the agent dies."""

from pathlib import Path

from fer_wire.device.commands import Ledger
from fer_wire.whole_files import write_whole

from fer_agent.errors import StateError
from fer_agent.host.kept_file import kept_in


class LedgerFile:
    """Where the ledger lies."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Ledger:
        """The ledger; an empty one when there is none, or none that can be read."""
        return kept_in(self._path, Ledger, "what it noted is forgotten") or Ledger()

    def save(self, ledger: Ledger) -> None:
        """Replace it; raises StateError when it cannot be written."""
        try:
            write_whole(self._path, ledger.model_dump_json().encode())
        except OSError as error:
            raise StateError(f"Cannot write {self._path} ({error}); make room there.") from error
