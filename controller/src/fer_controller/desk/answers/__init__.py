"""How the local desk carries out each operation: a file a subject, entered in one table."""

from fer_controller.desk.answers import (
    audit,
    events,
    fleet,
    labels,
    models,
    operators,
    plans,
    rollouts,
    settings,
    telemetry,
)
from fer_controller.desk.answers.table import ANSWERS, Context

__all__ = [
    "ANSWERS",
    "Context",
    "audit",
    "events",
    "fleet",
    "labels",
    "models",
    "operators",
    "plans",
    "rollouts",
    "settings",
    "telemetry",
]
