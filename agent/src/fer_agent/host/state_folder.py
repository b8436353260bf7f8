"""The folder that holds the device's state; one agent at a time may use it."""

import fcntl
import os
from pathlib import Path
from typing import IO, Optional

from fer_wire.whole_files import remove_partial

from fer_agent.errors import InUseError, StateError

SPOOL_FILE = "spool.db"
LOCK_FILE = "lock"
UPDATE_FILE = "update.json"
SETTINGS_FILE = "settings.json"
KEYS_FILE = "keys.json"
COMMANDS_FILE = "commands.json"
LOG_FILE = "log"
MODELS_FOLDER = "models"
OURS_ALONE = 0o700


class StateFolder:
    """STATE_DIR/DEVICE, locked while it is open; raises StateError if another agent holds it."""

    def __init__(self, state_dir: Path, device: str) -> None:
        self.path = state_dir / device
        self._lock: Optional[IO[str]] = self._locked(device)

    @property
    def spool(self) -> Path:
        """The file of the spool."""
        return self.path / SPOOL_FILE

    @property
    def update(self) -> Path:
        """The file that records the update."""
        return self.path / UPDATE_FILE

    @property
    def settings(self) -> Path:
        """The file with the settings from afar."""
        return self.path / SETTINGS_FILE

    @property
    def keys(self) -> Path:
        """The file with the list of keys that is trusted."""
        return self.path / KEYS_FILE

    @property
    def commands(self) -> Path:
        """The file that notes which commands were taken."""
        return self.path / COMMANDS_FILE

    @property
    def log(self) -> Path:
        """The file of the agent's last log lines."""
        return self.path / LOG_FILE

    @property
    def models(self) -> Path:
        """The folder of models that were rolled out."""
        return self.path / MODELS_FOLDER

    def release(self) -> None:
        """Unlock the folder; may be called twice."""
        if self._lock:
            self._lock.close()
            self._lock = None

    def _locked(self, device: str) -> IO[str]:
        try:
            self.path.mkdir(mode=OURS_ALONE, parents=True, exist_ok=True)
            lock = (self.path / LOCK_FILE).open("a+")
        except OSError as error:
            raise StateError(f"Cannot use the state folder {self.path} ({error}); give another --state-dir.") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            raise InUseError(
                f"Another fer-agent (process {holder}) runs as {device!r} in {self.path}; "
                "stop it, or give another --device or --state-dir."
            ) from error
        remove_partial(self.path)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        return lock
