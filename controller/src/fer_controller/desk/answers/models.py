"""The registry's models."""

from fer_wire.manifest import Variant

from fer_controller.desk.answers.table import ANSWERS, Context
from fer_controller.operations.models import MODEL, MODELS, ModelAnswer, ModelQuery, VariantAnswer, WholeModelAnswer
from fer_controller.operations.operation import Nothing
from fer_controller.registry.model import RegisteredModel, split


@ANSWERS.carries_out(MODELS)
def models(context: Context, _asked: Nothing) -> list[ModelAnswer]:
    """All, in the order in which they were added."""
    return [described(each) for each in context.stores.models.list()]


@ANSWERS.carries_out(MODEL)
def model(context: Context, asked: ModelQuery) -> WholeModelAnswer:
    """All of one; raises RegistryError when there is none."""
    shelf = context.stores.models
    found = shelf.get(*split(asked.model))
    manifest = found.manifest.model_dump(mode="json")
    return WholeModelAnswer(**dict(described(found)), manifest=manifest, card=shelf.card(found))


def described(model: RegisteredModel) -> ModelAnswer:
    """A model as operators see it."""
    return ModelAnswer(
        model=model.label,
        name=model.name,
        version=model.version,
        task=model.task,
        added_at=model.added_at,
        manifest_url=model.manifest_url,
        variants=tuple(_variant(model, each) for each in model.manifest.variants),
    )


def _variant(model: RegisteredModel, variant: Variant) -> VariantAnswer:
    return VariantAnswer(
        precision=variant.precision,
        sha256=variant.sha256,
        size_bytes=variant.size_bytes,
        parameters=variant.parameters,
        accuracy=variant.accuracy,
        measured=variant.measured,
        url=model.artifact(variant.precision).url,
    )
