"""The plan of an ablation: a TOML file that names the rows of its table, and the options that each changes."""

from __future__ import annotations

import re
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated

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

    step: the command that is given options; of: the row whose trained networks prune and quantize take.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str
    name: str
    step: Step = Step.TRAIN
    of: str = ""
    options: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        """The name as a folder bears it."""
        return re.sub(r"[^a-z0-9.]+", "-", self.name.lower()).strip("-")


class Plan(BaseModel):
    """about: what all rows share, in words; common: the options of every training; the first row is the reference."""

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
        """The row of that name, which stands in the plan."""
        return next(row for row in self.rows if row.name == name)


def read_plan(path: Path) -> Plan:
    """The plan in a TOML file; raises UsageError when it is none, or a row stands on one that is not above it."""
    try:
        plan = Plan.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"The plan {path} is no TOML: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise UsageError(f"The plan {path} cannot be followed at {place}: {first['msg']}.") from error
    _check(path, plan)
    return plan


def _check(path: Path, plan: Plan) -> None:
    trained: set[str] = set()
    slugs: set[str] = set()
    for row in plan.rows:
        if row.slug in slugs:
            raise UsageError(f"The plan {path} has two rows {row.name!r}; name one of them otherwise.")
        if row.step is Step.TRAIN and row.of:
            raise UsageError(f"The plan {path}: {row.name!r} trains anew, so it is `of` nothing; remove that.")
        if row.step is not Step.TRAIN and row.of not in trained:
            raise UsageError(
                f"The plan {path}: {row.name!r} is of {row.of!r}; name a row above it that trains, or move it down."
            )
        if WHOLE in (*plan.common, *row.options):
            raise UsageError(
                f"The plan {path}: {row.name!r} learns the held-out images too ({WHOLE}), by which rows are compared; "
                "remove that."
            )
        slugs.add(row.slug)
        trained |= {row.name} if row.step is Step.TRAIN else set()
