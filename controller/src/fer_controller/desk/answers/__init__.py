"""How the local desk carries out each operation: a file a subject, entered in one table."""

from fer_controller.desk.answers import events, fleet, labels, models, plans, rollouts, telemetry
from fer_controller.desk.answers.table import ANSWERS, Context

__all__ = ["ANSWERS", "Context", "events", "fleet", "labels", "models", "plans", "rollouts", "telemetry"]
