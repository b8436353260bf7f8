"""Stored events as a file: CSV or Parquet, complete or not there at all."""

import csv
from collections.abc import Iterable, Iterator
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO

from fer_wire import EMOTIONS
from fer_wire.whole_files import written_whole

from fer_controller.errors import ExportError
from fer_controller.store.events.records import StoredEvent

CSV = "csv"
PARQUET = "parquet"
FORMATS = (CSV, PARQUET)
ROWS_AT_A_TIME = 5000
FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n")

PLAIN_COLUMNS = ("device", "camera", "epoch", "seq", "time", "track", "kind", "emotion", "confidence")
PROBABILITY_COLUMNS = tuple(f"probability_{emotion}" for emotion in EMOTIONS)
BOX_COLUMNS = ("box_x_px", "box_y_px", "box_width_px", "box_height_px")
LATER_COLUMNS = ("model", "face_px", "yaw_degrees", "pitch_degrees", "roll_degrees", "device_time", "uncertain")
COLUMNS = (*PLAIN_COLUMNS, *PROBABILITY_COLUMNS, *BOX_COLUMNS, *LATER_COLUMNS)


def suited(out: Path) -> str:
    """The format that a file's name asks for: Parquet for .parquet, else CSV."""
    return PARQUET if out.suffix.lower() == f".{PARQUET}" else CSV


def write(events: Iterable[StoredEvent], out: Path, form: str, *, wanted: str = "") -> int:
    """Write the events and return how many there were; raises ExportError, and then leaves no file.

    A Parquet file also says which events were wanted.
    """
    if out.exists() and not out.is_file():
        raise ExportError(f"{out} is not a regular file; choose another with --out.")
    try:
        with written_whole(out) as file:
            return _parquet().write(_chunks(events), file, wanted) if form == PARQUET else _write_csv(events, file)
    except OSError as error:
        raise ExportError(f"{out} cannot be written: {error.strerror or error}.") from error


def parquet_summary(path: Path) -> tuple[int, str]:
    """How many events a Parquet file holds, and which were wanted; raises ExportError."""
    found: tuple[int, str] | None = _parquet().summary(path)
    if found is None:
        raise ExportError(f"{path} is not a Parquet file of ours; move it away, or choose another place with --out.")
    return found


def row(event: StoredEvent) -> dict[str, Any]:
    """One event as one flat row of COLUMNS; an emotion that the model does not know is None."""
    return {
        **{name: getattr(event, name) for name in PLAIN_COLUMNS},
        **dict(zip(PROBABILITY_COLUMNS, map(event.probabilities.get, EMOTIONS), strict=True)),
        **dict(zip(BOX_COLUMNS, (event.box.x, event.box.y, event.box.width, event.box.height), strict=True)),
        **{name: getattr(event, name) for name in LATER_COLUMNS},
    }


def _write_csv(events: Iterable[StoredEvent], file: BinaryIO) -> int:
    text, count = TextIOWrapper(file, encoding="utf-8", newline=""), 0
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    for event in events:
        writer.writerow({name: _inert(value) for name, value in row(event).items()})
        count += 1
    text.detach()  # else the file would be closed here
    return count


def _inert(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula is quoted, as OWASP has it; no honest device sends one."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_BEGINS) else value


def _parquet() -> ModuleType:
    try:
        from fer_controller.export import parquet
    except ImportError as error:
        raise ExportError(
            "Parquet needs pyarrow, which is not installed; run `pip install 'fer-controller[parquet]'`, "
            "or use --format csv."
        ) from error
    return parquet


def _chunks(events: Iterable[StoredEvent]) -> Iterator[list[dict[str, Any]]]:
    rows = iter(map(row, events))
    while chunk := list(islice(rows, ROWS_AT_A_TIME)):
        yield chunk
