"""The composition root: a connection, and what can be asked over it, by subject."""

from types import TracebackType
from typing import Optional, Type

from fer_client.calls import (
    Alerts,
    Audit,
    Board,
    Commands,
    Device,
    Events,
    Fleet,
    Labels,
    Models,
    Operators,
    Overview,
    Plans,
    Rollouts,
    Settings,
    Telemetry,
)
from fer_client.connection import Connection


class Client:
    """A controller, asked with an operator's token; everything raises FleetError."""

    def __init__(self, url: str, token: str, *, authorities: Optional[str] = None, timeout_s: float = 30.0) -> None:
        """The URL is https://HOST:PORT; authorities is a file of certificates to trust instead of the usual ones."""
        self._connection = connection = Connection(url, token, authorities=authorities, timeout_s=timeout_s)
        self.fleet = Fleet(connection)
        self.device = Device(connection)
        self.commands = Commands(connection)
        self.events = Events(connection)
        self.telemetry = Telemetry(connection)
        self.labels = Labels(connection)
        self.models = Models(connection)
        self.plans = Plans(connection)
        self.rollouts = Rollouts(connection)
        self.settings = Settings(connection)
        self.board = Board(connection)
        self.overview = Overview(connection)
        self.alerts = Alerts(connection)
        self.audit = Audit(connection)
        self.operators = Operators(connection)

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
