"""Changes of the tables that SQLite and PostgreSQL have alike: written once, in SQLite's words.

They follow the migrations that each engine has of its own, and, like those, are never changed, only added to.
"""

from collections.abc import Mapping

from fer_controller.store.alerts.tables import ALERTS
from fer_controller.store.audit.tables import FILTERS_OF_AUDIT
from fer_controller.store.commands.tables import COMMANDS
from fer_controller.store.credentials.tables import SESSIONS
from fer_controller.store.events.tables import UNCERTAIN_EVENTS
from fer_controller.store.moves.tables import MOVES
from fer_controller.store.registry.tables import CARDS_OF_MODELS
from fer_controller.store.rollouts.tables import APPROVALS_OF_ROLLOUTS, SETTINGS_OF_TARGETS, WAKING_OF_ROLLOUTS
from fer_controller.store.rollups.tables import DAYS_OF_ROLLUPS, RATED_EVENTS_OF_ROLLUPS

CHANGES: Mapping[str, tuple[str, ...]] = {
    "c001_moves": MOVES,
    "c002_settings_of_targets": SETTINGS_OF_TARGETS,
    "c040_commands": COMMANDS,
    "c041_alerts": ALERTS,
    "c044_sessions": SESSIONS,
    "c045_approvals_of_rollouts": APPROVALS_OF_ROLLOUTS,
    "c047_filters_of_audit": FILTERS_OF_AUDIT,
    "c048_cards_of_models": CARDS_OF_MODELS,
    "c049_uncertain_events": UNCERTAIN_EVENTS,
    "c050_waking_of_rollouts": WAKING_OF_ROLLOUTS,
    "c052_rated_events_of_rollups": RATED_EVENTS_OF_ROLLUPS,
    "c053_days_of_rollups": DAYS_OF_ROLLUPS,
}
"""By their names in order: the statements of each."""
