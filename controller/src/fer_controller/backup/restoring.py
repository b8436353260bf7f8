"""Puts a backup in the place of what a controller had; killed anywhere, it is run again to its end."""

import os
import shutil
from pathlib import Path

from fer_wire.whole_files import move

from fer_controller.backup import archive
from fer_controller.backup.place import DATABASE, Place
from fer_controller.errors import BackupError
from fer_controller.store.sqlite import snapshot
from fer_controller.store.sqlite.lock import exclusive

OURS_ALONE = 0o700
COMPANIONS = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a file: left beside another one, it would be taken for that one's."""


def restore(place: Place, backup: Path, *, replace: bool = False) -> Path | None:
    """Give the controller what the backup holds; returns the folder with what it had, if it had anything.

    Raises StoreError while a controller runs on this database, and BackupError for a backup that is damaged, for a
    database that is there and not to be replaced, and when the disk fails.
    """
    db = place.db.resolve()
    aside, fresh = db.with_name(f"{db.name}.replaced"), db.with_name(f".{db.name}.restored")
    with exclusive(db):
        _expect_leave(db, aside, replace=replace)
        try:
            _unpack(backup, fresh)
            _clear(place, db, aside)
            _put(place, db, fresh)
        except OSError as error:
            raise BackupError(
                f"{backup} cannot be restored: {error.strerror or error}, {error.filename}. Mend that and try again."
            ) from error
    return aside if aside.exists() else None


def _expect_leave(db: Path, aside: Path, *, replace: bool) -> None:
    if db.exists() and not replace:
        raise BackupError(f"{db} is there already; --replace puts the backup in its place, and keeps it aside.")
    if db.exists() and (aside / db.name).exists():
        raise BackupError(f"{aside} keeps what an earlier restore replaced; delete it, or move it elsewhere.")


def _unpack(backup: Path, fresh: Path) -> None:
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(OURS_ALONE)
    archive.unpack(backup, fresh)
    if not (fresh / DATABASE).is_file():
        raise BackupError(f"{backup} holds no database, so it is no backup. Take another one.")
    snapshot.examine(fresh / DATABASE)


def _clear(place: Place, db: Path, aside: Path) -> None:
    """Move what is there aside. Without a database it is what a killed restore had begun to put there."""
    if not db.exists() and (aside / db.name).exists():
        for folder in place.folders.values():
            shutil.rmtree(folder, ignore_errors=True)
        return
    for path in (*place.folders.values(), *(db.with_name(db.name + each) for each in COMPANIONS), db):
        if path.exists():
            aside.mkdir(OURS_ALONE, exist_ok=True)
            move(path, aside / path.name)


def _put(place: Place, db: Path, fresh: Path) -> None:
    """The database last: once it is there, all is."""
    for name, folder in place.folders.items():
        if (fresh / name).is_dir():
            shutil.rmtree(folder, ignore_errors=True)
            folder.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(fresh / name, folder)
    os.sync()
    move(fresh / DATABASE, db)
    shutil.rmtree(fresh)
