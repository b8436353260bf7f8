"""What a backup holds of a controller: its database, and folders that lie beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from fer_wire.whole_files import PARTIAL

from fer_controller.errors import BackupError
from fer_controller.registry.artifacts import LOCK_FILE
from fer_controller.settings import Settings

DATABASE = "fleet.db"
MODELS, AUTHORITY = "models", "authority"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a controller keeps it; in a backup each has the same name, wherever it lay."""

    db: Path
    folders: dict[str, Path]
    """By their names in the backup."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The place that these settings name; raises BackupError for a server, which has backups of its own."""
        if not isinstance(settings.db, Path):
            raise BackupError(
                f"{settings.db} is a PostgreSQL database; keep it with pg_dump or pg_basebackup, and the folders of "
                f"models and keys ({settings.registry_folder}, {settings.authority_folder}) beside it."
            )
        return cls(settings.db, {MODELS: settings.registry_folder, AUTHORITY: settings.authority_folder})

    def files(self) -> Iterator[tuple[str, Path]]:
        """The files of the folders, by their names in the backup."""
        for name, folder in self.folders.items():
            for path in sorted(folder.rglob("*")):
                if path.is_file() and path.suffix != PARTIAL and path.name != LOCK_FILE:
                    yield f"{name}/{path.relative_to(folder).as_posix()}", path
