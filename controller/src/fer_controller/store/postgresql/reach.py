"""How a transaction is confined to an operator's devices: by views and triggers that are always there.

Looking: a schema beside ours has a view of each table, which shows what is in reach of the devices that the transaction
names; the transaction sees that schema alone. Changing: triggers refuse rows out of reach in a transaction that says
that it is confined. Neither needs a session of its own, and both hold for a superuser, as row security would not.
"""

from collections.abc import Iterator, Mapping, Sequence

from fer_controller.store.confined import CHANGES, allowed, seen
from fer_controller.store.database import OUT_OF_REACH
from fer_controller.store.postgresql.wording import OUT_OF_REACH_CODE

GIVEN = "SELECT unnest(string_to_array(current_setting('fer.given'), E'\\n'))"
CONFINED = "current_setting('fer.confined', true) = 'on'"
FUNCTIONS = ("settled_events", "settled_telemetry")
"""What queries call, which must be found in the other schema, too."""


def statements(schema: str, tables: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """What makes views and triggers anew for these tables, by their columns."""
    other = f'"{schema}_in_reach"'
    yield f"DROP SCHEMA IF EXISTS {other} CASCADE"
    yield f"CREATE SCHEMA {other}"
    for function in FUNCTIONS:
        body = f'SELECT "{schema}".{function}()'
        yield f"CREATE FUNCTION {other}.{function}() RETURNS bigint LANGUAGE sql AS $$ {body} $$"
    for table, columns in tables.items():
        condition = seen(table, columns).format(row=f"{table}.", given=GIVEN, all=f'"{schema}".')
        yield f'CREATE VIEW {other}.{table} AS SELECT * FROM "{schema}".{table} WHERE {condition}'  # noqa: S608
        yield from _trigger(f'"{schema}"', other, table, columns)


def _trigger(schema: str, other: str, table: str, columns: Sequence[str]) -> Iterator[str]:
    conditions = {each: allowed(table, columns, each).format(given=GIVEN, all=f"{schema}.") for each in CHANGES}
    checks = "\n".join(
        f"  IF TG_OP = '{change}' AND NOT ({condition}) THEN "
        f"RAISE EXCEPTION '{OUT_OF_REACH}' USING ERRCODE = '{OUT_OF_REACH_CODE}'; END IF;"
        for change, condition in conditions.items()
    )
    yield (
        f"CREATE FUNCTION {other}.expect_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN\n{checks}\n"
        "  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n  RETURN NEW;\nEND $$"
    )
    yield (
        f"CREATE TRIGGER in_reach BEFORE INSERT OR UPDATE OR DELETE ON {schema}.{table} FOR EACH ROW "
        f"WHEN ({CONFINED}) EXECUTE FUNCTION {other}.expect_{table}()"
    )
