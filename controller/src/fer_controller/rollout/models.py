"""What a rollout asks of the model registry."""

from typing import Protocol

from fer_wire import ModelManifest
from fer_wire.desired import Artifact


class Model(Protocol):
    """A model whose files devices can fetch."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def version(self) -> str:
        """Its version."""

    @property
    def manifest(self) -> ModelManifest:
        """As signed."""

    @property
    def added_at(self) -> str:
        """When it came into the registry; ISO 8601 in UTC."""

    @property
    def manifest_url(self) -> str:
        """Path of the signed manifest at the controller."""

    def reference(self, precision: str) -> str:
        """NAME@VERSION/PRECISION."""

    def artifact(self, precision: str) -> Artifact:
        """The file of that precision, with its path at the controller."""


class FilesBySha(Protocol):
    """Looks a file up by what is in it."""

    def by_sha256(self, sha256: str) -> tuple[Model, str] | None:
        """The model that has this file, and as which precision; None when the registry does not know it."""
