"""Draws docs/images/gates.svg: how a gate decides, as more and more faces are seen.

    python scripts/gates_picture.py

One gate, emotion_mix<=0.3, one device, and the faces that are read as happy: above the upper line the gate is broken,
below the lower one it holds. The lines are those of the real test; the three models are drawn by chance.
"""

import random
from collections.abc import Callable, Iterable
from pathlib import Path

from fer_controller.rollout.evidence import spending
from fer_controller.rollout.evidence.exact_test import Stratum, p_value
from fer_controller.rollout.evidence.power import ENOUGH, Reading, sure_share

OUT = Path(__file__).resolve().parents[1] / "docs" / "images" / "gates.svg"
BEFORE, HAPPY = 200, 54
MARGIN, GATES, QUESTIONS = 0.3, 10, 14
FIRST_LOOK, MOST = 8, 64
SEED = 7
LOOKS = (8, 16, 32, 64)
"""That count: the evidence has doubled."""
WIDTH, HEIGHT, LEFT, TOP, RIGHT = 800, 400, 60, 24, 240
COLORS = {"broken": "#c0392b", "holds": "#27823d", "undecided": "#b7791f"}
MODELS = (
    ("reads every face as happy", 1.0, "broken"),
    ("changes nothing", 0.0, "holds"),
    ("favours happy by 30 %", 0.3, "undecided"),
)
Point = tuple[float, float]


def alpha(faces: int) -> float:
    """What the look at so many faces may spend: the first at eight, and one at each doubling."""
    look = max(1, (faces // FIRST_LOOK).bit_length())
    return spending.level(spending.share(GATES, 1), look) / QUESTIONS


def breaks(faces: int, happy: int) -> bool:
    """Whether chance does not explain so many happy faces."""
    return faces >= FIRST_LOOK and p_value([Stratum(BEFORE, HAPPY, faces, happy)]) <= alpha(faces)


def holds(faces: int, happy: int) -> bool:
    """Whether a model at the limit would have read more as happy."""
    usual = HAPPY / BEFORE
    return Reading(faces, happy, usual, sure_share(HAPPY, BEFORE) + MARGIN).power >= ENOUGH


def boundary(decides: Callable[[int, int], bool], order: Callable[[int], Iterable[int]]) -> list[Point]:
    """By the number of faces: the share of happy ones at which the gate decides."""
    found = (
        (faces, next((happy for happy in order(faces) if decides(faces, happy)), None)) for faces in range(1, MOST + 1)
    )
    return [(float(faces), happy / faces) for faces, happy in found if happy is not None]


def path_of(favours: float) -> list[Point]:
    """The share of happy faces that a model reads, face by face."""
    points: list[Point] = []
    dice, happy = random.Random(f"{favours} {SEED}"), 0  # noqa: S311 - a drawing
    for faces in range(1, MOST + 1):
        happy += dice.random() < HAPPY / BEFORE + favours * (1 - HAPPY / BEFORE)
        points.append((faces, happy / faces))
        if (faces in LOOKS and breaks(faces, happy)) or (faces >= FIRST_LOOK and holds(faces, happy)):
            break
    return points


def placed(point: Point) -> str:
    """In the picture's pixels."""
    faces, share = point
    return f"{LEFT + faces * (WIDTH - LEFT - RIGHT) / MOST:.1f},{TOP + (1 - share) * (HEIGHT - TOP - 50):.1f}"


def line(points: Iterable[Point], color: str, more: str = "") -> str:
    """From point to point."""
    return f'<polyline points="{" ".join(map(placed, points))}" fill="none" stroke="{color}" {more}/>'


def area(points: list[Point], edge: float, color: str) -> str:
    """All between the points and an edge."""
    whole = [(points[0][0], edge), *points, (points[-1][0], edge)]
    return f'<polygon points="{" ".join(map(placed, whole))}" fill="{color}" fill-opacity="0.13"/>'


def text(point: Point, words: str, color: str = "#333", dx: int = 0, dy: int = 0, anchor: str = "start") -> str:
    """Words beside a point."""
    x, y = map(float, placed(point).split(","))
    return f'<text x="{x + dx:.1f}" y="{y + dy:.1f}" fill="{color}" text-anchor="{anchor}">{words}</text>'


def picture() -> str:
    """The whole drawing."""
    upper = boundary(breaks, lambda faces: range(faces + 1))
    lower = boundary(holds, lambda faces: range(faces, -1, -1))
    parts = [area(upper, 1, COLORS["broken"]), area(lower, 0, COLORS["holds"])]
    parts += [
        line(upper, COLORS["broken"], 'stroke-dasharray="5 3"'),
        line(lower, COLORS["holds"], 'stroke-dasharray="5 3"'),
    ]
    parts += [line([(0, 1), (0, 0), (MOST, 0)], "#333"), line([(0, HAPPY / BEFORE), (MOST, HAPPY / BEFORE)], "#999")]
    for words, favours, answer in MODELS:
        points = path_of(favours)
        parts += [
            line(points, COLORS[answer], 'stroke-width="2.5"'),
            text(points[-1], f"{words}: {answer}", COLORS[answer], 8, 16),
        ]
    parts += [text((0, share), f"{share:.0%}", dx=-8, dy=4, anchor="end") for share in (0, 0.5, 1)]
    parts += [text((faces, 0), str(faces), dy=18, anchor="middle") for faces in LOOKS]
    parts += [
        text((MOST / 2, 0), "faces seen after the change", dy=38, anchor="middle"),
        text((MOST, HAPPY / BEFORE), f"before: {HAPPY / BEFORE:.0%} happy", "#777", 8, 4),
    ]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif"'
    paper = f'font-size="13"><rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>'
    return "\n".join([f"{head} {paper}", *parts, "</svg>", ""])


if __name__ == "__main__":
    OUT.write_text(picture(), encoding="utf-8")
    print(f"wrote {OUT}")
