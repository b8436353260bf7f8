"""What one process of a controller does: all of it, or a part beside other processes."""

from typing import Annotated

from pydantic import AfterValidator

INGEST, ROLLOUTS, HTTP, RETENTION, ALERTS = "ingest", "rollouts", "http", "retention", "alerts"
ROLES = (INGEST, ROLLOUTS, HTTP, RETENTION, ALERTS)
ALL = ",".join(ROLES)


def named(text: str) -> tuple[str, ...]:
    """The roles of a list with commas."""
    return tuple(dict.fromkeys(each.strip() for each in text.split(",")))


def spelt(text: str) -> str:
    """The text, if it names roles; raises ValueError."""
    unknown = [each for each in named(text) if each not in ROLES]
    if unknown:
        raise ValueError(f"there is no role {unknown[0]!r}; expected some of {', '.join(ROLES)}, with commas between")
    return text


Roles = Annotated[str, AfterValidator(spelt)]
