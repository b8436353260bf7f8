"""The recipes that were tried, by name."""

from __future__ import annotations

from fer_models.data.augmentation import ANY_CAMERA, GENTLE, MODERATE
from fer_models.data.faces import FACE_PX
from fer_models.errors import UsageError
from fer_models.network.config import XceptionConfig
from fer_models.training.recipe import Recipe

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
    "harden": Recipe(
        network=LIGHT,
        epochs=12,
        peak_learning_rate=0.01,
        warm_up=0.15,
        weight_decay=1e-4,
        votes_share=0.5,
        augmentation=MODERATE,
        camera=ANY_CAMERA,
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
"""By name.

`cpu-light` takes about an hour on two cores. `gpu-light` and `gpu-teacher` are for a GPU. `refine` continues from a
network (--start) that does hardly better on its own training images than on others: less weight decay, milder
augmentation. `harden` continues from a good network on views as cameras give them, while teachers are asked about the
views as they were before. `settle` lets a finished network settle on images that are hardly varied. These three end
with calibrated probabilities. `tiny` shows within a minute that everything works.
"""


def preset(name: str) -> Recipe:
    """The recipe of that name; raises UsageError when there is none."""
    if name not in PRESETS:
        raise UsageError(f"There is no preset {name!r}; choose one of {', '.join(PRESETS)}.")
    return PRESETS[name]
