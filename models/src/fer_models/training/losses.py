"""The losses of training: cross entropy with soft labels, and distillation (Hinton et al. 2015, arXiv:1503.02531)."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional


def soft_cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Cross entropy with distributions as targets: N×7 logits, N×7 targets, N losses in nats."""
    return -(targets * functional.log_softmax(logits, dim=1)).sum(dim=1)


def distillation_loss(logits: Tensor, teacher_logits: Tensor, temperature: float) -> Tensor:
    """T²·KL(teacher ‖ student) of the distributions softened by T: two N×7 tensors to N losses in nats."""
    student = functional.log_softmax(logits / temperature, dim=1)
    teacher = functional.log_softmax(teacher_logits / temperature, dim=1)
    divergence = functional.kl_div(student, teacher, reduction="none", log_target=True).sum(dim=1)
    return divergence * temperature**2
