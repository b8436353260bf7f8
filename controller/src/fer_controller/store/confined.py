"""A connection for an operator who is limited to some devices: other devices' rows are neither seen nor changed.

Looking: a temporary view stands before each table, so that every query sees the rows in reach alone. Changing:
temporary triggers refuse rows out of reach. Both hold for every table; what is not known here is out of reach.
Source: https://www.sqlite.org/lang_naming.html (temporary objects go before others of their name).
"""

from collections.abc import Collection

from fer_controller.store.database import OUT_OF_REACH, Database

NOTHING, ALL = "0", "1"
OF_A_DEVICE = "{row}device IN (SELECT device FROM temp.reach)"
OF_A_HOLDER = "{row}role = 'device' AND {row}holder IN (SELECT device FROM temp.reach)"
NO_OTHERS = (
    "NOT EXISTS (SELECT 1 FROM main.rollout_targets other WHERE other.rollout = {row}%s "
    "AND other.device NOT IN (SELECT device FROM temp.reach))"
)
"""A rollout is in reach when none of its devices is out of it."""
OF_A_ROLLOUT = NO_OTHERS % "rollout"
LOOKING: dict[str, str] = {
    "audit": f"(({OF_A_DEVICE}) OR {{row}}device = '' AND {{row}}rollout <> '' AND {OF_A_ROLLOUT})",
    "certificates": OF_A_HOLDER,
    "model_files": ALL,
    "models": ALL,
    "rollout_orders": OF_A_ROLLOUT,
    "rollout_waves": OF_A_ROLLOUT,
    "rollouts": NO_OTHERS % "id",
    "tokens": OF_A_HOLDER,
}
"""What is seen of tables without a device, or with more; of others with a device, its rows, and of the rest nothing."""
CHANGING: dict[str, str] = {
    **LOOKING,
    "audit": f"({{row}}device = '' OR {OF_A_DEVICE}) AND {OF_A_ROLLOUT}",
    "model_files": NOTHING,
    "models": NOTHING,
}
"""What may be written, likewise."""
WITH_ROWID = ("rollouts",)
"""Tables whose queries order by it, which a view has only when it is told."""
CHANGES = {"INSERT": ("NEW.",), "UPDATE": ("OLD.", "NEW."), "DELETE": ("OLD.",)}


def confine_looks(database: Database, devices: Collection[str]) -> None:
    """From now on this connection, which only reads, sees of every table what is in reach."""
    database.has_views = True
    with database.explained():
        _note(database, devices)
        for table, columns in _tables(database).items():
            seen = LOOKING.get(table, OF_A_DEVICE if "device" in columns else NOTHING)
            rowid = "rowid, " if table in WITH_ROWID else ""
            database.connection.execute(
                f"CREATE TEMP VIEW {table} AS SELECT {rowid}* FROM main.{table} WHERE {seen.format(row=f'{table}.')}"  # noqa: S608
            )


def confine_changes(database: Database, devices: Collection[str]) -> None:
    """From now on a change of a row that is out of reach raises OutOfReachError, and changes nothing."""
    with database.explained():
        _note(database, devices)
        for table, columns in _tables(database).items():
            allowed = CHANGING.get(table, OF_A_DEVICE if "device" in columns else NOTHING)
            for change, rows in CHANGES.items():
                condition = " AND ".join(allowed.format(row=row) for row in rows)
                database.connection.execute(
                    f"CREATE TEMP TRIGGER {table}_{change} BEFORE {change} ON main.{table} WHEN NOT ({condition}) "
                    f"BEGIN SELECT RAISE(ABORT, '{OUT_OF_REACH}'); END"
                )


def _note(database: Database, devices: Collection[str]) -> None:
    database.connection.execute("CREATE TEMP TABLE reach (device TEXT PRIMARY KEY) WITHOUT ROWID")
    database.connection.executemany("INSERT INTO temp.reach VALUES (?)", [(device,) for device in devices])


def _tables(database: Database) -> dict[str, set[str]]:
    """The columns of each table of ours."""
    found: dict[str, set[str]] = {}
    for row in database.connection.execute(
        "SELECT t.name AS name, c.name AS column_name FROM main.sqlite_master t, pragma_table_info(t.name) c "
        "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND t.name NOT LIKE '\\_%' ESCAPE '\\'"
    ):
        found.setdefault(row["name"], set()).add(row["column_name"])
    return found
