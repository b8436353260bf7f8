"""The models' files by sha256: each is there whole and proven, or not at all."""

import fcntl
import hashlib
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from fer_wire.whole_files import remove_partial, written_whole

from fer_controller.errors import RegistryError

FOLDER = "artifacts"
LOCK_FILE = "lock"
CHUNK_BYTES = 1 << 20

Moved = Callable[[int], None]
"""Told how many bytes were read since the last time."""


def _unheard(_more_bytes: int) -> None:
    """Nobody watches."""


class Artifacts:
    """The files of one registry; who adds or removes holds it."""

    def __init__(self, registry_folder: Path) -> None:
        self._registry_folder = registry_folder
        self._folder = registry_folder / FOLDER

    def path(self, sha256: str) -> Path:
        """Where the file of this hash lies, when it is there."""
        return self._folder / sha256

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else adds or removes meanwhile; what a killed one left half-written is swept up."""
        with self._written():
            self._folder.mkdir(parents=True, exist_ok=True)
            fd = os.open(self._registry_folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            remove_partial(self._folder)
            yield
        finally:
            os.close(fd)

    def take(self, source: Path, sha256: str, moved: Moved = _unheard) -> None:
        """Copy a file in, proven while it is copied; raises RegistryError when it is another or the disk refuses."""
        if self.is_sound(sha256):
            moved(source.stat().st_size)
            return
        with self._written(), written_whole(self.path(sha256)) as file:
            digest = hashlib.sha256()
            for chunk in _chunks(source):
                digest.update(chunk)
                file.write(chunk)
                moved(len(chunk))
            if digest.hexdigest() != sha256:
                raise RegistryError(f"{source} changed while it was copied; add the model again.")

    def is_sound(self, sha256: str, moved: Moved = _unheard) -> bool:
        """Whether the file is there and is what its name says."""
        digest = hashlib.sha256()
        try:
            for chunk in _chunks(self.path(sha256)):
                digest.update(chunk)
                moved(len(chunk))
        except FileNotFoundError:
            return False
        except OSError as error:
            raise RegistryError(f"{self.path(sha256)} cannot be read: {error.strerror or error}.") from error
        return digest.hexdigest() == sha256

    def keep_only(self, wanted: Collection[str]) -> int:
        """Remove every other file; returns the bytes that became free."""
        freed_bytes = 0
        with self._written():
            for path in self._folder.iterdir():
                if path.name not in wanted:
                    freed_bytes += path.stat().st_size
                    path.unlink()
        return freed_bytes

    @contextmanager
    def _written(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise RegistryError(
                f"The registry {self._registry_folder} cannot be written: {error.strerror or error}. "
                "Make room or correct registry.folder; what was there before is whole."
            ) from error


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
