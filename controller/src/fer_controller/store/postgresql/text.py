"""The queries' text as psycopg and PostgreSQL take it."""

import re
from functools import lru_cache

INDEX = re.compile(r" INDEXED BY \w+")
TOKEN = re.compile(r"(?P<quoted>'(?:[^']|'')*')|(?P<cast>::)|:(?P<name>[a-z_]\w*)|(?P<percent>%)")
TEXT_COLUMN = re.compile(r"^(\s+\w+|ALTER TABLE \w+ ADD COLUMN \w+) TEXT\b", re.MULTILINE)
OF_A_FILE = re.compile(r"(?<=\))\s*(STRICT|WITHOUT ROWID)(,\s*(STRICT|WITHOUT ROWID))?\s*$")
TYPES = {"INTEGER": "bigint", "REAL": "double precision", "BLOB": "bytea"}
TYPE = re.compile(rf"(?<=\w )({'|'.join(TYPES)})\b")


@lru_cache(512)
def translated(text: str) -> str:
    """`:name` becomes `%(name)s` outside of quotes, `%` is doubled, and no index is named."""
    return TOKEN.sub(_token, INDEX.sub("", text))


def collated(tables: str) -> str:
    """Tables whose texts are compared byte by byte, as SQLite compares them, whatever the database's language."""
    return TEXT_COLUMN.sub(r'\1 TEXT COLLATE "C"', tables)


def ported(change: str) -> str:
    """What changes a table in SQLite's words, in PostgreSQL's."""
    return TYPE.sub(lambda found: TYPES[found[0]], OF_A_FILE.sub("", change))


def _token(found: re.Match[str]) -> str:
    if found["name"]:
        return f"%({found['name']})s"
    return found[0].replace("%", "%%")
