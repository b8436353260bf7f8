"""Batch norms merged into the convolutions before them, as in the exported file, for any network."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_weights


def folded(network: nn.Module, example: Tensor) -> nn.Module:
    """A copy for inference that computes the same without batch norms; example: any input that the network takes."""
    merged = copy.deepcopy(network).eval()
    for convolution, name in _pairs(merged, example):
        norm = merged.get_submodule(name)
        convolution.weight, convolution.bias = fuse_conv_bn_weights(
            convolution.weight,
            convolution.bias,
            norm.running_mean,
            norm.running_var,
            norm.eps,
            norm.weight,
            norm.bias,
        )
        merged.set_submodule(name, nn.Identity())
    return merged


@torch.no_grad()
def _pairs(network: nn.Module, example: Tensor) -> list[tuple[nn.Conv2d, str]]:
    """Each batch norm's name and the convolution before it, found by running the network once."""
    made: list[tuple[Tensor, nn.Conv2d]] = []
    pairs: list[tuple[nn.Conv2d, str]] = []
    hooks = []
    for name, module in network.named_modules():
        if isinstance(module, nn.Conv2d):
            hooks.append(module.register_forward_hook(lambda conv, _, output: made.append((output, conv))))
        elif isinstance(module, nn.BatchNorm2d):
            hooks.append(
                module.register_forward_pre_hook(
                    lambda _, inputs, name=name: pairs.extend(
                        (conv, name) for tensor, conv in made if tensor is inputs[0]
                    )
                )
            )
    network(example)
    for hook in hooks:
        hook.remove()
    return pairs
