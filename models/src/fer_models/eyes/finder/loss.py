"""The finder's loss: cells are chosen for each face by how well they answer, then score, box and points are asked."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn import functional

from fer_models.eyes.finder.cells import LARGEST_LOGARITHM, MIDDLE, POINTS, SCORE, SIZE

BOX_COST = 3.0
MOST_CELLS = 7
BOX_WEIGHT, POINTS_WEIGHT = 2.0, 4.0
POINTS_BEND = 0.05
"""Below this error, as a share of the face, the loss of a point is quadratic."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A batch's targets as tensors; shapes as in targets.Batch."""

    boxes: torch.Tensor
    points: torch.Tensor
    candidates: torch.Tensor
    ignored: torch.Tensor


@dataclass(frozen=True, slots=True)
class Losses:
    """The parts, each a scalar, and how many cells answered for a face."""

    score: torch.Tensor
    box: torch.Tensor
    points: torch.Tensor
    cells: int

    def total(self) -> torch.Tensor:
        """What is minimized."""
        return self.score + BOX_WEIGHT * self.box + POINTS_WEIGHT * self.points


def flat(outputs: tuple[torch.Tensor, ...]) -> torch.Tensor:
    """The maps as one row a cell, B × G × 15, float32."""
    return torch.cat([output.flatten(2) for output in outputs], dim=2).transpose(1, 2).float()


def losses(cells: torch.Tensor, middles: torch.Tensor, strides: torch.Tensor, wanted: Wanted) -> Losses:
    """cells: B × G × 15. middles: G × 2. strides: G."""
    pictures = len(cells)
    rows = cells.reshape(-1, cells.shape[2])
    at, unit = middles.repeat(pictures, 1), strides.repeat(pictures).unsqueeze(1)
    face, cell = chosen(rows.detach(), at, unit, wanted)
    answers, boxes = rows[cell], wanted.boxes[face]
    told = boxes_of(answers, at[cell], unit[cell])
    overlap = overlaps(told, boxes)
    target = torch.zeros(len(rows)).index_put((cell,), overlap.detach().clamp(min=0.05))
    answering = target.sum().clamp(min=1.0)
    asked = ~wanted.ignored.flatten() | (target > 0)
    apart = 1 - overlap + _apart(told, boxes)
    return Losses(
        _score_loss(rows[:, SCORE][asked], target[asked]) / answering,
        (apart * target[cell]).sum() / answering,
        _points_loss(answers, at[cell], unit[cell], boxes, wanted.points[face]),
        len(cell),
    )


@torch.no_grad()
def chosen(
    rows: torch.Tensor, at: torch.Tensor, unit: torch.Tensor, wanted: Wanted
) -> tuple[torch.Tensor, torch.Tensor]:
    """Pairs of face and cell: each face takes its best candidates, as many as their overlaps add up to.

    A cell that two faces want goes to the one that it suits better.
    """
    there = wanted.candidates >= 0
    index = wanted.candidates.clamp(min=0)
    candidates = rows[index]
    overlap = overlaps(boxes_of(candidates, at[index], unit[index]), wanted.boxes.unsqueeze(1)) * there
    cost = functional.softplus(-candidates[..., SCORE]) - BOX_COST * torch.log(overlap + 1e-6)
    cost = cost.masked_fill(~there, torch.inf)
    count = overlap.sum(1).round().clamp(1, MOST_CELLS)
    rank = cost.argsort(dim=1).argsort(dim=1)
    face, column = torch.nonzero((rank < count.unsqueeze(1)) & there, as_tuple=True)
    cell, price = index[face, column], cost[face, column]
    best = torch.full((len(rows),), torch.inf).scatter_reduce(0, cell, price, "amin")
    kept = price <= best[cell]
    return face[kept], cell[kept]


def boxes_of(cells: torch.Tensor, at: torch.Tensor, unit: torch.Tensor) -> torch.Tensor:
    """As cells.boxes_of, of any leading shape."""
    middle = at + cells[..., MIDDLE] * unit
    reach = cells[..., SIZE].clamp(max=LARGEST_LOGARITHM).exp() * unit / 2
    return torch.cat([middle - reach, middle + reach], dim=-1)


def overlaps(ones: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
    """Intersection over union, box by box."""
    low, high = torch.maximum(ones[..., :2], others[..., :2]), torch.minimum(ones[..., 2:], others[..., 2:])
    shared = (high - low).clamp(min=0).prod(-1)
    areas = (ones[..., 2:] - ones[..., :2]).prod(-1) + (others[..., 2:] - others[..., :2]).prod(-1)
    return shared / (areas - shared).clamp(min=1e-6)


def _apart(ones: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
    """The squared distance of the boxes' middles over the squared diagonal around both."""
    distance = ((ones[:, :2] + ones[:, 2:] - others[:, :2] - others[:, 2:]) / 2).square().sum(1)
    low, high = torch.minimum(ones[:, :2], others[:, :2]), torch.maximum(ones[:, 2:], others[:, 2:])
    return distance / (high - low).square().sum(1).clamp(min=1e-6)


def _score_loss(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Quality focal loss: the further a score is from the overlap it should tell, the more it counts."""
    distance = (logits.sigmoid() - target).square()
    return (functional.binary_cross_entropy_with_logits(logits, target, reduction="none") * distance).sum()


def _points_loss(
    answers: torch.Tensor, at: torch.Tensor, unit: torch.Tensor, boxes: torch.Tensor, points: torch.Tensor
) -> torch.Tensor:
    known = ~torch.isnan(points).any(dim=1)
    if not known.any():
        return answers[:, POINTS].sum() * 0
    size = (boxes[:, 2:] - boxes[:, :2]).prod(1, keepdim=True).sqrt()
    told = at.repeat(1, 5) + answers[:, POINTS] * unit
    wrong = (told - points)[known] / size[known]
    return functional.smooth_l1_loss(wrong, torch.zeros_like(wrong), beta=POINTS_BEND)
