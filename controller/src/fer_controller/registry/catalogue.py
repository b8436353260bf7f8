"""The models that devices may fetch: verified, signed, added and removed."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from fer_wire import ModelManifest
from fer_wire.keys import MODELS
from fer_wire.manifest import Variant
from fer_wire.message import iso_utc
from fer_wire.signed import MANIFEST as SIGNED_MANIFEST

from fer_controller.errors import RegistryError
from fer_controller.registry import rotation, signing
from fer_controller.registry.artifacts import Artifacts
from fer_controller.registry.cards import read_card
from fer_controller.registry.key_lists import KeyHistory
from fer_controller.registry.model import VERSION_MARK, RegisteredModel, read_manifest
from fer_controller.registry.plain_files import read_plain
from fer_controller.store.registry.records import StoredModel
from fer_controller.store.registry.store import ModelStore

if TYPE_CHECKING:
    from types import ModuleType

MANIFEST = "manifest.json"
MANIFEST_BYTES = 1024 * 1024
"""The most that a device reads; with one more it is cut, and no JSON."""
USERS_NAMED = 3

Watch = Callable[[str, int, int], None]
"""Called with the current step, the bytes done since the last call, and the bytes in all."""


Told = Callable[[str, str], None]
"""Called with what is done to which model, in the transaction that does it."""
ADDED, SIGNED, REMOVED = "adds", "signs", "removes"


def _unwatched(_step: str, _more_bytes: int, _all_bytes: int) -> None:
    """Ignore the progress."""


def _untold(_what: str, _label: str) -> None:
    """Tell nobody."""


class Shelf:
    """Finds and verifies models without changing anything."""

    def __init__(self, store: ModelStore, folder: Path) -> None:
        self._store = store
        self.folder = folder
        self.artifacts = Artifacts(folder, store.content)

    def list(self) -> list[RegisteredModel]:
        """All models in the order in which they were added."""
        return [_registered(stored) for stored in self._store.all()]

    def get(self, name: str, version: str | None = None) -> RegisteredModel:
        """The model, or without a version the one added last; raises RegistryError when there is none."""
        stored = self._store.get(name, version)
        if stored is None:
            wanted = name if version is None else f"{name}{VERSION_MARK}{version}"
            raise RegistryError(
                f"The registry has no model {wanted}; see `fer-controller models list`, "
                "or add it with `fer-controller models add`."
            )
        return _registered(stored)

    def card(self, model: RegisteredModel) -> str:
        """What is written about a model for people, as Markdown; nobody signed it. Empty where nothing is."""
        return self._store.card(model.name, model.version)

    def by_sha256(self, sha256: str) -> tuple[RegisteredModel, str] | None:
        """The model that has this file, and as which precision."""
        found = self._store.of_file(sha256)
        return None if found is None else (_registered(found[0]), found[1])

    def verify(self, model: RegisteredModel, watch: Watch = _unwatched) -> None:
        """Check hashes, contract, golden batches and signature; raises RegistryError for the first fault."""
        golden = _golden()
        signing.public_text(self.folder / signing.PUBLIC_FILE)
        if not self._proven(model.payload, model.manifest.signature):
            raise RegistryError(
                f"{model.label} is not signed by {self.folder / signing.PRIVATE_FILE}; "
                "run `fer-controller models keygen` to sign it again."
            )
        for variant in model.manifest.variants:
            golden.prove(self.artifacts.present(variant.sha256), variant, model.manifest)
            watch(f"proving {model.label}", variant.size_bytes, _size_bytes(model.manifest))

    def _proven(self, payload: bytes, signature: str) -> bool:
        """Whether a key has signed it that may sign models now."""
        return bool(KeyHistory(self.folder).trust.signer(SIGNED_MANIFEST, payload, signature, MODELS))


class Catalogue(Shelf):
    """Also adds, signs and removes models; if it is killed, each model is either complete or absent."""

    def __init__(self, store: ModelStore, folder: Path, told: Told = _untold, sign_command: Sequence[str] = ()) -> None:
        super().__init__(store, folder)
        self._told, self._sign_command = told, sign_command

    def add(self, entry: Path, watch: Watch = _unwatched) -> tuple[RegisteredModel, bool]:
        """Verify, sign and store the model in a folder; False when it was there already.

        Its card comes with it. A model that was there takes over the figures and the card of the folder, no more.
        Raises RegistryError when it breaks the contract, or when another model has its name and version.
        """
        payload, card = _manifest_bytes(entry), read_card(entry)
        manifest = read_manifest(payload, entry / MANIFEST)
        signed = self._signed(payload, manifest.signature)
        self._check_free(manifest)
        golden, all_bytes = _golden(), 2 * _size_bytes(manifest)
        for variant in manifest.variants:
            golden.prove(entry / variant.file, variant, manifest)
            watch(f"proving {variant.precision}", variant.size_bytes, all_bytes)
        with self.artifacts.held():
            known = self._check_free(manifest)
            for variant in manifest.variants:
                self.artifacts.take(entry / variant.file, variant.sha256, _copying(watch, variant, all_bytes))
                self._store.put_content(variant.sha256, self.artifacts.chunks(variant.sha256))
            with self._store.transaction():
                if known is None:
                    self._insert(manifest, signed)
                elif not _same(known.payload, payload):
                    self._say_anew(known, signed)
                self._put_card(manifest, card)
        return self.get(manifest.name, manifest.version), known is None

    def sign_anew(self) -> list[RegisteredModel]:
        """Sign the models that no key has signed which may sign models now; returns them."""
        with self.artifacts.held():
            stale = [each for each in self.list() if not self._proven(each.payload, each.manifest.signature)]
            signed = [StoredModel(each.name, each.version, self._signed(each.payload), each.added_at) for each in stale]
            with self._store.transaction():
                self._store.sign_anew(signed)
                for model in stale:
                    self._told(SIGNED, model.label)
        return stale

    def remove(self, name: str, version: str) -> int:
        """Delete a model and the files that no other model uses; returns the number of bytes freed.

        Raises RegistryError when there is no such model, or when a device or a rollout still needs one of its files.
        """
        with self.artifacts.held():
            model = self.get(name, version)
            with self._store.transaction():
                self._store.remove_model(name, version, lambda: self._check_unused(model))
                self._told(REMOVED, model.label)
            self._store.forget_unkept_contents()
            return self.artifacts.keep_only(self._store.kept_files())

    def _signed(self, payload: bytes, signature: str = "") -> bytes:
        """The manifest with our signature, unless one that devices trust is in it already."""
        if signature and self._proven(payload, signature):
            return SIGNED_MANIFEST.with_signature(payload, signature)
        key = rotation.authorized(self.folder, signing.signer(self.folder, self._sign_command), MODELS)
        return signing.signed(SIGNED_MANIFEST, payload, key)

    def _check_free(self, manifest: ModelManifest) -> RegisteredModel | None:
        """The same model if it is stored already; raises RegistryError when another has its name and version."""
        stored = self._store.get(manifest.name, manifest.version)
        if stored is None:
            return None
        known = _registered(stored)
        if known.manifest.without_figures() != manifest.without_figures():
            raise RegistryError(
                f"The registry has another {manifest.name}{VERSION_MARK}{manifest.version} already; "
                "versions never change, so export this one under a new version."
            )
        return known

    def _check_unused(self, model: RegisteredModel) -> None:
        users = {user for each in model.manifest.variants for user in self._store.users_of_file(each.sha256)}
        if users:
            named = ", ".join(sorted(users)[:USERS_NAMED]) + (" and others" if len(users) > USERS_NAMED else "")
            raise RegistryError(
                f"{model.label} is still needed by {named}; deploy another model there, or end the rollout."
            )

    def _insert(self, manifest: ModelManifest, signed: bytes) -> None:
        stored = StoredModel(manifest.name, manifest.version, signed, iso_utc(datetime.now(UTC)))
        self._store.add_model(stored, [(variant.precision, variant.sha256) for variant in manifest.variants])
        self._told(ADDED, f"{manifest.name}{VERSION_MARK}{manifest.version}")

    def _say_anew(self, known: RegisteredModel, signed: bytes) -> None:
        self._store.sign_anew([StoredModel(known.name, known.version, signed, known.added_at)])
        self._told(ADDED, f"figures of {known.label}")

    def _put_card(self, manifest: ModelManifest, card: str) -> None:
        if card and card != self._store.card(manifest.name, manifest.version):
            self._store.put_card(manifest.name, manifest.version, card)
            self._told(ADDED, f"the card of {manifest.name}{VERSION_MARK}{manifest.version}")


def _same(stored: bytes, payload: bytes) -> bool:
    return SIGNED_MANIFEST.signed_bytes(stored) == SIGNED_MANIFEST.signed_bytes(payload)


def _registered(stored: StoredModel) -> RegisteredModel:
    place = f"The registry's {stored.name}{VERSION_MARK}{stored.version}"
    manifest = read_manifest(stored.manifest, place)
    return RegisteredModel(stored.name, stored.version, manifest, stored.added_at, stored.manifest)


def _copying(watch: Watch, variant: Variant, all_bytes: int) -> Callable[[int], None]:
    return lambda more_bytes: watch(f"copying {variant.precision}", more_bytes, all_bytes)


def _size_bytes(manifest: ModelManifest) -> int:
    return sum(variant.size_bytes for variant in manifest.variants)


def _manifest_bytes(entry: Path) -> bytes:
    try:
        return read_plain(entry / MANIFEST, MANIFEST_BYTES)
    except OSError as error:
        raise RegistryError(
            f"There is no model in {entry} ({MANIFEST}: {error.strerror}); "
            "give the folder NAME/VERSION that `fer-models export` wrote."
        ) from error


def signed_entry(entry: Path, by: signing.Signer) -> bytes:
    """The manifest of a model in a folder, signed; raises RegistryError when there is none."""
    payload = _manifest_bytes(entry)
    read_manifest(payload, entry / MANIFEST)
    return signing.signed(SIGNED_MANIFEST, payload, by)


def _golden() -> "ModuleType":
    try:
        from fer_controller.registry import golden
    except ImportError as error:
        raise RegistryError(
            "Models are verified with onnxruntime and numpy, which are not installed; "
            "run `pip install 'fer-controller[registry]'`."
        ) from error
    return golden
