"""One model of the registry, as the rest of the controller sees it."""

from dataclasses import dataclass

from fer_wire import MessageError, ModelManifest, parse
from fer_wire.contracts import CONTRACTS, STRIDES, TASKS
from fer_wire.desired import Artifact
from fer_wire.manifest import Variant

from fer_controller.errors import RegistryError

ARTIFACT_URL = "/v1/artifacts/{sha256}"
MANIFEST_URL = "/v1/models/{name}/{version}/manifest.json"
VERSION_MARK = "@"


@dataclass(frozen=True)
class RegisteredModel:
    """A model that devices may fetch."""

    name: str
    version: str
    manifest: ModelManifest
    added_at: str
    payload: bytes = b""
    """The manifest's JSON, as it was signed."""

    @property
    def label(self) -> str:
        """NAME@VERSION."""
        return f"{self.name}{VERSION_MARK}{self.version}"

    @property
    def task(self) -> str:
        """What it is for: classifier, finder or landmarker."""
        return self.manifest.task

    @property
    def manifest_url(self) -> str:
        """The path of the signed manifest on the controller."""
        return MANIFEST_URL.format(name=self.name, version=self.version)

    @property
    def precisions(self) -> tuple[str, ...]:
        """The precisions that it has."""
        return tuple(variant.precision for variant in self.manifest.variants)

    def reference(self, precision: str) -> str:
        """NAME@VERSION/PRECISION."""
        return self.manifest.reference(precision)

    def variant(self, precision: str) -> Variant:
        """The variant of a precision; raises RegistryError when it has none."""
        for variant in self.manifest.variants:
            if variant.precision == precision:
                return variant
        raise RegistryError(f"{self.label} has no variant {precision}; it has {', '.join(self.precisions)}.")

    def artifact(self, precision: str) -> Artifact:
        """The variant's file as a desired state names it; raises RegistryError when there is none."""
        variant = self.variant(precision)
        url = ARTIFACT_URL.format(sha256=variant.sha256)
        return Artifact(model=self.reference(precision), sha256=variant.sha256, size_bytes=variant.size_bytes, url=url)


def split(text: str) -> tuple[str, str | None]:
    """Name and version of NAME or NAME@VERSION."""
    name, _, version = text.partition(VERSION_MARK)
    return name, version or None


def read_manifest(payload: bytes, place: object) -> ModelManifest:
    """Read a manifest and check it against the contract; raises RegistryError that names the place."""
    try:
        manifest = parse(ModelManifest, payload)
    except MessageError as error:
        raise RegistryError(f"{place} is not the manifest of a model: {error}") from error
    contract = CONTRACTS.get(manifest.task)
    if contract is None:
        raise RegistryError(
            f"{place}: there is no task {manifest.task!r} that this fer-controller knows; it takes "
            f"{', '.join(TASKS)}. Correct the manifest, or upgrade the controller."
        )
    if manifest.labels != contract.labels:
        raise RegistryError(
            f"{place}: the labels are {_listed(manifest.labels)}; "
            f"the contract asks for {_listed(contract.labels)}, in this order."
        )
    _check_sizes(manifest, contract.px, place)
    return manifest


def _check_sizes(manifest: ModelManifest, contract_px: int, place: object) -> None:
    """A finder takes multiples of the coarsest stride, every other model squares of one size."""
    px = contract_px or STRIDES[-1]
    if manifest.face_px != px:
        raise RegistryError(f"{place}: the faces have {manifest.face_px} pixels; the contract asks for {px}.")
    golden_px = manifest.golden.px
    if golden_px != contract_px and (contract_px or golden_px % px):
        raise RegistryError(
            f"{place}: the golden pictures have {golden_px} pixels; "
            f"the contract asks for {'' if contract_px else 'multiples of '}{px}."
        )


def _listed(labels: tuple[str, ...]) -> str:
    return ", ".join(labels) or "none"
