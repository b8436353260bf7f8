"""Operations on the registry's models."""

from fer_wire.contracts import CLASSIFIER, TASKS
from fer_wire.manifest import Accuracy, Measurement
from pydantic import Field

from fer_controller.operations.as_stored import StoredManifest
from fer_controller.operations.operation import GET, Answer, Nothing, Operation, Parameters
from fer_controller.store.credentials.records import VIEWER


class VariantAnswer(Answer):
    """One file of a model."""

    precision: str = Field(description="fp32, fp16 or int8.")
    sha256: str = Field(description="Of the file.")
    size_bytes: int = Field(description="Of the file.")
    parameters: int = Field(description="How many the network has.")
    accuracy: tuple[Accuracy, ...] = Field(description="Of a classifier, by data set and split.")
    measured: tuple[Measurement, ...] = Field(default=(), description="Of a finder or a landmarker, on held-out data.")
    url: str = Field(description="Where devices fetch the file.")


class ModelAnswer(Answer):
    """A model of the registry."""

    model: str = Field(description="NAME@VERSION.")
    name: str = Field(description="Its name.")
    version: str = Field(description="Its version.")
    task: str = Field(default=CLASSIFIER, description=f"What it is for: {', '.join(TASKS)}.")
    added_at: str = Field(description="When it came into the registry; ISO 8601 in UTC.")
    manifest_url: str = Field(description="Where devices fetch its signed manifest.")
    variants: tuple[VariantAnswer, ...] = Field(description="Its files.")


class ModelQuery(Parameters):
    """Which model."""

    model: str = Field(description="NAME@VERSION, or NAME: the version added last.")


class WholeModelAnswer(ModelAnswer):
    """All that is known of a model."""

    manifest: StoredManifest = Field(description="Its manifest: where it came from, and how good it is.")
    card: str = Field(default="", description="Its card, in Markdown: figures, limits, intended use; nobody signed it.")


MODELS = Operation(
    "models", GET, "/v1/models", VIEWER, Nothing, list[ModelAnswer],
    "The models of the registry, as `models list --json`.",
)  # fmt: skip

MODEL = Operation(
    "model", GET, "/v1/models/{model}", VIEWER, ModelQuery, WholeModelAnswer,
    "All of a model, as `models show --json`: NAME@VERSION, or NAME for the version added last.",
)  # fmt: skip

OPERATIONS = (MODELS, MODEL)
