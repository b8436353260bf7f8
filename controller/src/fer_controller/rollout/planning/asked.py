"""What every part of a request for a rollout is."""

from pydantic import AliasGenerator, BaseModel, ConfigDict

from fer_controller.rollout.planning.typed import UNIT


class Asked(BaseModel):
    """A field takes what people type (`soak="10m"`) and holds what it means (`soak_s == 600.0`), which is stored."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        protected_namespaces=(),
        validate_by_name=True,
        alias_generator=AliasGenerator(validation_alias=lambda name: name.removesuffix(UNIT)),
    )
