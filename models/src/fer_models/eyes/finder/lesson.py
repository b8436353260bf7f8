"""What the finder's training run learns from and is judged by."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import nn

from fer_models.eyes.data.library import Library
from fer_models.eyes.evaluation.cases import cases
from fer_models.eyes.evaluation.recall import measured, summary
from fer_models.eyes.finder.loss import Wanted, flat, losses
from fer_models.eyes.finder.sample import Composer, Sample
from fer_models.eyes.finder.targets import Batch, Grid, batch_of
from fer_models.eyes.finder.torch_finder import TorchFinder
from fer_models.eyes.learning.run import Figures

KIND = "finder"


class FinderLesson:
    """Composes samples, asks the network, and remembers the places without a face that it took for one."""

    kind = KIND

    def __init__(self, composer: Composer, judge: Callable[[nn.Module], Figures]) -> None:
        self.composer, self.judge = composer, judge
        self.grid = Grid(composer.size_px)
        self.middles, self.strides = torch.from_numpy(self.grid.middles), torch.from_numpy(self.grid.strides)

    def loss(self, model: nn.Module, count: int, rng: np.random.Generator) -> tuple[torch.Tensor, Figures]:
        samples = [self.composer.compose(rng) for _ in range(count)]
        batch = batch_of(samples, self.grid)
        cells = flat(model(_picture(batch)))
        found = losses(cells, self.middles, self.strides, _wanted(batch))
        self._remember(samples, cells)
        parts = {name: float(getattr(found, name).detach()) for name in ("score", "box", "points")}
        return found.total(), {**parts, "hard": float(len(self.composer.hard))}

    def measured(self, model: nn.Module) -> Figures:
        return self.judge(model)

    def _remember(self, samples: Sequence[Sample], cells: torch.Tensor) -> None:
        highest = cells.detach()[:, :, 0].amax(dim=1).sigmoid().tolist()
        for sample, score in zip(samples, highest, strict=True):
            if sample.place is not None:
                self.composer.hard.tell(sample.place, score)


def judge(held: Library, most: int) -> Callable[[nn.Module], Figures]:
    """Recall on up to so many held-out pictures of each kind."""
    pictures = list(cases(held, most))
    return lambda model: summary(measured(TorchFinder(model), pictures))


def _picture(batch: Batch) -> torch.Tensor:
    return torch.from_numpy(batch.pixels).float().to(memory_format=torch.channels_last)


def _wanted(batch: Batch) -> Wanted:
    return Wanted(*(torch.from_numpy(each) for each in (batch.boxes, batch.points, batch.candidates, batch.ignored)))
