"""What a rollout brings: a model, settings, or both."""

from typing import Any

from fer_wire.tuning import SettingValues, spelled
from pydantic import Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from fer_controller.errors import RequestError
from fer_controller.rollout.planning.asked import Asked
from fer_controller.rollout.planning.typed import (
    AUTO,
    Assignments,
    Precision,
    SettingNames,
    assigned,
    model_name,
)


class Wanted(Asked):
    """The change that a rollout carries; raises RequestError where a value is misspelled."""

    model: str = Field(default="", description="NAME or NAME@VERSION; by default the newest of the only one.")
    version: SkipJsonSchema[str | None] = None
    precision: Precision = Field(default=AUTO, description="auto, fp32, fp16 or int8.")
    sets: Assignments = Field(
        default=(), description="NAME=VALUE of a setting that comes with it, as `settings list` shows them; repeatable."
    )
    unsets: SettingNames = Field(
        default=(), description="Name of a setting that is as on the device itself again; repeatable."
    )
    without_model: bool = Field(default=False, description="Settings alone; devices keep the models that they have.")

    @property
    def changes_settings(self) -> bool:
        """Whether it brings settings."""
        return bool(self.sets or self.unsets)

    @property
    def settings_words(self) -> str:
        """The change of settings as people type it; empty where there is none."""
        sets = [spelled(assigned(self.sets))] if self.sets else []
        return " ".join([*sets, *(f"{name}=default" for name in self.unsets)])

    def settings_after(self, before: SettingValues) -> SettingValues:
        """All settings from afar of a device that had these."""
        kept = {name: value for name, value in before.items() if name not in self.unsets}
        return {**kept, **assigned(self.sets)}

    @model_validator(mode="before")
    @classmethod
    def _split_model(cls, typed: Any) -> Any:
        if not isinstance(typed, dict) or not isinstance(typed.get("model") or "", str):
            return typed
        name, version = model_name(typed.get("model") or "")
        return {**typed, "model": name, **({} if version is None else {"version": version})}

    @model_validator(mode="after")
    def _something(self) -> "Wanted":
        if self.without_model and not self.changes_settings:
            raise RequestError("--without-model changes nothing without --set or --unset.")
        if self.without_model and (self.model or self.precision != AUTO):
            raise RequestError("--without-model excludes --model and --precision; leave one of them out.")
        if twice := set(assigned(self.sets)).intersection(self.unsets):
            raise RequestError(f"{', '.join(sorted(twice))} cannot be both set and unset; choose one.")
        return self
