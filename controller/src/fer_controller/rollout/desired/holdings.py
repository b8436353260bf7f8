"""What a rollout brings a device, and what the device had before: a model's file, settings, or both."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from fer_wire import Reported
from fer_wire.desired import Artifact, settings_alone
from fer_wire.tuning import SettingValues, canonical, spelled
from pydantic import TypeAdapter

from fer_controller.store.rollouts.records import TargetRow

ARTIFACTS = TypeAdapter(tuple[Artifact, ...])
SILENT = "it says nothing of its settings: its agent is too old to be told any"
HAS_OTHER_SETTINGS = "it has the settings {found}, and not {told}"
RUNS_ANOTHER = "it runs {found}"


def dumped(artifacts: Sequence[Artifact]) -> str:
    """The files that a device may choose from, as they are stored with it."""
    return json.dumps([artifact.model_dump() for artifact in artifacts], separators=(",", ":"))


@lru_cache(256)
def artifacts_of(text: str) -> tuple[Artifact, ...]:
    """The files that a device may choose from, from their stored text."""
    return ARTIFACTS.validate_json(text)


@lru_cache(256)
def shas_of(text: str) -> frozenset[str]:
    """The hashes of those files: one of them is what the device runs when it has updated."""
    return frozenset(artifact.sha256 for artifact in artifacts_of(text))


def values_of(text: str) -> SettingValues | None:
    """Settings from their stored text; None where that is empty: the rollout leaves them as they are."""
    values: SettingValues | None = json.loads(text) if text else None
    return values


@dataclass(frozen=True, slots=True)
class Holding:
    """What a device is to have; a part that is left open may be anything."""

    files: frozenset[str] = frozenset()
    """The hashes of files, of which it runs one; none leaves the model open."""
    settings: str = ""
    """All settings from afar as canonical JSON; empty leaves them open."""

    def why_not(self, said: Reported | None, task: str) -> str:
        """Why a report does not show it, in words after `but`; empty when it does."""
        serves = said.serving(task) if said else None
        if self.files and (serves is None or serves.sha256 not in self.files):
            return RUNS_ANOTHER.format(found=(serves.model or serves.sha256[:12]) if serves else "nothing")
        if not self.settings:
            return ""
        if said is None or said.settings is None:
            return SILENT
        if canonical(said.settings.afar) != self.settings:
            told = spelled(values_of(self.settings) or {})
            return HAS_OTHER_SETTINGS.format(found=spelled(said.settings.afar), told=told)
        return ""

    def is_held(self, said: Reported | None, task: str) -> bool:
        """Whether a report shows it."""
        return not self.why_not(said, task)


def brought(target: TargetRow) -> Holding:
    """What the rollout brings; settings are known from when the device was first told."""
    return Holding(shas_of(target.artifacts), target.settings)


def had(target: TargetRow) -> Holding | None:
    """What the device had before of that which the rollout changes; None where some of it is not known."""
    changes_model = bool(artifacts_of(target.artifacts))
    if (changes_model and not target.previous_sha256) or (target.settings and not target.previous_settings):
        return None
    return Holding(
        frozenset({target.previous_sha256}) if changes_model else frozenset(),
        target.previous_settings if target.settings else "",
    )


def key_of_new(target: TargetRow) -> str:
    """The sha256 in the desired state that brings it: of the first file, or of settings that come alone."""
    artifacts = artifacts_of(target.artifacts)
    return artifacts[0].sha256 if artifacts else key_of_settings(target.settings)


def key_of_previous(target: TargetRow) -> str:
    """The sha256 in the desired state that takes the device back."""
    return target.previous_sha256 if artifacts_of(target.artifacts) else key_of_settings(target.previous_settings)


def key_of_settings(text: str) -> str:
    """The sha256 of settings that come alone; empty where there are none."""
    return str(alone(text)["sha256"]) if text else ""


def alone(text: str) -> dict[str, Any]:
    """The fields of a desired state that brings these settings and no model."""
    return settings_alone(values_of(text) or {})
