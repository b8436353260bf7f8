"""Made archives of faces, as small as they can be, in the layout of the public ones."""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

SIDE = 100
YAWS = (60, -20, -65, 35)


def made_landmarks() -> np.ndarray:
    """A symmetric face of 68 landmarks in a picture 100 wide and high, upright: float32."""
    jaw = [(50 - 30 * np.cos(np.pi * i / 16), 45 + 40 * np.sin(np.pi * i / 16)) for i in range(17)]
    brows = [(x, 35 - abs(2 - i)) for i, x in enumerate((25, 30, 35, 40, 45))]
    brows += [(100 - x, y) for x, y in reversed(brows)]
    nose = [(50, y) for y in (42, 47, 52, 57)] + [(x, 61) for x in (44, 47, 50, 53, 56)]
    right_eye = [(30, 43), (33, 41), (37, 41), (40, 43), (37, 45), (33, 45)]
    left_eye = [(100 - right_eye[i][0], right_eye[i][1]) for i in (3, 2, 1, 0, 5, 4)]
    outer = [(38, 72), (42, 69), (46, 68), (50, 69), (54, 68), (58, 69), (62, 72)]
    outer += [(58, 76), (54, 78), (50, 78), (46, 78), (42, 76)]
    inner = [(41, 72), (46, 71), (50, 72), (54, 71), (59, 72), (54, 74), (50, 75), (46, 74)]
    return np.array([*jaw, *brows, *nose, *right_eye, *left_eye, *outer, *inner], np.float32)


def write_archives(folder: Path) -> Path:
    """The five archives in the folder, the profiles turned by YAWS; 002 has a fit far off, 003 no pitch."""
    folder.mkdir(parents=True)
    landmarks = _columns(made_landmarks())
    names = [f"{index}_Scene_{index}.jpg" for index in range(24)]
    boxes = [{"file": name, "x": 20, "y": 20, "width": 60, "height": 65, "invalid": 0} for name in names]
    boxes += [{"file": name, "x": 2, "y": 2, "width": 9, "height": 9, "invalid": 1} for name in names]
    found = {
        "x": 20,
        "y": 20,
        "width": 60,
        "height": 65,
        "score": 0.9,
        **_columns(made_landmarks()[[37, 43, 30, 48, 54]]),
    }
    others = [f"f{name}" for name in names]
    _archive(
        folder / "scenes.zip",
        [*names, *others],
        {"boxes.csv": boxes, "found.csv": [{"file": n, **found} for n in others]},
    )
    photographs = [f"helen/{index}_1.jpg" for index in range(24)]
    _archive(folder / "landmarks.zip", photographs, {"landmarks.csv": [{"file": n, **landmarks} for n in photographs]})
    frames = [f"youtube/Name{index}_1.jpg" for index in range(24)]
    _archive(folder / "landmarks_video.zip", frames, {"landmarks.csv": [{"file": n, **landmarks} for n in frames]})
    _write_profiles(folder / "profiles.zip", landmarks)
    _archive(folder / "backgrounds.zip", [f"n{index}.jpg" for index in range(24)], {})
    return folder


def _write_profiles(path: Path, landmarks: Mapping[str, Any]) -> None:
    people = [f"{index:03}/profile/01.jpg" for index in range(1, 25)]
    far = _columns(made_landmarks()[:30] + 60)
    own = [{"file": n, **(far if n.startswith("002") else _columns(made_landmarks()[:30]))} for n in people]
    fits = [
        {"file": n, "yaw": YAWS[i % 4], "pitch": "" if i == 2 else 5, "roll": 0, **landmarks}
        for i, n in enumerate(people)
    ]
    _archive(path, people, {"profiles.csv": own, "profiles68.csv": fits})


def _columns(points: np.ndarray) -> dict[str, float]:
    return {
        f"{axis}{i}": float(value) for i, point in enumerate(points) for axis, value in zip("xy", point, strict=True)
    }


def _archive(path: Path, names: Sequence[str], tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    with zipfile.ZipFile(path, "w") as file:
        for index, name in enumerate(names):
            file.writestr(name, _jpeg(index, face=path.stem != "backgrounds"))
        for name, rows in tables.items():
            text = io.StringIO()
            writer = csv.DictWriter(text, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
            file.writestr(name, text.getvalue())


def _jpeg(seed: int, *, face: bool) -> bytes:
    """Noise, and for a face a bright disc with dark eyes and mouth."""
    pixels = np.random.default_rng(seed).integers(60, 120, (SIDE, SIDE), dtype=np.uint8)
    if face:
        down, across = np.mgrid[:SIDE, :SIDE]
        pixels[((across - 50) / 30) ** 2 + ((down - 52) / 34) ** 2 < 1] = 220
        for x, y, wide in ((35, 43, 5), (65, 43, 5), (50, 73, 12)):
            pixels[(abs(across - x) < wide) & (abs(down - y) < 3)] = 20
    encoded = io.BytesIO()
    Image.fromarray(pixels).save(encoded, "JPEG", quality=90)
    return encoded.getvalue()
