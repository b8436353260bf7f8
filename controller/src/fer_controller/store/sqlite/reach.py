"""How a connection is confined to an operator's devices: by what is temporary, and so its own.

Looking: a temporary view stands before each table, so that every query sees the rows in reach alone. Changing:
temporary triggers refuse rows out of reach. Both hold for every table, also for one that confined.py does not know.
Source: https://www.sqlite.org/lang_naming.html (temporary objects go before others of their name).
"""

from collections.abc import Iterator, Mapping, Set

from fer_controller.store.confined import CHANGES, allowed, seen
from fer_controller.store.database import OUT_OF_REACH

Columns = Mapping[str, Set[str]]
"""The columns of each table."""
TABLE = "CREATE TEMP TABLE reach (device TEXT PRIMARY KEY) WITHOUT ROWID"
NOTED = "INSERT INTO temp.reach VALUES (?)"
GIVEN = "SELECT device FROM temp.reach"
COLUMNS = (
    "SELECT t.name AS name, c.name AS column_name FROM main.sqlite_master t, pragma_table_info(t.name) c "
    "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND t.name NOT LIKE '\\_%' ESCAPE '\\'"
)
"""Of each table of ours."""
WITH_ROWID = ("rollouts",)
"""Tables whose queries order by it, which a view has only when it is told."""


def views(tables: Columns) -> Iterator[str]:
    """The views through which a connection looks."""
    for table, columns in tables.items():
        condition = seen(table, columns).format(row=f"{table}.", given=GIVEN, all="main.")
        rowid = "rowid, " if table in WITH_ROWID else ""
        yield f"CREATE TEMP VIEW {table} AS SELECT {rowid}* FROM main.{table} WHERE {condition}"  # noqa: S608


def triggers(tables: Columns) -> Iterator[str]:
    """The triggers that refuse its changes."""
    for table, columns in tables.items():
        for change in CHANGES:
            condition = allowed(table, columns, change).format(given=GIVEN, all="main.")
            yield (
                f"CREATE TEMP TRIGGER {table}_{change} BEFORE {change} ON main.{table} WHEN NOT ({condition}) "
                f"BEGIN SELECT RAISE(ABORT, '{OUT_OF_REACH}'); END"
            )
