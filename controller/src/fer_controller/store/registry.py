"""Models and tokens in the SQLite file; opened beside a running controller."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from fer_controller.errors import StoreError
from fer_controller.store.queries import QUERIES
from fer_controller.store.sqlite import SqliteReader, SqliteWriter

BUSY_TIMEOUT_S = 10.0

Files = Iterable[tuple[str, str]]
"""(precision, sha256) of each file of a model."""


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A model as it stands in the store: its manifest is the JSON as signed."""

    name: str
    version: str
    manifest: bytes
    added_at: str


class RegistryTables(SqliteReader):
    """What can be asked of models and tokens, by who looks and by who writes."""

    def models(self) -> list[StoredModel]:
        """All models in the order in which they were added."""
        return [StoredModel(*row) for row in self._rows("models")]

    def model(self, name: str, version: str | None) -> StoredModel | None:
        """The model, or without a version the one of that name that was added last."""
        rows = self._rows("model", {"name": name, "version": version})
        return StoredModel(*rows[0]) if rows else None

    def model_of_file(self, sha256: str) -> tuple[StoredModel, str] | None:
        """The model added last that has this file, and as which precision."""
        rows = self._rows("model_of_file", (sha256,))
        return (StoredModel(*rows[0][:4]), rows[0][4]) if rows else None

    def kept_files(self) -> set[str]:
        """The sha256 of every file that a model has."""
        return {row[0] for row in self._rows("kept_files")}

    def users_of_file(self, sha256: str) -> list[str]:
        """Devices that shall run the file, and rollouts that have not ended and name it."""
        return [row[0] for row in self._rows("users_of_file", {"sha256": sha256})]

    def token(self, sha256: str) -> tuple[str, str] | None:
        """The device whose token has this hash, and the hash."""
        rows = self._rows("token", (sha256,))
        return (rows[0][0], rows[0][1]) if rows else None


class RegistryReader(RegistryTables):
    """Looks at models and tokens; raises StoreError when the database is not there or is older than them."""

    def _prepare(self) -> None:
        if not self._rows("has_registry")[0][0]:
            raise StoreError(f"{self._path} has no model yet; add one with `fer-controller models add`.")


class RegistryStore(RegistryTables, SqliteWriter):
    """Also writes; each call is one transaction, durable when it returns."""

    def __init__(self, path: Path) -> None:
        self._open(path, f"file:{quote(str(path.absolute()))}", BUSY_TIMEOUT_S)

    def add_model(self, model: StoredModel, files: Files) -> None:
        """Add a model with its files, or nothing; raises StoreError when its name and version are taken."""
        with self._trouble(), self._transaction():
            self._many("insert_model", [(model.name, model.version, model.manifest, model.added_at)])
            rows = [(precision, sha256, model.name, model.version) for precision, sha256 in files]
            self._many("insert_model_file", rows)

    def sign_anew(self, models: Iterable[StoredModel]) -> None:
        """Keep the manifests of these models instead of those that are stored."""
        with self._trouble(), self._transaction():
            self._many("update_manifest", [(model.manifest, model.name, model.version) for model in models])

    def remove_model(self, name: str, version: str, allowed: Callable[[], None]) -> None:
        """Forget a model, unless allowed() raises; it is asked while nobody else can write."""
        with self._trouble(), self._transaction():
            allowed()
            self._many("delete_model_files", [(name, version)])
            self._many("delete_model", [(name, version)])

    def put_token(self, device: str, sha256: str, made_at: str) -> None:
        """Give a device the token of this hash, instead of the one that it had."""
        with self._trouble(), self._transaction():
            self._many("upsert_token", [(device, sha256, made_at)])

    def remove_token(self, device: str) -> bool:
        """Take a device's token away; False when it had none."""
        with self._trouble(), self._transaction():
            return self._db.execute(QUERIES["delete_token"], (device,)).rowcount > 0
