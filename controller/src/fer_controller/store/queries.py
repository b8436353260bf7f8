"""The SQL of all subjects by name; each query stands in its subject's queries.sql with a description."""

import re
from collections.abc import Sequence
from importlib.resources import files

SUBJECTS = (
    "alerts",
    "audit",
    "certificates",
    "commands",
    "contents",
    "credentials",
    "dead_letters",
    "devices",
    "events",
    "measurements",
    "moves",
    "registry",
    "rollouts",
    "rollups",
    "telemetry",
)
HEADING = re.compile(r"^-- (\w+) --\n", re.MULTILINE)


def read(text: str) -> dict[str, str]:
    """SQL by name; raises ValueError for a query without a description or a name used twice."""
    _, *parts = HEADING.split(text)
    found: dict[str, str] = {}
    for name, body in zip(parts[::2], parts[1::2], strict=True):
        if name in found or not body.startswith("-- "):
            raise ValueError(f"the query {name} is named twice or has no description")
        found[name] = "\n".join(line for line in body.splitlines() if not line.startswith("--")).strip().rstrip(";")
    return found


def _texts(name: str, folders: Sequence[str]) -> str:
    """The files of this name, where there are any."""
    found = (files(__package__).joinpath(folder, name) for folder in folders)
    return "".join(each.read_text("utf-8") for each in found if each.is_file())


QUERIES = read(_texts("queries.sql", SUBJECTS))
"""As SQLite runs them, and PostgreSQL where it has no text of its own."""
POSTGRESQL = {**QUERIES, **read(_texts("postgresql.sql", (*SUBJECTS, "postgresql")))}
"""As PostgreSQL runs them, with its tables."""
