"""The section on faces in motion, from a record of scripts/measure_tracks.py."""

from typing import Any

from fer_models.report.records import Record, Records
from fer_models.report.tracks import NOW, tracks

NAMES = ("smoothing_s", "change_margin", "change_hold_s")
OLD, FINE, RASH = (0.5, 0.1, 0.3), (0.25, 0.1, 0.3), (0.0, 0.1, 0.1)


def told(choice: tuple[float, ...], delay_s: float, wrong: float) -> dict[str, Any]:
    figures = {
        **dict(zip(NAMES, choice, strict=True)),
        "told": 0.9,
        "delay_s": delay_s,
        "wrong": wrong,
        "needless": 0.0,
    }
    return dict.fromkeys(("train", "test", "clip"), figures)


def recorded() -> Record:
    judged = {"error": 0.248, "accuracy": 0.35, "confidence": 0.6}
    marked = {"uncertain": 0.6, "uncertain_right": 0.25, "certain_right": 0.55}
    said = {
        "command": "python scripts/measure_tracks.py models/zoo/light/1.0.0",
        "model": "light@1.0.0/fp32",
        "pairs": 200,
        "calibration": [{"fitted": "none", "temperatures": [1.0] * 7, "test": judged, "clip": judged}],
        "policy": [told(RASH, 0.1, 0.5), told(NOW, 0.5, 0.1), told(OLD, 0.75, 0.1), told(FINE, 0.6, 0.1)],
        "uncertain": [{"below": 0.4, **dict.fromkeys(("train", "test", "clip"), marked)}],
        "conditions": [
            {"condition": "size, px", "from": 0, "below": 40, "faces": 85, "accuracy": 0.3, "interval": [0.2, 0.4]},
            {"condition": "size, px", "from": 40, "below": 60, "faces": 0, "accuracy": None, "interval": [0, 1]},
        ],
    }
    return Record("light-1.0.0", said)


def section(*found: Record) -> str:
    none: dict[str, Any] = dict.fromkeys(Records.__dataclass_fields__, ())
    return "\n".join(tracks(Records(**{**none, "tracks": found})))


def test_a_setting_that_tells_more_wrongly_is_not_shown() -> None:
    rows = [line for line in section(recorded()).splitlines() if line.startswith("| 0.")]
    shown = [tuple(float(cell) for cell in row.split("|")[1:4]) for row in rows if row.count("|") == 16]
    assert shown == [FINE, NOW, OLD]


def test_the_error_before_and_a_group_without_faces_are_told() -> None:
    text = section(recorded())
    assert "| none | 1.00 | 1.00 | 1.00 | 1.00 | 1.00 | 1.00 | 1.00 | 24.8 | 35.0 | 60.0 |" in text
    assert "| size, px | 0–40 | 85 | 30.00 (20.0–40.0) |" in text
    assert "| size, px | 40–60 | 0 | – |" in text
    assert "Made by `python scripts/measure_tracks.py models/zoo/light/1.0.0`." in text


def test_without_a_record_there_is_no_section() -> None:
    assert section() == ""
