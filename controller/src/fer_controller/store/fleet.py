"""What the database says of the whole fleet at this moment; opened beside a running controller."""

from fer_controller.store.records import StoredTelemetry
from fer_controller.store.sqlite import SqliteReader


class FleetReader(SqliteReader):
    """Looks at all devices at once, at a cost that grows with them and not with what they sent."""

    def newest_telemetry_of_each(self) -> list[StoredTelemetry]:
        """The newest telemetry of each device that sent any, by device."""
        return [StoredTelemetry(*row) for row in self._rows("newest_telemetry_of_each")]

    def events_stored(self) -> dict[str, int]:
        """Events of each device that were stored without a hole below them, those forgotten since included."""
        return dict(self._rows("events_below_contiguous"))

    def events_dropped(self) -> dict[str, int]:
        """Events that each device declared dropped at its spool's cap."""
        return dict(self._rows("dropped_events"))

    def rollouts(self) -> dict[str, int]:
        """Rollouts in each state."""
        return dict(self._rows("rollouts_by_state"))
