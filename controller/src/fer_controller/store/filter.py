"""Filters of events, emotions, telemetry and the audit log: one field here serves queries, commands and HTTP routes."""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fer_wire.message import MAX_INT
from pydantic import BaseModel, ConfigDict, Field

TIME = "time"
OPEN_ENDS = ("", "~")
"""No bound: as text sorts, these lie before and after every time."""
LIKE = "LIKE"
ESCAPE = "!"
SPECIAL = re.compile(r"[%_!]")
"""What stands for something else in a pattern, and what takes that away."""
TEXT_CHARACTERS = 200
OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Condition:
    """What a field of a filter asks of a column; the operator is one of OPERATORS, or LIKE for a part of a text."""

    column: str
    operator: str = "="
    either_sign: bool = False
    """Whether it is about the column's absolute value."""

    def sql(self, column: str, name: str) -> str:
        """The comparison with the value of this name, where the column stands under its own."""
        if self.operator == LIKE:
            return f"lower({column}) LIKE :{name} ESCAPE '{ESCAPE}'"
        return f"{f'abs({column})' if self.either_sign else column} {self.operator} :{name}"

    def value(self, asked: Any) -> Any:
        """What the query is given: of a part of a text its pattern, in which letters of ASCII have no case.

        What is true or false is stored as 1 or 0.
        """
        if self.operator == LIKE:
            return _pattern(asked)
        return int(asked) if isinstance(asked, bool) else asked

    def holds(self, found: Any, asked: Any) -> bool:
        """Whether a column's value is what was asked for; what is not known never is."""
        if found is None:
            return False
        return OPERATORS[self.operator](abs(found) if self.either_sign else found, asked)


class AuditFilter(BaseModel):
    """Which entries of the audit log; None is any. Times are ISO 8601 in UTC."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    actor: Annotated[str | None, Condition("actor")] = Field(None, description="Only what this operator did.")
    action: Annotated[str | None, Condition("action")] = Field(None, description="Only what was done in this way.")
    device: Annotated[str | None, Condition("device")] = Field(None, description="Only what concerns this device.")
    rollout: Annotated[str | None, Condition("rollout")] = Field(None, description="Only what concerns this rollout.")
    text: Annotated[str | None, Condition("sentence", LIKE)] = Field(
        None,
        max_length=TEXT_CHARACTERS,
        description="Only what is told in a sentence with these words in it: of the last "
        "100,000 entries, or of those before `before_id` or `until`, to search older ones.",
    )
    since: Annotated[str, Condition(TIME, ">=")] = Field(
        "", description="Not before: 90s, 10m, 2h, 3d ago, or ISO 8601, in local time where no zone is given."
    )
    until: Annotated[str, Condition(TIME, "<")] = Field(
        "~", description="Before: 90s, 10m, 2h, 3d ago, or ISO 8601, in local time where no zone is given."
    )
    before_id: Annotated[int | None, Condition("id", "<")] = Field(
        None, ge=0, le=MAX_INT, description="Only entries before this id: the first of a page, to get the page before."
    )


class TelemetryFilter(BaseModel):
    """Whose telemetry, and of what time; None is any. Times are ISO 8601 in UTC."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    device: Annotated[str | None, Condition("device")] = Field(None, description="Only this device.")
    since: Annotated[str, Condition(TIME, ">=")] = Field(
        "", description="Not before: 90s, 10m, 2h, 3d ago, or ISO 8601, in local time where no zone is given."
    )
    until: Annotated[str, Condition(TIME, "<")] = Field(
        "~", description="Before: 90s, 10m, 2h, 3d ago, or ISO 8601, in local time where no zone is given."
    )


class EmotionFilter(TelemetryFilter):
    """Also of which camera and which emotion."""

    camera: Annotated[str | None, Condition("camera")] = Field(None, description="Only this camera.")
    emotion: Annotated[str | None, Condition("emotion")] = Field(None, description="Only this emotion.")


class EventFilter(EmotionFilter):
    """Also of which kind, which face and which model, and how sure."""

    kind: Annotated[str | None, Condition("kind")] = Field(None, description="Only start, change, heartbeat or end.")
    track: Annotated[int | None, Condition("track")] = Field(None, description="Only this track.")
    model: Annotated[str | None, Condition("model")] = Field(
        None, description="Only what this model read, NAME@VERSION/PRECISION."
    )
    min_confidence: Annotated[float | None, Condition("confidence", ">=")] = Field(
        None, ge=0, le=1, description="Only emotions read with this confidence or more, 0 to 1."
    )
    min_face_px: Annotated[float | None, Condition("face_px", ">=")] = Field(
        None, ge=0, description="Only faces of this size or larger, pixels; not those of unknown size."
    )
    max_yaw: Annotated[float | None, Condition("yaw_degrees", "<=", either_sign=True)] = Field(
        None, ge=0, description="Only heads turned to a side by so many degrees at most; not where it is unknown."
    )
    uncertain: Annotated[bool | None, Condition("uncertain")] = Field(
        None, description="Only emotions that the device was not certain of, or only others; not where it did not say."
    )

    def accepts(self, event: object) -> bool:
        """Whether an event, which has the columns as attributes, is wanted."""
        return all(
            condition.holds(getattr(event, condition.column), value)
            for _, condition, value in _conditions(self, EventFilter)
        )


class Where:
    """A filter as SQL: `WHERE {where}` in a query; `{where:+}` keeps SQLite from the indexes of the columns.

    Only the fields of `kind` are asked for, and `time` is the column that times are compared with.
    """

    def __init__(self, wanted: BaseModel, kind: type[BaseModel], *, time: str = TIME) -> None:
        self._conditions = list(_conditions(wanted, kind))
        self._time = time

    @property
    def values(self) -> dict[str, Any]:
        """The parameters of the query."""
        return {name: condition.value(value) for name, condition, value in self._conditions}

    def __format__(self, prefix: str) -> str:
        """The conditions, each column with the prefix."""
        return " AND ".join(
            condition.sql(prefix + (self._time if condition.column == TIME else condition.column), name)
            for name, condition, _ in self._conditions
        )


def _conditions(wanted: BaseModel, kind: type[BaseModel]) -> Iterator[tuple[str, Condition, str | float | None]]:
    for name, field in kind.model_fields.items():
        value = getattr(wanted, name)
        if value is not None:
            yield name, next(each for each in field.metadata if isinstance(each, Condition)), value


def _pattern(text: str) -> str:
    """Matches what has the text in it; databases turn letters of ASCII alone into small ones."""
    small = text.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")
    return f"%{SPECIAL.sub(lambda found: ESCAPE + found[0], small)}%"
