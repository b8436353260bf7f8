"""A picture of what a finder found and what it missed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fer_models.eyes.boxes import Faces
from fer_models.eyes.evaluation.cases import Case
from fer_models.eyes.evaluation.recall import FaceFinder, matched
from fer_models.eyes.imaging import colour, dots, encode_png, outline, resize

TILE_PX, COLUMNS, MOST = 240, 6, 24
TRUE, SEEN, POINT = (0, 200, 0), (0, 140, 255), (255, 200, 0)

Tile = npt.NDArray[np.uint8]


def draw(finder: FaceFinder, cases: Iterable[Case], folder: Path) -> list[Path]:
    """Write found.png and missed.png: wanted boxes green, seen ones orange; returns the files that have tiles."""
    found, missed = list[Tile](), list[Tile]()
    for case in cases:
        seen = finder.find(case.pixels)
        right, false = matched(case, seen)
        tiles = missed if right < len(case.boxes) or false else found
        if len(tiles) < MOST:
            tiles.append(_tile(case, seen))
    folder.mkdir(parents=True, exist_ok=True)
    named = {"found": found, "missed": missed}
    return [_write(folder / f"{name}.png", tiles) for name, tiles in named.items() if tiles]


def _tile(case: Case, seen: Faces) -> Tile:
    picture = colour(case.pixels)
    for box in case.boxes:
        outline(picture, box, TRUE)
    for box, points in zip(seen.boxes, seen.points, strict=True):
        outline(picture, box, SEEN)
        dots(picture, points, POINT)
    height, width = picture.shape[:2]
    share = TILE_PX / max(height, width)
    small = resize(picture, (max(round(width * share), 1), max(round(height * share), 1)))
    tile = np.zeros((TILE_PX, TILE_PX, 3), np.uint8)
    tile[: small.shape[0], : small.shape[1]] = small
    return tile


def _write(path: Path, tiles: Sequence[Tile]) -> Path:
    empty = [np.zeros_like(tiles[0])] * (-len(tiles) % COLUMNS)
    rows = np.array([*tiles, *empty]).reshape(-1, COLUMNS, TILE_PX, TILE_PX, 3)
    path.write_bytes(encode_png(np.vstack([np.hstack(row) for row in rows])))
    return path
