"""Reads the .sql files: each query has a name, a description and its text."""

import re
from importlib.resources import files

HEADING = re.compile(r"^-- (\w+) --\n", re.MULTILINE)


def read(text: str) -> dict[str, str]:
    """SQL by name; raises ValueError for a query without a description or with a name used twice."""
    _, *parts = HEADING.split(text)
    found: dict[str, str] = {}
    for name, body in zip(parts[::2], parts[1::2], strict=True):
        if name in found or not body.startswith("-- "):
            raise ValueError(f"the query {name} is named twice or has no description")
        found[name] = "\n".join(line for line in body.splitlines() if not line.startswith("--")).strip().rstrip(";")
    return found


FILES = ("queries.sql", "registry.sql", "rollouts.sql", "retention.sql", "fleet.sql", "operators.sql")
QUERIES = read("".join(files(__package__).joinpath(name).read_text("utf-8") for name in FILES))
