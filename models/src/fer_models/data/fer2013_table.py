"""FER2013 as first published: one CSV with a row for each face and the columns emotion, pixels and Usage."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import PurePosixPath

import numpy as np
from fer_wire.emotions import EMOTIONS

from fer_models.data.container import TABLE_SUFFIX, Container
from fer_models.data.faces import FACE_PX, LabelledFaces
from fer_models.data.images import PROGRESS_STEP, Progress
from fer_models.data.splits import SPLITS
from fer_models.errors import DatasetError, EmptySplitError

TABLES = ("fer2013.csv", "icml_face_data.csv")
EMOTION, PIXELS, USAGE = COLUMNS = ("emotion", "pixels", "Usage")
NAME = "{}/fer{:07}.png"
PIXELS_IN_ALL = FACE_PX * FACE_PX
LEVELS = {str(level): level for level in range(256)}
WHOLE_TABLE = 35_887
FIRST_LINE = 2
UNREADABLE = (UnicodeDecodeError, csv.Error)
FETCH = "fetch the table again"


def table_of(container: Container) -> str | None:
    """The name of the table, if there is one: one of the two published names, or the only file if it is a CSV."""
    if len(container.names) == 1 and container.names[0].lower().endswith(TABLE_SUFFIX):
        return container.names[0]
    return next((name for name in container.names if PurePosixPath(name).name in TABLES), None)


def read_table(container: Container, table: str, split: str, on_done: Progress) -> LabelledFaces:
    """The rows of one split, in order; a face is named Usage/ferROW.png, with rows counted from 0 over the whole table.

    Raises DatasetError, with the line, for a missing column or an impossible value.
    """
    where = container.where(table)
    pixels, labels, names = bytearray(), [], []
    for row, emotion, text, usage in _rows(container, table):
        if not row % PROGRESS_STEP:
            on_done(row, max(row, WHOLE_TABLE))
        if usage == split:
            labels.append(emotion)
            names.append(NAME.format(usage, row))
            pixels += _pixels(where, row + FIRST_LINE, text)
    if not names:
        raise EmptySplitError(f"{where} has no row whose {USAGE} is {split}; {FETCH}, or choose another split.")
    images = np.frombuffer(bytes(pixels), np.uint8).reshape(-1, FACE_PX, FACE_PX)
    return LabelledFaces(images, np.array(labels, np.int64), names)


def _rows(container: Container, table: str) -> Iterator[tuple[int, int, str, str]]:
    """Each row's number, emotion, pixels as text, and Usage."""
    where = container.where(table)
    try:
        with container.open(table) as file:
            lines = csv.reader(io.TextIOWrapper(file, encoding="utf-8-sig", newline=""))
            emotion, pixels, usage = _columns(where, next(lines, []))
            for row, cells in enumerate(lines):
                line = row + FIRST_LINE
                if len(cells) <= max(emotion, pixels, usage):
                    raise DatasetError(f"{where}, line {line}: {len(cells)} columns, too few; {FETCH}.")
                yield row, _emotion(where, line, cells[emotion]), cells[pixels], _usage(where, line, cells[usage])
    except UNREADABLE as error:
        raise DatasetError(f"{where} is not a table ({error}); {FETCH}.") from error


def _columns(where: str, head: list[str]) -> list[int]:
    names = [name.strip() for name in head]
    missing = [column for column in COLUMNS if column not in names]
    if missing:
        raise DatasetError(
            f"{where} lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}; "
            f"FER2013's table has {', '.join(COLUMNS)}."
        )
    return [names.index(column) for column in COLUMNS]


def _emotion(where: str, line: int, text: str) -> int:
    if not (text.strip().isdecimal() and int(text) < len(EMOTIONS)):
        raise DatasetError(
            f"{where}, line {line}: {text!r} is not an emotion; FER2013's are 0 to {len(EMOTIONS) - 1}. Correct it."
        )
    return int(text)


def _usage(where: str, line: int, text: str) -> str:
    usage = text.strip()
    if usage not in SPLITS:
        raise DatasetError(
            f"{where}, line {line}: the {USAGE} {usage!r} is not one of {', '.join(SPLITS)}. Correct the line."
        )
    return usage


def _pixels(where: str, line: int, text: str) -> bytes:
    try:
        pixels = bytes(map(LEVELS.__getitem__, text.split()))
    except KeyError as error:
        raise DatasetError(f"{where}, line {line}: the pixel {error} is not from 0 to 255; {FETCH}.") from error
    if len(pixels) != PIXELS_IN_ALL:
        raise DatasetError(f"{where}, line {line}: {len(pixels)} pixels instead of {PIXELS_IN_ALL}; {FETCH}.")
    return pixels
