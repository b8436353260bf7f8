"""The tables on a PostgreSQL server: made whole, and upgraded by migrations that are never changed, only added."""

from fer_controller.errors import StoreError
from fer_controller.store.changes import CHANGES
from fer_controller.store.postgresql import analytics, reach
from fer_controller.store.postgresql.database import PostgresDatabase
from fer_controller.store.postgresql.text import collated, ported
from fer_controller.store.queries import POSTGRESQL

MIGRATIONS: dict[str, tuple[str, ...]] = {
    "m001_baseline": (
        "tables_of_the_schema",
        "functions_of_ids",
        "tables_of_events",
        "functions_of_events",
        "tables_of_telemetry",
        "functions_of_telemetry",
        "tables_of_devices",
        "tables_of_dead_letters",
        "tables_of_certificates",
        "tables_of_credentials",
        "tables_of_audit",
        "tables_of_registry",
        "tables_of_rollups",
        "tables_of_rollouts",
    ),
    "m002_terms_of_leases": ("terms_of_leases",),
    "m003_orders_by_broker": ("orders_by_broker",),
    "m004_contents_of_models": ("contents_of_models",),
    "m005_views_for_analysts": (),
    "m006_last_batches": ("tables_of_batches",),
}
"""By their names in order: the queries that each runs, in the shape that SQLite's migrations have made by then."""
ENCODING = "UTF8"


def check(database: PostgresDatabase) -> bool:
    """Whether our tables are there; raises StoreError for tables of another program, or of a newer fer-controller."""
    (found,) = database.rows("has_schema")
    if found["encoding"] != ENCODING:
        raise StoreError(
            f"{database.place} stores texts as {found['encoding']}; create it with `createdb --encoding={ENCODING} "
            "--template=template0`."
        )
    if not found["ours"]:
        if found["used"]:
            raise StoreError(f"{database.place} has tables of another program; name another database with --db.")
        return False
    if unknown := sorted(_applied(database) - _known()):
        raise StoreError(
            f"{database.place} was written by a newer fer-controller ({', '.join(unknown)}); upgrade this one."
        )
    return True


def apply(database: PostgresDatabase) -> None:
    """Make the tables, or upgrade them, in one transaction; several processes may come at once."""
    if check(database) and not _known() - _applied(database):
        return
    with database.transaction():
        applied = _applied(database) if check(database) else set()
        for name, statements in _all().items():
            if name not in applied:
                for statement in statements:
                    database.do(collated(statement))
                database.run("note_migration", {"name": name})
        confine(database)
        show(database)


def confine(database: PostgresDatabase) -> None:
    """Make what confines operators anew, for all tables that are there now."""
    (found,) = database.rows("has_schema")
    for statement in reach.statements(found["schema"], tables(database)):
        database.do(statement)


def show(database: PostgresDatabase) -> None:
    """Make the views for analysts anew."""
    (found,) = database.rows("has_schema")
    for statement in analytics.statements(found["schema"]):
        database.do(statement)


def tables(database: PostgresDatabase) -> dict[str, list[str]]:
    """The columns of each table of ours."""
    found: dict[str, list[str]] = {}
    for row in database.rows("columns"):
        found.setdefault(row["name"], []).append(row["column_name"])
    return found


def _all() -> dict[str, list[str]]:
    """The statements of every migration, in order."""
    own = {name: [POSTGRESQL[query] for query in queries] for name, queries in MIGRATIONS.items()}
    return own | {name: [ported(statement) for statement in statements] for name, statements in CHANGES.items()}


def _known() -> set[str]:
    return {*MIGRATIONS, *CHANGES}


def _applied(database: PostgresDatabase) -> set[str]:
    return {row["name"] for row in database.rows("applied_migrations")}
