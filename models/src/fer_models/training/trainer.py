"""One step of training: one-cycle SGD towards labels and a teacher, with a running average of the weights."""

from __future__ import annotations

from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from fer_models.data.augment import augment
from fer_models.data.camera import as_a_camera
from fer_models.data.contrast import stretched
from fer_models.network.networks import Network, build
from fer_models.network.xception import initialise
from fer_models.training.losses import distillation_loss, soft_cross_entropy
from fer_models.training.machine import Machine
from fer_models.training.recipe import Recipe
from fer_models.training.tensors import FaceTensors
from fer_models.training.validation import at_size

SEEDS_PER_RUN = 1_000_003
GRADIENT_NORM = 5.0
MOMENTUM = 0.9
PARTS = ("model", "average", "optimiser", "schedule")


class Pruning(Protocol):
    """What pruning does during training; progress goes from 0 to 1 over the run."""

    def after_backward(self, model: Network, progress: float) -> None:
        """Change the gradients before the optimiser uses them."""

    def after_step(self, model: Network, average: Network, progress: float) -> None:
        """Change the weights and their average after the optimiser has changed them."""


class Trainer:
    """A model with its optimiser, schedule and average.

    All chance comes from (seed, step), so training may stop after any step and go on later as if it had not.
    """

    def __init__(
        self,
        recipe: Recipe,
        train: FaceTensors,
        model: Network,
        teacher: nn.Module | None = None,
        pruning: Pruning | None = None,
        machine: Machine | None = None,
    ) -> None:
        """train: the faces to learn from; model: is trained in place; teacher: takes images and gives logits.

        pruning: is called at every step; machine: a CPU in float32 unless given.
        """
        self.recipe, self.train, self.model, self.teacher, self.pruning = recipe, train, model, teacher, pruning
        self.machine = machine or Machine()
        self.steps_per_epoch = len(train) // recipe.batch
        self.steps = recipe.epochs * self.steps_per_epoch
        model.to(self.machine.device, memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub lacks it
        self._forward = torch.compile(model) if self.machine.compiled else model
        rate = recipe.peak_learning_rate
        self.optimiser = torch.optim.SGD(
            model.parameters(), rate, MOMENTUM, weight_decay=recipe.weight_decay, nesterov=True
        )
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimiser, rate, max(self.steps, 2), pct_start=recipe.warm_up
        )
        averaging = get_ema_multi_avg_fn(recipe.ema_decay)
        self.average = AveragedModel(model, multi_avg_fn=averaging, use_buffers=True)

    def learn(self, step: int) -> Tensor:
        """Learn from the batch of this step, counted from 0; returns the batch's mean loss, detached."""
        draw = torch.Generator(self.machine.device).manual_seed(self._seed(step))
        chosen, views = self._views(step, draw)
        self.model.train()
        with self.machine.autocast():
            logits = self._forward(self._seen(views, step, draw))
        loss = (self._losses(logits.float(), views, chosen) * self.train.weights[chosen]).mean()
        self.optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), GRADIENT_NORM)
        self._update(step / self.steps)
        return loss.detach()

    def state(self) -> dict[str, Any]:
        """Everything that training changes, by the names in PARTS."""
        return {name: getattr(self, name).state_dict() for name in PARTS}

    def load(self, state: dict[str, Any]) -> None:
        """Restore a state."""
        for name in PARTS:
            getattr(self, name).load_state_dict(state[name])

    def _views(self, step: int, draw: torch.Generator) -> tuple[Tensor, Tensor]:
        """The faces of this step, and what the teacher sees of them."""
        epoch, in_epoch = divmod(step, self.steps_per_epoch)
        shuffle = torch.Generator().manual_seed(self._seed(epoch))
        order = torch.randperm(len(self.train), generator=shuffle)
        chosen = order[in_epoch * self.recipe.batch : (in_epoch + 1) * self.recipe.batch].to(self.machine.device)
        images = augment(self.train.images[chosen].float(), self.recipe.augmentation, draw)
        images = at_size(images, self.recipe.px(epoch))
        if self.recipe.camera.spoils:
            images = stretched(images)
        return chosen, images.contiguous(memory_format=torch.channels_last)

    def _seen(self, views: Tensor, step: int, draw: torch.Generator) -> Tensor:
        """What the model sees of them: the views, or what a camera makes of them."""
        torch.manual_seed(self._seed(step))  # for dropout
        if not self.recipe.camera.spoils:
            return views
        return as_a_camera(views, self.recipe.camera, draw).contiguous(memory_format=torch.channels_last)

    def _seed(self, number: int) -> int:
        return self.recipe.seed * SEEDS_PER_RUN + number

    def _losses(self, logits: Tensor, views: Tensor, chosen: Tensor) -> Tensor:
        losses = soft_cross_entropy(logits, self.train.targets[chosen])
        if self.teacher is None:
            return losses
        with torch.inference_mode(), self.machine.autocast():
            teacher_logits = self.teacher(views).float()
        taught = distillation_loss(logits, teacher_logits, self.recipe.temperature)
        return torch.lerp(taught, losses, self.train.trust[chosen])

    def _update(self, progress: float) -> None:
        if self.pruning:
            self.pruning.after_backward(self.model, progress)
        self.optimiser.step()
        self.schedule.step()
        self.average.update_parameters(self.model)
        if self.pruning:
            self.pruning.after_step(self.model, self.average.module, progress)


def new_model(recipe: Recipe) -> Network:
    """A network with fresh weights, drawn from the recipe's seed."""
    torch.manual_seed(recipe.seed)
    model = build(recipe.network)
    initialise(model)
    return model
