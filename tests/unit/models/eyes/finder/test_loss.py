"""Which cells answer for a face, and what their answers cost."""

from typing import Any

import numpy as np
import pytest
from fer_models.eyes.data.frames import frames_of_boxes
from fer_models.eyes.finder.cells import MIDDLE, POINTS, SCORE, SIZE
from fer_models.eyes.finder.sample import Sample
from fer_models.eyes.finder.targets import Grid, batch_of

pytestmark = [pytest.mark.training, pytest.mark.usefixtures("torch")]

SIDE = 128
GRID = Grid(SIDE)
BOX = (40.0, 40.0, 20.0, 22.0)


def wanted(*boxes: tuple[float, float, float, float]) -> Any:
    import torch
    from fer_models.eyes.finder.loss import Wanted

    frames = frames_of_boxes(np.array(boxes).reshape(-1, 4))
    points = np.tile(frames[:, :1], (1, 5, 1)).astype(np.float32)
    sample = Sample(np.zeros((SIDE, SIDE), np.uint8), frames, points, np.ones(len(frames), bool))
    batch = batch_of([sample], GRID)
    return Wanted(*(torch.from_numpy(each) for each in (batch.boxes, batch.points, batch.candidates, batch.ignored)))


def answers(target: Any, logit: float = 8.0) -> Any:
    """Cells that say exactly what is wanted, at every candidate."""
    import torch

    cells = torch.zeros(1, len(GRID), 15)
    cells[..., SCORE] = -8
    for box, row in zip(target.boxes, target.candidates, strict=True):
        for cell in row[row >= 0]:
            at, unit = torch.from_numpy(GRID.middles[cell]), float(GRID.strides[cell])
            middle = (box[:2] + box[2:]) / 2
            cells[0, cell, SCORE] = logit
            cells[0, cell, MIDDLE] = (middle - at) / unit
            cells[0, cell, SIZE] = ((box[2:] - box[:2]) / unit).log()
            cells[0, cell, POINTS] = ((middle - at) / unit).repeat(5)
    return cells


def cost(cells: Any, target: Any) -> Any:
    import torch
    from fer_models.eyes.finder.loss import losses

    return losses(cells, torch.from_numpy(GRID.middles), torch.from_numpy(GRID.strides), target)


def test_right_answers_cost_next_to_nothing() -> None:
    target = wanted(BOX)
    found = cost(answers(target), target)
    assert float(found.box) == pytest.approx(0, abs=1e-4)
    assert float(found.points) == pytest.approx(0, abs=1e-4)
    assert float(found.total()) < 2


def test_silence_about_a_face_costs_more_than_a_right_answer() -> None:
    target = wanted(BOX)
    assert float(cost(answers(target, logit=-8), target).score) > 5 * float(cost(answers(target), target).score)


def test_a_false_face_costs_and_an_ignored_one_does_not() -> None:
    import torch

    target = wanted(BOX)
    cells = answers(target)
    cells[0, 0, SCORE] = 8
    false = cost(cells, target)
    target.ignored[0, 0] = True
    assert float(false.score) > float(cost(cells, target).score) + 0.1
    assert torch.isfinite(false.total())


def test_no_face_takes_more_than_its_share_and_each_takes_at_least_one() -> None:
    import torch
    from fer_models.eyes.finder.loss import MOST_CELLS, chosen

    target = wanted(BOX, (0.0, 0.0, 20.0, 20.0))
    rows = torch.zeros(len(GRID), 15)
    face, cell = chosen(rows, torch.from_numpy(GRID.middles), torch.from_numpy(GRID.strides).unsqueeze(1), target)
    counts = torch.bincount(face, minlength=2)
    assert (counts >= 1).all()
    assert (counts <= MOST_CELLS).all()
    assert len(cell.unique()) == len(cell)


def test_two_faces_in_one_place_share_their_cells() -> None:
    target = wanted(BOX, BOX)
    found = cost(answers(target), target)
    assert found.cells >= 1


def test_a_batch_without_a_face_has_a_loss() -> None:
    import torch

    target = wanted()
    found = cost(torch.zeros(1, len(GRID), 15, requires_grad=True), target)
    found.total().backward()
    assert float(found.score.detach()) > 0
    assert found.cells == 0
