"""What the finder's training run learns from and is judged by."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import nn

from fer_models.eyes.data.library import Library
from fer_models.eyes.evaluation.cases import cases
from fer_models.eyes.evaluation.recall import measured, summary
from fer_models.eyes.finder.cells import COARSEST, SCORE
from fer_models.eyes.finder.loss import Wanted, flat, losses
from fer_models.eyes.finder.mining import HardPlaces
from fer_models.eyes.finder.sample import Composer, Sample
from fer_models.eyes.finder.targets import Batch, Grid, batch_of
from fer_models.eyes.finder.torch_finder import TorchFinder
from fer_models.eyes.learning.run import Figures

KIND = "finder"


class FinderLesson:
    """Composes samples, asks the network, and remembers the places without a face that it took for one.

    largest_px: side of the largest samples; each batch has one of the sides from half of it on, for large samples cost
    much and most faces fit into small ones.
    """

    kind = KIND

    def __init__(self, library: Library, largest_px: int, judge: Callable[[nn.Module], Figures]) -> None:
        self.judge, self.hard = judge, HardPlaces()
        sides = [side for side in range(COARSEST, largest_px + 1, COARSEST) if 2 * side >= largest_px]
        self.canvases = [(Composer(library, side, self.hard), Grid(side)) for side in sides]

    def loss(self, model: nn.Module, count: int, rng: np.random.Generator) -> tuple[torch.Tensor, Figures]:
        composer, grid = self.canvases[int(rng.integers(len(self.canvases)))]
        samples = [composer.compose(rng) for _ in range(count)]
        batch = batch_of(samples, grid)
        cells = flat(model(_picture(batch)))
        found = losses(cells, torch.from_numpy(grid.middles), torch.from_numpy(grid.strides), _wanted(batch))
        self._remember(samples, cells, grid)
        parts = {name: float(getattr(found, name).detach()) for name in ("score", "box", "points")}
        return found.total(), {**parts, "hard": float(len(self.hard))}

    def measured(self, model: nn.Module) -> Figures:
        return self.judge(model)

    def _remember(self, samples: Sequence[Sample], cells: torch.Tensor, grid: Grid) -> None:
        highest, cell = cells.detach()[:, :, SCORE].sigmoid().max(dim=1)
        for sample, score, index in zip(samples, highest.tolist(), cell.tolist(), strict=True):
            if sample.place is not None:
                self.hard.tell(sample.place, score, grid.middles[index])


def judge(held: Library, most: int) -> Callable[[nn.Module], Figures]:
    """Recall on up to so many held-out pictures of each kind."""
    pictures = list(cases(held, most))
    return lambda model: summary(measured(TorchFinder(model), pictures))


def _picture(batch: Batch) -> torch.Tensor:
    return torch.from_numpy(batch.pixels).float().to(memory_format=torch.channels_last)


def _wanted(batch: Batch) -> Wanted:
    return Wanted(*(torch.from_numpy(each) for each in (batch.boxes, batch.points, batch.candidates, batch.ignored)))
