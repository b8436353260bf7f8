"""The plan of an ablation: a TOML file with the rows of its table, and the options that each row changes."""

from __future__ import annotations

import re
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from fer_wire.errors import SettingsTextError
from fer_wire.settings_text import settings_text
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fer_models.errors import UsageError

WHOLE = "--whole"


class Step(StrEnum):
    """The command that makes a row."""

    TRAIN = "train"
    PRUNE = "prune"
    QUANTIZE = "quantize"


class AblationRow(BaseModel):
    """One thing that is tried.

    step: the command that gets the options; of: the row whose trained networks are pruned or quantized.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str
    name: str
    step: Step = Step.TRAIN
    of: str = ""
    options: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        """The name, as its folder is called."""
        return re.sub(r"[^a-z0-9.]+", "-", self.name.lower()).strip("-")


class AblationPlan(BaseModel):
    """about: what all rows share, in words; common: options of every training; the first row is the reference."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    about: str
    seeds: Annotated[tuple[int, ...], Field(min_length=1)] = (0,)
    common: tuple[str, ...] = ()
    rows: Annotated[tuple[AblationRow, ...], Field(min_length=1)]

    @property
    def reference(self) -> AblationRow:
        """What the others are compared with."""
        return self.rows[0]

    def row(self, name: str) -> AblationRow:
        """The row of that name; it must be in the plan."""
        return next(row for row in self.rows if row.name == name)


def read_plan(path: Path) -> AblationPlan:
    """The plan in a TOML file; raises UsageError when it is not one, or a row builds on one that is not above it."""
    try:
        plan = AblationPlan.model_validate(tomllib.loads(settings_text(path)))
    except (tomllib.TOMLDecodeError, SettingsTextError) as error:
        raise UsageError(f"The plan {path} is not TOML: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise UsageError(f"The plan {path} cannot be followed at {place}: {first['msg']}.") from error
    _check(path, plan)
    return plan


def _check(path: Path, plan: AblationPlan) -> None:
    trained: set[str] = set()
    slugs: set[str] = set()
    for row in plan.rows:
        if row.slug in slugs:
            raise UsageError(f"The plan {path} has two rows called {row.name!r}; rename one of them.")
        if row.step is Step.TRAIN and row.of:
            raise UsageError(f"The plan {path}: {row.name!r} trains from scratch, so it has no `of`; remove that.")
        if row.step is not Step.TRAIN and row.of not in trained:
            raise UsageError(
                f"The plan {path}: {row.name!r} is of {row.of!r}; name a row above it that trains, or move it down."
            )
        if WHOLE in (*plan.common, *row.options):
            raise UsageError(
                f"The plan {path}: {row.name!r} also learns the held-out images ({WHOLE}), on which rows are compared; "
                "remove that."
            )
        slugs.add(row.slug)
        trained |= {row.name} if row.step is Step.TRAIN else set()
