"""dlib and the zoo's networks as eyes of the same agent, in turns: one camera and several, and thirty faces."""

import json
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from fer_agent.cameras.demo import PORTRAIT

PAIRS = 3
CAMERAS = (1, 2, 4)
EYES = ("dlib", "zoo")
COLUMNS, ROWS = 6, 5
FACES_FRAMES = 90
FRAME = (640, 480)
HEAD = (slice(0, 220), slice(110, 330))
"""Where the head is in the portrait."""

Run = Callable[[list[dict[str, Any]], dict[str, str]], dict[str, Any]]
"""Runs an agent over these cameras with these settings; returns its closing line and its peak memory."""


def measure(clip: Path, folder: Path, run: Run) -> dict[str, Any]:
    """Frames a second and peak memory of both, the ratio of each pair."""
    found = {
        f"cameras_{count}": _paired(run, [{"name": f"c{at}", "source": str(clip)} for at in range(count)])
        for count in CAMERAS
    }
    crowd = folder / "thirty.avi"
    write_thirty_faces(crowd)
    return {**found, "thirty_faces": _paired(run, [{"name": "c0", "source": str(crowd)}])}


def _paired(run: Run, cameras: list[dict[str, Any]]) -> dict[str, Any]:
    runs: dict[str, list[dict[str, Any]]] = {eyes: [] for eyes in EYES}
    for _ in range(PAIRS):
        for eyes in EYES:
            runs[eyes].append(run(cameras, {"FER_AGENT_FACES__FINDER": eyes}))
    ratios = [zoo["fps"] / dlib["fps"] for dlib, zoo in zip(runs["dlib"], runs["zoo"], strict=True)]
    return {
        **{eyes: _summary(found) for eyes, found in runs.items()},
        "ratio": round(statistics.median(ratios), 2),
        "pairs": PAIRS,
    }


def _summary(found: list[dict[str, Any]]) -> dict[str, Any]:
    rates = [each["fps"] for each in found]
    return {
        "fps": {"median": statistics.median(rates), "min": min(rates), "max": max(rates)},
        "faces_per_frame": round(found[0]["faces"] / max(found[0]["frames"], 1), 2),
        "peak_memory_mb": max(each["peak_memory_mb"] for each in found),
    }


def write_thirty_faces(path: Path) -> None:
    """A video of thirty heads in a grid that sways a little."""
    portrait = cv2.imread(str(PORTRAIT))
    assert portrait is not None
    head = cv2.resize(portrait[HEAD], (96, 88), interpolation=cv2.INTER_AREA)
    grid = np.full((FRAME[1], FRAME[0], 3), 90, np.uint8)
    for place in range(COLUMNS * ROWS):
        left, top = 6 + 106 * (place % COLUMNS), 4 + 95 * (place // COLUMNS)
        grid[top : top + head.shape[0], left : left + head.shape[1]] = head
    video = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 15, FRAME)
    for at in range(FACES_FRAMES):
        video.write(np.roll(grid, round(3 * np.sin(at / 8)), axis=1))
    video.release()


def line(closing: str, peak_memory_mb: float) -> dict[str, Any]:
    """An agent's closing line with its peak memory."""
    return {**json.loads(closing), "peak_memory_mb": peak_memory_mb}
