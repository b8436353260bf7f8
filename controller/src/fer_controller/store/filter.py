"""Filters of events, emotions and telemetry: one field here serves all queries, commands and HTTP routes."""

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

TIME = "time"
OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {"=": operator.eq, ">=": operator.ge, "<": operator.lt}


@dataclass(frozen=True, slots=True)
class Condition:
    """What a field of a filter asks of a column; the operator is one of OPERATORS."""

    column: str
    operator: str = "="


class TelemetryFilter(BaseModel):
    """Whose telemetry, and of what time; None is any. Times are ISO 8601 in UTC."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    device: Annotated[str | None, Condition("device")] = Field(None, description="Only this device.")
    since: Annotated[str, Condition(TIME, ">=")] = Field(
        "", description="Not before: 90s, 10m, 2h, 3d ago, or ISO 8601."
    )
    until: Annotated[str, Condition(TIME, "<")] = Field("~", description="Before: 90s, 10m, 2h, 3d ago, or ISO 8601.")


class EmotionFilter(TelemetryFilter):
    """Also of which camera and which emotion."""

    camera: Annotated[str | None, Condition("camera")] = Field(None, description="Only this camera.")
    emotion: Annotated[str | None, Condition("emotion")] = Field(None, description="Only this emotion.")


class EventFilter(EmotionFilter):
    """Also of which kind and which face."""

    kind: Annotated[str | None, Condition("kind")] = Field(None, description="Only start, change, heartbeat or end.")
    track: Annotated[int | None, Condition("track")] = Field(None, description="Only this track.")

    def accepts(self, event: object) -> bool:
        """Whether an event, which has the columns as attributes, is wanted."""
        return all(
            OPERATORS[condition.operator](getattr(event, condition.column), value)
            for _, condition, value in _conditions(self, EventFilter)
        )


class Where:
    """A filter as SQL: `WHERE {where}` in a query; `{where:+}` keeps SQLite from the indexes of the columns.

    Only the fields of `kind` are asked for, and `time` is the column that times are compared with.
    """

    def __init__(self, wanted: TelemetryFilter, kind: type[TelemetryFilter], *, time: str = TIME) -> None:
        self._conditions = list(_conditions(wanted, kind))
        self._time = time

    @property
    def values(self) -> dict[str, Any]:
        """The parameters of the query."""
        return {name: value for name, _, value in self._conditions}

    def __format__(self, prefix: str) -> str:
        """The conditions, each column with the prefix."""
        return " AND ".join(
            f"{prefix}{self._time if condition.column == TIME else condition.column} {condition.operator} :{name}"
            for name, condition, _ in self._conditions
        )


def _conditions(
    wanted: TelemetryFilter, kind: type[TelemetryFilter]
) -> Iterator[tuple[str, Condition, str | int | None]]:
    for name, field in kind.model_fields.items():
        value = getattr(wanted, name)
        if value is not None:
            yield name, next(each for each in field.metadata if isinstance(each, Condition)), value
