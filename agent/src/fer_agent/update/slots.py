"""The models on disk: which serves, which is the one before, which is on trial, and what else is kept.

Of a file there are SHA256.onnx and SHA256.json, its manifest; of one on its way SHA256.partial and SHA256.etag.
"""

import hashlib
import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, List, Optional, Sequence, Set, Tuple

from fer_wire import MessageError, ModelManifest, parse
from fer_wire.device.slots import Occupied
from fer_wire.manifest import Variant
from fer_wire.whole_files import CHUNK_BYTES, remove_partial
from pydantic import ValidationError

from fer_agent.errors import ModelError, StateError, UpdateError
from fer_agent.inference.model import MANIFEST, Model
from fer_agent.update import durable

log = logging.getLogger(__name__)

SLOTS_FILE = "slots.json"
FILE, MANIFEST_OF, PARTIAL, ETAG = ".onnx", ".json", ".partial", ".etag"
SHA256_CHARACTERS = 64
MB = 1024 * 1024

CURRENT, PREVIOUS, TRIAL, FACTORY, CACHED = "current", "previous", "trial", "factory", "cached"


@dataclass(frozen=True)
class Kept:
    """A model on disk."""

    sha256: str
    slot: str
    reference: str
    size_bytes: int
    used_at_s: float
    """Unix time."""


