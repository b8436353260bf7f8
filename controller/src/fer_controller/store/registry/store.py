"""Models in the database."""

from collections.abc import Callable, Iterable, Iterator
from itertools import count

from fer_controller.store.database import Database, named
from fer_controller.store.registry.records import StoredModel

Files = Iterable[tuple[str, str]]
"""(precision, sha256) of each file of a model."""


class ModelStore:
    """The models that devices may fetch; each change is one transaction, durable when it returns."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.transaction = database.transaction

    def all(self) -> list[StoredModel]:
        """All models in the order in which they were added."""
        return self._database.records(StoredModel, "models")

    def get(self, name: str, version: str | None) -> StoredModel | None:
        """The model, or without a version the one of that name that was added last."""
        return self._database.first(StoredModel, "model", {"name": name, "version": version})

    def of_file(self, sha256: str) -> tuple[StoredModel, str] | None:
        """The model added last that has this file, and as which precision."""
        for row in self._database.rows("model_of_file", {"sha256": sha256}):
            model = StoredModel(row["name"], row["version"], row["manifest"], row["added_at"])
            return model, row["precision"]
        return None

    def files_of(self, name: str, version: str) -> set[str]:
        """The sha256 of each file of a model."""
        return {row["sha256"] for row in self._database.rows("files_of", {"name": name, "version": version})}

    def kept_files(self) -> set[str]:
        """The sha256 of every file that a model has."""
        return {row["sha256"] for row in self._database.rows("kept_files")}

    def users_of_file(self, sha256: str) -> list[str]:
        """Devices that are to run the file, and unfinished rollouts that name it."""
        return [row["user"] for row in self._database.rows("users_of_file", {"sha256": sha256})]

    def add_model(self, model: StoredModel, files: Files) -> None:
        """Add a model with its files, or nothing; raises StoreError when its name and version are taken."""
        number = {"name": model.name, "version": model.version}
        with self._database.transaction():
            self._database.run("insert_model", named(model))
            rows = [{**number, "precision": precision, "sha256": sha256} for precision, sha256 in files]
            self._database.many("insert_model_file", rows)

    def card(self, name: str, version: str) -> str:
        """What is written about a model for people, as Markdown; empty where nothing is."""
        found = self._database.rows("card", {"name": name, "version": version})
        return str(found[0]["card"]) if found else ""

    def put_card(self, name: str, version: str, card: str) -> None:
        """Replace it."""
        with self._database.transaction():
            self._database.run("update_card", {"name": name, "version": version, "card": card})

    def put_content(self, sha256: str, chunks: Iterable[bytes]) -> None:
        """Store a file that others will serve; where this machine alone does, nothing happens."""
        if not self._database.keeps_files:
            return
        with self._database.transaction():
            for part, chunk in enumerate(chunks):
                self._database.run("insert_content", {"sha256": sha256, "part": part, "content": chunk})

    def content(self, sha256: str) -> Iterator[bytes]:
        """A file in parts, if it is stored here."""
        if not self._database.keeps_files:
            return
        for part in count():
            found = self._database.rows("content", {"sha256": sha256, "part": part})
            if not found:
                return
            yield bytes(found[0]["content"])

    def forget_unkept_contents(self) -> None:
        """Delete the files that no model has any more."""
        if self._database.keeps_files:
            self._database.run("delete_unkept_contents")

    def sign_anew(self, models: Iterable[StoredModel]) -> None:
        """Replace the stored manifests of these models."""
        with self._database.transaction():
            self._database.many("update_manifest", map(named, models))

    def remove_model(self, name: str, version: str, allowed: Callable[[], None]) -> None:
        """Delete a model unless allowed() raises, which is called while nobody else can write."""
        number = {"name": name, "version": version}
        with self._database.transaction():
            allowed()
            self._database.run("delete_model_files", number)
            self._database.run("delete_model", number)
