"""The files of models, stored by their sha256: each is complete and verified, or not there."""

import fcntl
import hashlib
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from fer_wire.whole_files import remove_partial, written_whole

from fer_controller.errors import RegistryError

FOLDER = "artifacts"
LOCK_FILE = "lock"
CHUNK_BYTES = 1 << 20

Fetch = Callable[[str], Iterable[bytes]]
"""Reads the file of a hash from where other machines find it, in parts; none where it is not there."""
Moved = Callable[[int], None]
"""Called with the number of bytes read since the last call."""


def _ignored(_more_bytes: int) -> None:
    """Ignore the progress."""


def _nowhere(_sha256: str) -> Iterable[bytes]:
    """There is no other place."""
    return ()


class Artifacts:
    """The files of one registry; whoever adds or removes files must hold its lock."""

    def __init__(self, registry_folder: Path, fetch: Fetch = _nowhere) -> None:
        """Fetch reads what another machine has added."""
        self._fetch = fetch
        self._registry_folder = registry_folder
        self._folder = registry_folder / FOLDER

    def path(self, sha256: str) -> Path:
        """The path of the file with this hash, whether or not it exists."""
        return self._folder / sha256

    def present(self, sha256: str) -> Path:
        """The path of the file with this hash, fetched if need be; whether there is one, shows when it is opened."""
        path = self.path(sha256)
        if not path.exists():
            with self.held():
                self._copy(sha256, path)
        return path

    def chunks(self, sha256: str) -> Iterator[bytes]:
        """The content of a file that is here."""
        return _chunks(self.path(sha256))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Lock the registry against other writers, and remove files that a killed one left half-written."""
        with self._written():
            self._folder.mkdir(parents=True, exist_ok=True)
            fd = os.open(self._registry_folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            remove_partial(self._folder)
            yield
        finally:
            os.close(fd)

    def take(self, source: Path, sha256: str, moved: Moved = _ignored) -> None:
        """Copy a file in and verify it on the way; raises RegistryError when it does not match or cannot be written."""
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

    def is_sound(self, sha256: str, moved: Moved = _ignored) -> bool:
        """Whether the file exists and its content matches its name."""
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
        """Delete all other files; returns the number of bytes freed."""
        freed_bytes = 0
        with self._written():
            for path in self._folder.iterdir():
                if path.name not in wanted:
                    freed_bytes += path.stat().st_size
                    path.unlink()
        return freed_bytes

    def _copy(self, sha256: str, path: Path) -> None:
        parts = iter(self._fetch(sha256))
        first = next(parts, None)
        if first is None or self.is_sound(sha256):
            return
        digest = hashlib.sha256()
        with self._written(), written_whole(path) as file:
            for part in (first, *parts):
                digest.update(part)
                file.write(part)
            if digest.hexdigest() != sha256:
                raise RegistryError(f"What the database has of {sha256} is damaged; add the model again.")

    @contextmanager
    def _written(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise RegistryError(
                f"The registry {self._registry_folder} cannot be written: {error.strerror or error}. "
                "Free some space or correct registry.folder; the models stored before are intact."
            ) from error


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