class Slots:
    """The folder of models; only the update thread writes to it once the agent runs.

    on_discard hears the sha256 of a model that is deleted, for what else was made of it.
    """

    def __init__(self, folder: Path, max_mb: float, on_discard: Callable[[str], None] = lambda _sha256: None) -> None:
        self.folder, self._on_discard = folder, on_discard
        self._max_bytes = int(max_mb * MB)
        self.occupied = self._read()

    def prepare(self) -> None:
        """Make the folder, and clear what a power cut left half written; raises StateError."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            remove_partial(self.folder)
        except OSError as error:
            raise StateError(f"Cannot use {self.folder} ({error}); give another --state-dir.") from error

    def partial(self, sha256: str) -> Path:
        """Where a file lies while it is fetched."""
        return self.folder / (sha256 + PARTIAL)

    def etag(self, sha256: str) -> Path:
        """Where the ETag of a file lies while the file is fetched."""
        return self.folder / (sha256 + ETAG)

    def holds(self, sha256: str) -> bool:
        """Whether the file is here with its manifest."""
        return self._file(sha256).is_file() and self._manifest(sha256).is_file()

    def intact(self, sha256: str) -> bool:
        """Whether the file is here, with the content that its name says."""
        try:
            return self.holds(sha256) and digest(self._file(sha256)) == sha256
        except OSError:
            return False

    def find(self, sha256: str) -> Tuple[Model, Variant]:
        """What a classifier is made of; raises ModelError when it is not here."""
        try:
            manifest = parse(ModelManifest, self._manifest(sha256).read_bytes())
        except (OSError, MessageError) as error:
            raise ModelError(f"The model {sha256[:12]} in {self.folder} cannot be used ({error}).") from error
        for variant in manifest.variants:
            if variant.sha256 == sha256:
                here = variant.model_copy(update={"file": sha256 + FILE})
                return Model(self.folder, manifest, (here,)), here
        raise ModelError(f"The manifest of the model {sha256[:12]} in {self.folder} does not name it.")

    def reference(self, sha256: Optional[str]) -> str:
        """NAME@VERSION/PRECISION; empty when it is not here."""
        try:
            model, variant = self.find(sha256 or "")
        except ModelError:
            return ""
        return model.manifest.reference(variant.precision)

    def used(self, sha256: str) -> None:
        """Remember that it was used now."""
        if self._file(sha256).exists():
            os.utime(str(self._file(sha256)))

    def take_in(self, sha256: str, manifest: bytes) -> None:
        """Make a model of a file that was fetched and verified; raises StateError."""
        durable.replace(self._manifest(sha256), manifest)
        durable.keep(self.partial(sha256), self._file(sha256))
        self.used(sha256)
        _unlink(self.etag(sha256))

    def adopt(self, model: Model, variant: Variant) -> None:
        """Copy the settings' or packaged model, so that a new package cannot take it away; raises StateError."""
        if not self.intact(variant.sha256):
            durable.replace(self._manifest(variant.sha256), (model.folder / MANIFEST).read_bytes())
            durable.copy(model.folder / variant.file, self._file(variant.sha256))
        if self.occupied.factory != variant.sha256:
            self._put(self.occupied.model_copy(update={"factory": variant.sha256}))

    def try_out(self, sha256: str) -> None:
        """Put a model on trial; an agent that finds it there when it starts serves it."""
        self._put(self.occupied.trying(sha256))

    def end_trial(self) -> None:
        """End the trial: the current model serves again."""
        if self.occupied.trial is not None:
            self._put(self.occupied.without_trial())

    def commit(self, sha256: str, configured: str) -> None:
        """Make a model the current one, and keep the one before to return to."""
        self._put(self.occupied.committed(sha256, configured))

    def let_go_of_current(self) -> None:
        """Make the settings' or packaged model the current one again, and keep what was as the one before."""
        self._put(self.occupied.without_current())

    def kept(self) -> List[Kept]:
        """All models on disk, those in slots first, then the last used first."""
        slots = {sha: slot for slot, sha in reversed(self._slots()) if sha}
        order = [CURRENT, TRIAL, PREVIOUS, FACTORY, CACHED]
        found = [self._kept(path, slots.get(path.stem, CACHED)) for path in self._files()]
        return sorted(found, key=lambda kept: (order.index(kept.slot), -kept.used_at_s))

    def make_room(self, wanted: Sequence[Tuple[str, int]]) -> None:
        """Delete what is not in use, the longest unused first, until these files (sha256, bytes) fit in the cache.

        Raises UpdateError when they cannot.
        """
        names, still = {sha256 for sha256, _ in wanted}, self._protected()
        for leftover in [*self.folder.glob(f"*{PARTIAL}"), *self.folder.glob(f"*{ETAG}")]:
            if leftover.stem not in names:
                _unlink(leftover)
        new_bytes = sum(size for sha256, size in wanted if not self.holds(sha256))
        for kept in sorted(self.kept(), key=lambda kept: kept.used_at_s):
            if self._size_bytes() + new_bytes <= self._max_bytes:
                return
            if kept.sha256 not in still | names:
                self.discard(kept.sha256)
        if self._size_bytes() + new_bytes > self._max_bytes:
            raise UpdateError(
                f"The new files ({new_bytes / MB:.1f} MB) do not fit beside the models in use "
                f"({self._size_bytes() / MB:.1f} MB); raise update.cache_max_mb from {self._max_bytes / MB:g}."
            )

    def discard(self, sha256: str) -> None:
        """Delete a file, whether it is whole or still being fetched."""
        for path in (self._file(sha256), self._manifest(sha256), self.partial(sha256), self.etag(sha256)):
            _unlink(path)
        self._on_discard(sha256)

    def _put(self, occupied: Occupied) -> None:
        durable.replace(self.folder / SLOTS_FILE, occupied.model_dump_json().encode())
        self.occupied = occupied

    def _read(self) -> Occupied:
        path = self.folder / SLOTS_FILE
        try:
            return Occupied.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return Occupied()
        except (ValidationError, OSError) as error:
            log.error("%s cannot be read (%s); the model of the settings serves.", path, type(error).__name__)
            return Occupied()

    def _slots(self) -> List[Tuple[str, Optional[str]]]:
        now = self.occupied
        return [(CURRENT, now.current), (TRIAL, now.trial), (PREVIOUS, now.previous), (FACTORY, now.factory)]

    def _protected(self) -> Set[str]:
        return {sha for _, sha in self._slots() if sha}

    def _kept(self, path: Path, slot: str) -> Kept:
        status = path.stat()
        return Kept(path.stem, slot, self.reference(path.stem), status.st_size, status.st_mtime)

    def _files(self) -> List[Path]:
        return [path for path in self.folder.glob(f"*{FILE}") if len(path.stem) == SHA256_CHARACTERS]

    def _size_bytes(self) -> int:
        return sum(path.stat().st_size for path in self._files())

    def _file(self, sha256: str) -> Path:
        return self.folder / (sha256 + FILE)

    def _manifest(self, sha256: str) -> Path:
        return self.folder / (sha256 + MANIFEST_OF)


def digest(path: Path) -> str:
    """The sha256 of a file, read in pieces; raises OSError."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        for chunk in iter(lambda: file.read(CHUNK_BYTES), b""):
            found.update(chunk)
    return found.hexdigest()


def _unlink(path: Path) -> None:
    try:
        path.unlink()
    except FileNotFoundError:
        pass
    except OSError as error:
        log.warning("Cannot delete %s (%s).", path, error)
