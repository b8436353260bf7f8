"""FER+ (Barsoum et al. 2016, arXiv:1608.01041): ten people's votes on each FER2013 image, as soft labels."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

import numpy as np
import numpy.typing as npt
from fer_wire.emotions import EMOTIONS

from fer_models.data.faces import LabelledFaces
from fer_models.errors import DatasetError

CLASSES = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "NF")
EMOTION_OF = ("neutral", "happy", "surprise", "sad", "angry", "disgust", "fear")
"""What the first of the classes are called elsewhere; contempt, unknown and no face (NF) are none of the emotions."""
AUTO, NONE = "auto", "none"
VOTES_FILE = "ferplus_votes.csv"
PATH_COLUMN = "path"
OFFICIAL_COLUMNS = ("Usage", "Image name")
ROW_NAME = "fer{:07}.png"
FIRST_LINE = 2
SMOOTHING = 1.0  # votes that each FER+ class gets for each label, so that a rare class is not trusted too much
REMEDY = "give a file with a path column or FER+'s fer2013new.csv"

Votes = npt.NDArray[np.float32]


def load_votes(path: Path, faces: LabelledFaces) -> Votes:
    """The votes on each face: float32 N×10 in the order of CLASSES; zeros for a face without votes.

    A table with a path column is matched by folder and file name, or by a file name that occurs once. The official
    table is matched by row, because its image names skip the faces that it leaves out and so drift away from FER2013's
    rows. Raises DatasetError when the file is malformed or has no votes for any of the faces.
    """
    known = _by_name(_read(path))
    repeated = {name for name, times in Counter(map(_file_name, faces.names)).items() if times > 1}
    nothing = np.zeros(len(CLASSES), np.float32)
    rows = [_find(known, name, repeated) for name in faces.names]
    if len(faces) and all(row is None for row in rows):
        raise DatasetError(
            f"{path} has votes for none of the {len(faces)} images, of which the first is {faces.names[0]}; "
            "give the votes of this data set."
        )
    return np.stack([nothing if row is None else row for row in rows]) if rows else np.zeros((0, len(CLASSES)), "f4")


def votes_file(data: Sequence[Path], asked: str) -> Path | None:
    """The file of votes: that asked for, for auto ferplus_votes.csv beside the data; None for none, or without one."""
    if asked == NONE:
        return None
    if asked != AUTO:
        return Path(asked)
    folders = [folder for path in data for folder in (path, path.parent) if folder.is_dir()]
    return next((folder / VOTES_FILE for folder in folders if (folder / VOTES_FILE).is_file()), None)


def agreed(votes: Votes, least_share: float) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """(indices, emotions) of the faces for which one emotion got more votes than any other class, and such a share."""
    ordered, totals = np.sort(votes, axis=1), votes.sum(axis=1)
    clear = (ordered[:, -1] > ordered[:, -2]) & (ordered[:, -1] >= least_share * totals)
    winner = votes.argmax(axis=1)
    chosen = np.flatnonzero(clear & (winner < len(EMOTION_OF)))
    emotions = np.array([EMOTIONS.index(name) for name in EMOTION_OF], np.int64)
    return chosen, emotions[winner[chosen]]


def translated(votes: Votes, labels: npt.NDArray[np.int64]) -> Votes:
    """Votes, N×10, as a distribution over the seven original labels: float32 N×7, rows sum to 1.

    A FER+ class stands for the original labels of the faces it was voted for, counted over these same faces; a face
    without votes keeps its own label.
    """
    one_hot = np.eye(len(EMOTIONS))[labels]
    meaning = votes.T.astype(np.float64) @ one_hot + SMOOTHING
    meaning /= meaning.sum(axis=1, keepdims=True)
    totals = votes.sum(axis=1, keepdims=True, dtype=np.float64)
    shares = np.divide(votes, totals, out=np.zeros(votes.shape), where=totals > 0)
    return np.where(totals > 0, shares @ meaning, one_hot).astype(np.float32)


def _read(path: Path) -> Iterator[tuple[str, Votes]]:
    """Each row's name and votes."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = csv.reader(file)
            head = [column.strip() for column in next(lines, [])]
            official = set(OFFICIAL_COLUMNS) <= set(head)
            _check_head(path, head, (*CLASSES, *(() if official else (PATH_COLUMN,))))
            columns = [head.index(name) for name in CLASSES]
            for row, cells in enumerate(lines):
                _check_width(path, row + FIRST_LINE, cells, len(head))
                votes = _numbers(path, row + FIRST_LINE, cells, columns)
                yield ROW_NAME.format(row) if official else cells[head.index(PATH_COLUMN)], votes
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(f"Cannot read {path} as FER+ votes ({error}); {REMEDY}.") from error


def _check_head(path: Path, head: list[str], wanted: Iterable[str]) -> None:
    missing = [column for column in wanted if column not in head]
    if missing:
        raise DatasetError(f"{path} lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}; {REMEDY}.")


def _check_width(path: Path, line: int, cells: list[str], wanted: int) -> None:
    if len(cells) != wanted:
        raise DatasetError(f"{path}, line {line}: {len(cells)} columns instead of {wanted}; fetch the file again.")


def _numbers(path: Path, line: int, cells: list[str], columns: list[int]) -> Votes:
    for name, column in zip(CLASSES, columns, strict=True):
        if not cells[column].strip().isdecimal():
            raise DatasetError(
                f"{path}, line {line}, column {name}: {cells[column]!r} is not a number of votes; "
                "write a whole number, 0 or more."
            )
    return np.array([int(cells[column]) for column in columns], np.float32)


def _by_name(rows: Iterable[tuple[str, Votes]]) -> dict[str, Votes]:
    """The rows by FOLDER/FILE, and also by FILE where that is unambiguous."""
    found = {_folder_and_file(name): votes for name, votes in rows}
    times = Counter(map(_file_name, found))
    return found | {_file_name(name): votes for name, votes in found.items() if times[_file_name(name)] == 1}


def _find(known: dict[str, Votes], name: str, repeated: set[str]) -> Votes | None:
    file = _file_name(name)
    return known.get(_folder_and_file(name), None if file in repeated else known.get(file))


def _folder_and_file(name: str) -> str:
    return "/".join(PurePosixPath(name).parts[-2:])


def _file_name(name: str) -> str:
    return PurePosixPath(name).name
