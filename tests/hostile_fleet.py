"""What a hostile device leaves in a database, and how operators then read the fleet, for tests of security."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from controller_messages import delivered, no_peers
from fer_controller.broker.delivery import Delivery
from fer_controller.desk.local import LocalDesk
from fer_controller.desk.stores import Place
from fer_controller.http.prometheus import Metrics
from fer_controller.ingest.devices import Fleet
from fer_controller.ingest.quotas import Quotas
from fer_controller.ingest.streams import Streams
from fer_controller.ingest.writer import Ingest
from fer_controller.settings import IngestSettings
from fer_controller.store import opening
from fer_controller.store.ingest.store import IngestStore
from fer_controller.store.subjects import Subjects
from fer_wire import Message, Topics

OF_BOUNDS = "%_bounds_of_%"


class HostileFleet:
    """A database, the ingest that fills it with whatever devices send, and the operators' view of it."""

    def __init__(self, db: Path) -> None:
        self.db = db
        with opening.writer(db, create=True):
            pass

    def take(self, deliveries: Sequence[Delivery], now: "datetime | None" = None, **bounds: int) -> None:
        """Store what arrives in one batch, as a controller does that begins with this database now."""
        with opening.writer(self.db) as database:
            store = IngestStore(database)
            streams = Streams(store.events.streams(), store.events.seqs_above, 100)
            clock = (lambda: now) if now else None
            fleet, quotas = Fleet(store.devices.all()), Quotas(IngestSettings(**bounds))
            writer = Ingest(store, Topics(), streams, fleet, no_peers(), clock, quotas=quotas)
            writer.write(writer.read(deliveries))

    def take_messages(self, *messages: Message, now: "datetime | None" = None) -> None:
        """Store these messages."""
        self.take([delivered(message) for message in messages], now)

    def as_of_old(self, *statements: str, **values: object) -> None:
        """Leave rows as a controller wrote them that knew no bounds; the next writer upgrades the database."""
        with opening.writer(self.db) as database:
            forget = "DELETE FROM _sqlite_migrations WHERE name LIKE ?"
            database.connection.execute(forget, (OF_BOUNDS,))
            for statement in statements:
                database.connection.execute(statement, values)

    def desk(self) -> LocalDesk:
        """What an operator asks."""
        return LocalDesk(Place(self.db, self.db, 30.0), "root@here")

    def scraped(self) -> str:
        """The page of metrics."""
        with opening.reader(self.db) as database:
            return Metrics(Subjects(database), 30.0, lambda: datetime.now(UTC)).page("")[0].decode()
