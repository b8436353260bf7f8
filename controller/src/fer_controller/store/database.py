"""A database as the subjects know it: queries by name, with values by name; SQLite and PostgreSQL answer them alike."""

from abc import abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import fields
from functools import cache
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

TIMEOUT_S = 10.0
"""How long a write waits for others."""
OUT_OF_REACH = "out of reach"
"""What a database says of a row that the operator may not change (store/confined.py)."""
OUT_OF_REACH_SENTENCE = "This would change devices that you are not given; ask for those that you are."


class Row(Protocol):
    """One row of an answer; a column has its name."""

    def __getitem__(self, column: str, /) -> Any: ...

    def __iter__(self) -> Iterator[Any]: ...

    def keys(self) -> Iterable[str]:
        """The names of the columns."""


Values = Mapping[str, Any]
Record = TypeVar("Record")


class Tuples(NamedTuple):
    """An answer of many rows, whose values stand in the order of the columns."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


class Database(Protocol):
    """A connection that runs the queries of the .sql files by name.

    All methods raise StoreError, or StoreUnavailable when a later try may succeed.
    """

    keeps_files: bool = False
    """Whether the files of models are stored in it, too, because whoever serves them may be on another machine."""
    finds_arrivals: bool = False
    """Whether it finds what arrived at a time by itself; otherwise the ids, which grow as rows arrive, are searched."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Close the connection."""

    @abstractmethod
    def rows(self, query: str, values: Values | None = None, **parts: object) -> list[Row]:
        """All rows of a query; parts replace the placeholders in braces in its text."""

    @abstractmethod
    def tuples(self, query: str, values: Values | None = None, **parts: object) -> Tuples:
        """The same without a name at each value: for rows by the thousand."""

    @abstractmethod
    def run(self, query: str, values: Values | None = None, **parts: object) -> int:
        """Change rows and return how many were changed."""

    @abstractmethod
    def many(self, query: str, values: Iterable[Values], **parts: object) -> int:
        """Run a change for each of the values and return how many rows were changed in all."""

    def many_tuples(self, query: str, kind: type[NamedTuple], values: Iterable[NamedTuple]) -> int:
        """The same for named tuples, whose fields have the names of the values: for what comes by the thousand."""
        return self.many(query, [dict(zip(kind._fields, each, strict=True)) for each in values])

    @abstractmethod
    def load(self, query: str, rows: Iterable[Sequence[Any]], **parts: object) -> None:
        """Add rows, whose values stand in the order of the query's columns: the quickest way to add many."""

    @abstractmethod
    def transaction(self) -> AbstractContextManager[None]:
        """Commit everything written in the block, durably, or nothing; joins an enclosing transaction."""

    @abstractmethod
    def snapshot(self) -> AbstractContextManager[None]:
        """All looks in the block see the database as it stood at one moment; nothing is changed in it."""

    @abstractmethod
    def confine_looks(self, devices: Collection[str]) -> None:
        """From now on this connection, which only reads, sees of every table what is in reach."""

    @abstractmethod
    def confine_changes(self, devices: Collection[str]) -> None:
        """From now on a change of a row that is out of reach raises OutOfReachError, and changes nothing."""

    def records(self, kind: type[Record], query: str, values: Values | None = None, **parts: object) -> list[Record]:
        """All rows as records whose fields have the names of the columns."""
        columns, rows = self.tuples(query, values, **parts)
        if getattr(kind, "__match_args__", ()) == columns:
            return [kind(*row) for row in rows]
        return [kind(**dict(zip(columns, row, strict=True))) for row in rows]

    def first(self, kind: type[Record], query: str, values: Values | None = None) -> Record | None:
        """The first row as a record, if there is one."""
        found = self.records(kind, query, values)
        return found[0] if found else None

    def number(self, query: str, values: Values | None = None) -> int:
        """The single integer that a query returns."""
        (row,) = self.rows(query, values)
        return int(row[next(iter(row.keys()))])


def named(record: "DataclassInstance") -> dict[str, Any]:
    """The fields of a record as the values of a query."""
    return {name: getattr(record, name) for name in _names(type(record))}


@cache
def _names(kind: "type[DataclassInstance]") -> tuple[str, ...]:
    """Asked for once a kind, for records come by the thousand."""
    return tuple(field.name for field in fields(kind))
