"""How the local desk carries out each operation: a file a subject, entered in one table."""

from fer_controller.desk.answers import (
    alerts,
    audit,
    board,
    commands,
    device,
    events,
    fleet,
    labels,
    models,
    operators,
    overview,
    plans,
    rollouts,
    settings,
    telemetry,
)
from fer_controller.desk.answers.table import ANSWERS, Context

__all__ = [
    "ANSWERS",
    "Context",
    "alerts",
    "audit",
    "board",
    "commands",
    "device",
    "events",
    "fleet",
    "labels",
    "models",
    "operators",
    "overview",
    "plans",
    "rollouts",
    "settings",
    "telemetry",
]
