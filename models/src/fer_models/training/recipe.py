"""Everything that decides a training run, and the presets that were tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from fer_models.data.augmentation import GENTLE, MODERATE, Augmentation
from fer_models.data.faces import FACE_PX
from fer_models.errors import UsageError
from fer_models.network.config import XceptionConfig

NO_WEIGHTS = "none"


@dataclass(frozen=True)
class Recipe:
    """What a run does; a resumed run must have the same.

    sizes: picture size in pixels up to that share of the epochs; small pictures early make a run cheaper.
    votes_share: how much of a label is what FER+'s taggers said (0–1).
    tutor_share: how much of that is then what finished models say of the picture (0–1); tutors: their sha256.
    teacher_share: how much of the loss is the distance to a teacher (0–1); teachers: sha256 of those that are named.
    magnitude_ratio: compression ratio R over single weights that the run ends with.
    tempered: whether the run ends with its probabilities scaled to be believed, as the held-out faces tell.
    logit_temperature: what its logits are divided by at its end, instead of what they tell; 0 leaves that to tempered.
    whole: whether it learns the held-out faces too, so that none are left to measure by.
    origin: what the run starts from; fresh weights, where it is empty.
    """

    network: XceptionConfig = field(default_factory=XceptionConfig)
    epochs: int = 30
    sizes: tuple[tuple[float, int], ...] = ((1.0, FACE_PX),)
    batch: int = 64
    peak_learning_rate: float = 0.1
    warm_up: float = 0.25
    weight_decay: float = 5e-4
    label_smoothing: float = 0.1
    votes_share: float = 0.0
    tutor_share: float = 0.0
    tutors: tuple[str, ...] = ()
    teacher_share: float = 0.0
    teachers: tuple[str, ...] = ()
    temperature: float = 2.0
    class_weights: str = NO_WEIGHTS
    ema_decay: float = 0.998
    magnitude_ratio: float = 1.0
    tempered: bool = False
    logit_temperature: float = 0.0
    whole: bool = False
    origin: str = ""
    seed: int = 0
    augmentation: Augmentation = field(default_factory=Augmentation)

    def px(self, epoch: int) -> int:
        """Side of the pictures in this epoch, counted from 0."""
        for share, px in self.sizes:
            if epoch < round(share * self.epochs):
                return px
        return self.sizes[-1][1]

    def as_dict(self) -> dict[str, Any]:
        """The recipe as a checkpoint keeps it: plain lists and numbers."""
        lists = {"sizes": [list(size) for size in self.sizes], "tutors": list(self.tutors)}
        return {**asdict(self), **lists, "teachers": list(self.teachers)}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Recipe:
        """The recipe that a checkpoint keeps."""
        parts = {
            "network": XceptionConfig(**kept["network"]),
            "augmentation": Augmentation(**kept["augmentation"]),
            "sizes": tuple((share, px) for share, px in kept["sizes"]),
            "tutors": tuple(kept.get("tutors", ())),
            "teachers": tuple(kept.get("teachers", ())),
        }
        return cls(**{**kept, **parts})


LIGHT = XceptionConfig(width=0.25, stem_stride=1, stem_padding=1, dropout=0.1)
TEACHER = XceptionConfig(width=1.0, stem_stride=1, stem_padding=1, dropout=0.3)

PRESETS: dict[str, Recipe] = {
    "cpu-light": Recipe(network=LIGHT, epochs=32, sizes=((0.4, 32), (0.65, 40), (1.0, FACE_PX)), votes_share=0.5),
    "gpu-light": Recipe(network=LIGHT, epochs=200, batch=128, votes_share=0.5, ema_decay=0.999),
    "gpu-teacher": Recipe(
        network=TEACHER, epochs=200, batch=128, votes_share=0.5, ema_decay=0.999, label_smoothing=0.15
    ),
    "refine": Recipe(
        network=LIGHT,
        epochs=40,
        peak_learning_rate=0.02,
        weight_decay=1e-4,
        votes_share=0.5,
        augmentation=MODERATE,
        tempered=True,
    ),
    "settle": Recipe(
        network=LIGHT,
        epochs=4,
        peak_learning_rate=0.005,
        warm_up=0.1,
        votes_share=0.5,
        augmentation=GENTLE,
        tempered=True,
    ),
    "tiny": Recipe(network=XceptionConfig(width=0.05, stem_stride=1, stem_padding=1), epochs=3, batch=32),
}
"""By name. `cpu-light` takes about an hour on two cores. `refine` goes on with a network (--start) that knows its own
training pictures hardly better than others: less weight decay, views that stray less. `settle` lets a finished network
settle on pictures that are hardly varied. Both end with probabilities that can be believed. `tiny` shows in a minute
that all works."""


def preset(name: str) -> Recipe:
    """The recipe of that name; raises UsageError when there is none."""
    if name not in PRESETS:
        raise UsageError(f"There is no preset {name!r}; choose one of {', '.join(PRESETS)}.")
    return PRESETS[name]


def check_recipe(recipe: Recipe) -> None:
    """Raise UsageError where the recipe leaves no held-out faces, and its end needs them."""
    if recipe.whole and recipe.tempered and not recipe.logit_temperature:
        raise UsageError(
            "With --whole no held-out images are left to tell how far the probabilities can be believed; give "
            "--logit-temperature, as the log of a run of this recipe without --whole has it (1 changes nothing)."
        )


def with_changes(recipe: Recipe, network: Mapping[str, Any], **changes: Any) -> Recipe:
    """The recipe with those values, its own and its network's, that are not None."""
    return replace(recipe, network=replace(recipe.network, **_given(network)), **_given(changes))


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
