"""Parquet files, through pyarrow."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
from fer_wire import EMOTIONS
from pyarrow import parquet

SCHEMA = pa.schema(
    [
        ("device", pa.dictionary(pa.int32(), pa.string())),
        ("camera", pa.dictionary(pa.int32(), pa.string())),
        ("epoch", pa.dictionary(pa.int32(), pa.string())),
        ("seq", pa.int64()),
        ("time", pa.timestamp("ms", "UTC")),
        ("track", pa.int64()),
        ("kind", pa.dictionary(pa.int32(), pa.string())),
        ("emotion", pa.dictionary(pa.int32(), pa.string())),
        ("confidence", pa.float64()),
        *((f"probability_{emotion}", pa.float64()) for emotion in EMOTIONS),
        ("box_x_px", pa.int64()),
        ("box_y_px", pa.int64()),
        ("box_width_px", pa.int64()),
        ("box_height_px", pa.int64()),
        ("model", pa.dictionary(pa.int32(), pa.string())),
        *((name, pa.float64()) for name in ("face_px", "yaw_degrees", "pitch_degrees", "roll_degrees")),
        ("device_time", pa.timestamp("ms", "UTC")),
        ("uncertain", pa.bool_()),
    ]
)


WANTED = b"fer.wanted"
"""Where a file says which events it holds."""


def write(chunks: Iterable[list[dict[str, Any]]], file: BinaryIO, wanted: str = "") -> int:
    """Write chunks of rows as row groups, so that memory stays flat; returns how many rows there were."""
    count = 0
    with parquet.ParquetWriter(file, SCHEMA.with_metadata({WANTED: wanted.encode()})) as writer:
        for rows in chunks:
            writer.write_table(_table(rows))
            count += len(rows)
    return count


def summary(path: Path) -> tuple[int, str] | None:
    """How many rows a file has, and which events were wanted; None for what `write` did not make."""
    try:
        found = parquet.read_metadata(path)
    except (OSError, pa.ArrowInvalid):
        return None
    about = found.metadata or {}
    return (found.num_rows, about[WANTED].decode("utf-8", "replace")) if WANTED in about else None


def _table(rows: list[dict[str, Any]]) -> pa.Table:
    columns = {field.name: [row[field.name] for row in rows] for field in SCHEMA}
    times = {name: _times(columns.pop(name)) for name in ("time", "device_time")}
    arrays = {**times, **{name: pa.array(values, SCHEMA.field(name).type) for name, values in columns.items()}}
    return pa.table([arrays[name] for name in SCHEMA.names], schema=SCHEMA)


def _times(values: list[str | None]) -> pa.Array:
    texts = pa.array([value and value.removesuffix("Z") for value in values], pa.string())
    return texts.cast(pa.timestamp("ms")).cast(pa.timestamp("ms", "UTC"))
