"""All subjects of one database, for readers of several."""

from fer_controller.store.alerts.store import AlertStore
from fer_controller.store.audit.store import AuditStore
from fer_controller.store.certificates.store import CertificateStore
from fer_controller.store.commands.store import CommandStore
from fer_controller.store.credentials.sessions import SessionStore
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

    def __init__(self, database: Database, origin: str = "") -> None:
        """The origin is where what is changed here is asked for, as the audit log has it."""
        self.transaction = database.transaction
        self.alerts = AlertStore(database)
        self.audit = AuditStore(database, origin)
        self.certificates = CertificateStore(database)
        self.commands = CommandStore(database)
        self.dead_letters = DeadLetterStore(database)
        self.devices = DeviceStore(database)
        self.events = EventStore(database)
        self.models = ModelStore(database)
        self.rollouts = RolloutStore(database, origin)
        self.rollups = RollupStore(database)
        self.sessions = SessionStore(database)
        self.telemetry = TelemetryStore(database)
        self.tokens = TokenStore(database)
