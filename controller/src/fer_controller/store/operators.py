"""Operators and their tokens in the SQLite file; opened beside a running controller."""

from dataclasses import dataclass

from fer_controller.errors import StoreError
from fer_controller.store.queries import QUERIES
from fer_controller.store.sqlite import SqliteReader, SqliteWriter


@dataclass(frozen=True, slots=True)
class Operator:
    """A person or program with a token."""

    name: str
    role: str
    made_at: str


class OperatorTables(SqliteReader):
    """What can be asked of operators, by who looks and by who writes."""

    def operators(self) -> list[Operator]:
        """All operators by name."""
        return [Operator(*row) for row in self._rows("operators")]

    def operator_of_token(self, sha256: str) -> Operator | None:
        """The operator whose token has this hash."""
        rows = self._rows("operator_of_token", (sha256,))
        return Operator(*rows[0]) if rows else None


class OperatorReader(OperatorTables):
    """Looks; raises StoreError when the database is not there or is older than operators."""

    def _prepare(self) -> None:
        if not self._rows("has_operators")[0][0]:
            raise StoreError(f"{self._path} knows no operators yet; start `fer-controller serve` with it once.")


class OperatorStore(OperatorTables, SqliteWriter):
    """Also writes; each call is one transaction, durable when it returns."""

    def put_operator(self, operator: Operator, sha256: str) -> None:
        """Give an operator a role and the token of this hash, instead of those that there were."""
        with self._trouble(), self._transaction():
            self._many("upsert_operator", [(operator.name, operator.role, sha256, operator.made_at)])

    def remove_operator(self, name: str) -> bool:
        """Take an operator's token away; False when there is no such operator."""
        with self._trouble(), self._transaction():
            return self._db.execute(QUERIES["delete_operator"], (name,)).rowcount > 0
