"""Makes a backup, also while the controller runs."""

import tempfile
from contextlib import ExitStack
from pathlib import Path

from fer_controller.backup import archive
from fer_controller.backup.place import DATABASE, MODELS, Place
from fer_controller.errors import BackupError
from fer_controller.registry.artifacts import Artifacts
from fer_controller.store.sqlite import snapshot


def make(place: Place, out: Path) -> int:
    """Write database, models and keys as they stand at one moment into a file; returns its size in bytes.

    Raises StoreError, and BackupError when the file cannot be written; then what was there before stays.
    """
    try:
        with ExitStack() as held, tempfile.TemporaryDirectory(prefix=".backup-", dir=out.parent) as folder:
            copy = Path(folder) / DATABASE
            if place.folders[MODELS].is_dir():
                held.enter_context(Artifacts(place.folders[MODELS]).held())
            snapshot.copy(place.db, copy)
            return archive.pack(out, [(DATABASE, copy), *place.files()])
    except OSError as error:
        raise BackupError(
            f"The backup {out} cannot be written: {error.strerror or error}. Free some space, or name another file."
        ) from error
