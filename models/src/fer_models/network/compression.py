"""Compression ratio R (Pascual et al. 2022, Eq. 1): the sum of weights, filters or channels unpruned over pruned."""

from __future__ import annotations

from torch import Tensor, nn

WEIGHTS, FILTERS, CHANNELS = "weights", "filters", "channels"

Counted = dict[str, int]


def counted(model: nn.Module) -> Counted:
    """How many weights, filters (outputs) and channels (inputs) of convolutions and dense layers are not zero."""
    layers = [module for module in model.modules() if isinstance(module, nn.Conv2d | nn.Linear)]
    return {
        WEIGHTS: sum(int(layer.weight.count_nonzero()) for layer in layers),
        FILTERS: sum(_living(layer.weight, 0) for layer in layers),
        CHANNELS: sum(_living(layer.weight, _input_axis(layer)) for layer in layers),
    }


def compression(unpruned: Counted, pruned: Counted) -> dict[str, float]:
    """R by weights, filters and channels; at least 1, as pruning never adds."""
    return {kind: round(max(1.0, unpruned[kind] / max(pruned[kind], 1)), 4) for kind in unpruned}


def _living(weight: Tensor, axis: int) -> int:
    others = [each for each in range(weight.ndim) if each != axis]
    return int((weight != 0).sum(dim=others).count_nonzero())


def _input_axis(layer: nn.Conv2d | nn.Linear) -> int:
    """A depthwise filter reads only the channel with its own number."""
    return 0 if isinstance(layer, nn.Conv2d) and layer.groups > 1 else 1
