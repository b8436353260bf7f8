"""A Parquet file for each day on which events arrived: complete, or not there at all."""

from collections.abc import Iterable
from pathlib import Path

from fer_controller.errors import ExportError
from fer_controller.export import files
from fer_controller.store.events.records import StoredEvent
from fer_controller.store.filter import EventFilter

WRITTEN, KEPT, NOT_OVER, NOT_WHOLE = "written", "kept", "not over", "not whole"
WHY_NOT = {
    KEPT: "is there already",
    NOT_OVER: "is not over",
    NOT_WHOLE: "is left out: retention deleted part of it",
}


class DayFiles:
    """The files of one folder; which events they hold stands in each."""

    def __init__(self, folder: Path, wanted: EventFilter) -> None:
        """Makes the folder where there is none; raises ExportError."""
        self._folder, self._wanted = folder, wanted.model_dump_json(exclude_defaults=True)
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise ExportError(f"The folder {folder} cannot be made: {error.strerror or error}.") from error

    def place(self, day: str) -> Path:
        """Where a day's file is or will be."""
        return self._folder / f"events-{day}.parquet"

    def outcome(self, day: str, events: int, *, over: bool, whole: bool) -> str:
        """WRITTEN where a day's file is still to be written, and else why it is not; raises ExportError.

        So many events are stored; over, when these are all that ever will be, and whole, when all that ever were.
        """
        if not over:
            return NOT_OVER
        if self._rows_there(self.place(day)) >= events:
            return KEPT
        return WRITTEN if whole else NOT_WHOLE

    def write(self, day: str, events: Iterable[StoredEvent]) -> int:
        """Write a day's file and return how many events it holds; raises ExportError, and leaves what was there."""
        return files.write(events, self.place(day), files.PARQUET, wanted=self._wanted)

    def _rows_there(self, place: Path) -> int:
        if not place.exists():
            return -1
        rows, wanted = files.parquet_summary(place)
        if wanted != self._wanted:
            raise ExportError(f"{place} holds other events than are asked for now; choose another folder with --out.")
        return rows
