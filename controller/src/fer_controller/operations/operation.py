"""An operation: one thing that an operator can ask of the controller, written once for the API, commands and docs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar, get_origin

from fer_wire.message import MAX_INT
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pydantic.fields import FieldInfo
from typing_extensions import Annotated

GET = "GET"
POST = "POST"
LIMIT = "limit"
"""The parameter that says how many rows are wanted; the API bounds it by MOST_ROWS."""
MOST_ROWS = 100_000
"""The API answers with at most so many rows."""

Id = Annotated[int, Field(ge=0, le=MAX_INT)]
Limit = Annotated[int, Field(ge=0)]


class Parameters(BaseModel):
    """What an operation is asked with; the API takes it from path, query or body."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class Nothing(Parameters):
    """No parameters."""


class DevicesQuery(Parameters):
    """Which part of a list that goes by device."""

    after: str = Field(default="", description="After the device with this name.")
    limit: Limit | None = Field(default=None, description="Of the next so many devices; by default of all.")

    @property
    def most(self) -> int:
        """The limit, as a number."""
        return MAX_INT if self.limit is None else self.limit


class Answer(BaseModel):
    """What an operation answers; a program that reads it ignores fields that it does not know."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        protected_namespaces=(),
        validate_by_name=True,
        serialize_by_alias=True,
        defer_build=True,
    )

    def document(self) -> dict[str, Any]:
        """As commands print it with --json."""
        return self.model_dump(mode="json")

    @property
    def rows(self) -> Sequence[object]:
        """What a limit counts, where there is one."""
        return ()


Asked = TypeVar("Asked", bound=BaseModel)
Answered = TypeVar("Answered")


@dataclass(frozen=True)
class Operation(Generic[Asked, Answered]):
    """One operation; fields of its parameters that stand in the path are taken from there."""

    name: str
    method: str
    path: str
    role: str
    parameters: type[Asked]
    answer: type[Answered]
    summary: str
    status: int = 200

    @cached_property
    def _adapter(self) -> TypeAdapter[Answered]:
        return TypeAdapter(self.answer)

    def dumped(self, answer: Answered) -> Any:
        """The answer as JSON's lists, objects and scalars."""
        return self._adapter.dump_python(answer, mode="json")

    def read(self, payload: bytes) -> Answered:
        """The answer that was sent as JSON; raises pydantic's ValidationError."""
        return self._adapter.validate_json(payload)

    @property
    def has_pages(self) -> bool:
        """Whether it answers a list by device, whole or page by page."""
        return self.parameters is DevicesQuery

    @cached_property
    def in_path(self) -> Mapping[str, FieldInfo]:
        """The parameters that stand in the path."""
        fields = self.parameters.model_fields
        return {name: field for name, field in fields.items() if f"{{{name}}}" in self.path}

    @cached_property
    def beside_path(self) -> Mapping[str, FieldInfo]:
        """The others: the query of a GET, the body of a POST."""
        fields = self.parameters.model_fields
        return {name: field for name, field in fields.items() if name not in self.in_path}


def singular(name: str) -> str:
    """How a parameter with several values is spelled where each stands for itself: in a query and as an option."""
    return name.removesuffix("es") if name.endswith("sses") else name.removesuffix("s")


def query_name(name: str, field: FieldInfo) -> str:
    """How a parameter is spelled in a query."""
    return singular(name) if get_origin(field.annotation) is tuple else name


def rows_of(answer: object) -> Sequence[object]:
    """What a limit counts in an answer."""
    if isinstance(answer, list):
        return answer
    return answer.rows if isinstance(answer, Answer) else ()
