"""All subjects of one database, for readers of several."""

from fer_controller.store.credentials.store import TokenStore
from fer_controller.store.database import Database
from fer_controller.store.dead_letters.store import DeadLetterStore
from fer_controller.store.devices.store import DeviceStore
from fer_controller.store.events.store import EventStore
from fer_controller.store.registry.store import ModelStore
from fer_controller.store.rollouts.store import RolloutStore
from fer_controller.store.rollups.store import RollupStore
from fer_controller.store.telemetry.store import TelemetryStore


class Subjects:
    """One store per subject, over the same database."""

    def __init__(self, database: Database) -> None:
        self.transaction = database.transaction
        self.dead_letters = DeadLetterStore(database)
        self.devices = DeviceStore(database)
        self.events = EventStore(database)
        self.models = ModelStore(database)
        self.rollouts = RolloutStore(database)
        self.rollups = RollupStore(database)
        self.telemetry = TelemetryStore(database)
        self.tokens = TokenStore(database)
