"""The SQL of all subjects by name; each query stands in its subject's queries.sql with a description."""

import re
from importlib.resources import files

SUBJECTS = (
    "audit",
    "certificates",
    "credentials",
    "dead_letters",
    "devices",
    "events",
    "measurements",
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


def _texts() -> str:
    return "".join(files(__package__).joinpath(subject, "queries.sql").read_text("utf-8") for subject in SUBJECTS)


QUERIES = read(_texts())
