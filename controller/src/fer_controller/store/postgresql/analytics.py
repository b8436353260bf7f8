"""Views for programs that analyse a fleet, in a schema of their own: a role may be given these, and nothing else."""

from collections.abc import Iterator

from fer_wire import EMOTIONS

from fer_controller.store.queries import POSTGRESQL

USUAL_SCHEMA, USUAL_NAME = "public", "fer_analytics"
VIEWS = ("events", "hours", "devices", "rollouts")
PROBABILITY = "CAST(CAST(probabilities AS jsonb) ->> '{emotion}' AS double precision) AS probability_{emotion}"


def schema_of(schema: str) -> str:
    """Where the views of a fleet's schema are."""
    return USUAL_NAME if schema == USUAL_SCHEMA else f"{schema}_analytics"


def statements(schema: str) -> Iterator[str]:
    """What makes the views, or makes them anew; what was granted on them stays."""
    other = f'"{schema_of(schema)}"'
    probabilities = ", ".join(PROBABILITY.format(emotion=emotion) for emotion in EMOTIONS)
    yield f"CREATE SCHEMA IF NOT EXISTS {other}"
    for view in VIEWS:
        text = POSTGRESQL[f"view_of_{view}"].format(schema=f'"{schema}"', probabilities=probabilities)
        yield f"CREATE OR REPLACE VIEW {other}.{view} AS {text}"
