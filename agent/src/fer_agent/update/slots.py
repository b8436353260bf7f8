"""The models on disk: for each task which serves, which is the one before, which is on trial; and what else is kept.

Of a file there are SHA256.onnx and SHA256.json, its manifest; of one on its way SHA256.partial and SHA256.etag.
"""

import hashlib
import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Dict, List, Optional, Sequence, Set, Tuple

from fer_wire import MessageError, ModelManifest, parse
from fer_wire.contracts import CLASSIFIER
from fer_wire.device.slots import Occupied
from fer_wire.manifest import Variant
from fer_wire.whole_files import CHUNK_BYTES, remove_partial
from pydantic import Field

from fer_agent.errors import ModelError, StateError, UpdateError
from fer_agent.host.kept_file import kept_in
from fer_agent.inference.model import MANIFEST, Model
from fer_agent.update import durable

log = logging.getLogger(__name__)

SLOTS_FILE = "slots.json"
FILE, MANIFEST_OF, PARTIAL, ETAG = ".onnx", ".json", ".partial", ".etag"
SHA256_CHARACTERS = 64
MB = 1024 * 1024

CURRENT, PREVIOUS, TRIAL, FACTORY, CACHED = "current", "previous", "trial", "factory", "cached"
SLOTS = (CURRENT, TRIAL, PREVIOUS, FACTORY)
"""As the fields of Occupied are called, the most important first."""


@dataclass(frozen=True)
class Kept:
    """A model on disk."""

    sha256: str
    task: str
    """Empty when its manifest cannot be read."""
    slot: str
    reference: str
    size_bytes: int
    used_at_s: float
    """Unix time."""


class _SlotsFile(Occupied):
    """slots.json: the classifier's slots, as they were before there were others, and those of the other tasks."""

    others: Dict[str, Occupied] = Field(default_factory=dict)


class Slots:
    """The folder of models; only the update thread writes to it once the agent runs.

    on_discard hears the sha256 of a model that is deleted, for what else was made of it.
    """

    def __init__(self, folder: Path, max_mb: float, on_discard: Callable[[str], None] = lambda _sha256: None) -> None:
        self.folder, self._on_discard = folder, on_discard
        self._max_bytes = int(max_mb * MB)
        self._occupied = self._read()

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
        """What a network is made of; raises ModelError when it is not here."""
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
        return self._about(sha256 or "")[1]

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

    def copy(self, model: Model, variant: Variant) -> None:
        """Have a copy of a model that lies elsewhere; raises StateError."""
        if not self.intact(variant.sha256):
            durable.replace(self._manifest(variant.sha256), (model.folder / MANIFEST).read_bytes())
            durable.copy(model.folder / variant.file, self._file(variant.sha256))

    def occupied(self, task: str) -> Occupied:
        """What is in the slots of one task."""
        return self._occupied.get(task, Occupied())

    def occupy(self, task: str, occupied: Occupied) -> None:
        """Change the slots of one task, whole or not at all; raises StateError."""
        changed = {**self._occupied, task: occupied}
        others = {name: each for name, each in changed.items() if name != CLASSIFIER}
        file = _SlotsFile(**dict(changed.get(CLASSIFIER, Occupied())), others=others)
        durable.replace(self.folder / SLOTS_FILE, file.model_dump_json().encode())
        self._occupied = changed

    def kept(self) -> List[Kept]:
        """All models on disk, those in slots first, then the last used first."""
        slots = {sha: slot for slot, sha in reversed(self._slots()) if sha}
        found = [self._kept(path, slots.get(path.stem, CACHED)) for path in self._files()]
        return sorted(found, key=lambda kept: ((*SLOTS, CACHED).index(kept.slot), -kept.used_at_s))

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

    def _read(self) -> Dict[str, Occupied]:
        file = kept_in(self.folder / SLOTS_FILE, _SlotsFile, "the models of the settings serve")
        if file is None:
            return {}
        return {CLASSIFIER: Occupied(**file.model_dump(exclude={"others"})), **file.others}

    def _slots(self) -> List[Tuple[str, Optional[str]]]:
        return [(slot, getattr(now, slot)) for slot in SLOTS for now in self._occupied.values()]

    def _protected(self) -> Set[str]:
        return {sha for _, sha in self._slots() if sha}

    def _kept(self, path: Path, slot: str) -> Kept:
        status = path.stat()
        task, reference = self._about(path.stem)
        return Kept(path.stem, task, slot, reference, status.st_size, status.st_mtime)

    def _about(self, sha256: str) -> Tuple[str, str]:
        try:
            model, variant = self.find(sha256)
        except ModelError:
            return "", ""
        return model.manifest.task, model.manifest.reference(variant.precision)

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
