"""The recipe: everything that decides what a run learns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from fer_models.data.augmentation import Augmentation, Camera
from fer_models.data.faces import FACE_PX
from fer_models.errors import UsageError
from fer_models.network.config import XCEPTION, NetworkConfig, PeerConfig, XceptionConfig, network_config
from fer_models.options import option

NO_WEIGHTS = "none"
WHOLE_FACES = ((1.0, FACE_PX),)


@dataclass(frozen=True)
class Recipe:
    """What a run does; a run is resumed only under the same recipe. A field with an option says itself what it means.

    sizes: (share of the epochs, image size in pixels up to there); small images early make a run cheaper.
    tutor_share: how much of a label is then what the tutors answer (0–1); tutors: their sha256.
    teacher_share: how much of the loss is the distance to the teachers (0–1); teachers: their sha256; temperature:
    what both sides' logits are divided by for that distance.
    trust, weights: for each data set, in order, how much of its loss is the label's and not the teachers' (0–1), and
    how much each of its faces counts; empty: alike. camera: how the views are spoiled before the network sees them.
    label_smoothing: how much of a label is spread over all emotions (0–1); warm_up: share of the run in which the
    learning rate rises; ema_decay: how much of the averaged weights stays at each step.
    tempered: whether the run ends by scaling its logits so that probabilities fit the held-out faces.
    origin: what the network came from; empty for fresh weights.
    """

    network: NetworkConfig = field(default_factory=XceptionConfig)
    epochs: int = option(30, "Passes over the training images.", least=1)
    stop_after: int = option(
        0, "End after this many epochs of the learning rate's cycle, which stays that of --epochs; 0: all.", least=0
    )
    sizes: tuple[tuple[float, int], ...] = WHOLE_FACES
    batch: int = option(64, "Images in one step.", least=2)
    peak_learning_rate: float = option(0.1, "Highest learning rate of the cycle.", least=0, name="learning_rate")
    warm_up: float = 0.25
    weight_decay: float = option(5e-4, "Pull of every weight towards zero; small networks need little.", least=0)
    label_smoothing: float = 0.1
    votes_share: float = option(0.0, "How much of a label comes from the votes.", least=0, most=1)
    tutor_share: float = 0.0
    tutors: tuple[str, ...] = ()
    teacher_share: float = 0.0
    teachers: tuple[str, ...] = ()
    temperature: float = 2.0
    trust: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()
    class_weights: str = option(NO_WEIGHTS, "none, balanced or sqrt.")
    ema_decay: float = 0.998
    magnitude_ratio: float = option(
        1.0, "Prune single weights during training, up to this compression ratio R.", least=1
    )
    tempered: bool = False
    logit_temperature: float = option(
        0.0, "Divide the logits by this at the end, instead of fitting it on held-out images.", least=0.05, most=20
    )
    whole: bool = option(False, "Learn from the held-out images too, with a recipe that was chosen without them.")
    origin: str = ""
    seed: int = option(0, "Seed of the weights, of the order of the images and of the augmentation.")
    augmentation: Augmentation = field(default_factory=Augmentation)
    camera: Camera = field(default_factory=Camera)

    @property
    def last_epoch(self) -> int:
        """The epoch that the run ends after; epochs are counted from 1."""
        return self.stop_after or self.epochs

    def px(self, epoch: int) -> int:
        """Image size in this epoch; epochs are counted from 0."""
        for share, px in self.sizes:
            if epoch < round(share * self.epochs):
                return px
        return self.sizes[-1][1]

    def as_dict(self) -> dict[str, Any]:
        """The recipe as a checkpoint stores it: lists, numbers and strings."""
        lists: dict[str, Any] = _listed(asdict(self))
        return lists

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Recipe:
        """The recipe of a checkpoint."""
        parts = {
            "network": network_config(kept["network"]),
            "augmentation": Augmentation(**kept["augmentation"]),
            "camera": _camera(kept.get("camera", {})),
            "sizes": tuple((share, px) for share, px in kept["sizes"]),
            "tutors": tuple(kept.get("tutors", ())),
            "teachers": tuple(kept.get("teachers", ())),
            "trust": tuple(kept.get("trust", ())),
            "weights": tuple(kept.get("weights", ())),
        }
        return cls(**{**kept, **parts})


def check_recipe(recipe: Recipe) -> None:
    """Raise UsageError when the recipe asks for what its network cannot take, or for what it cannot give at its end."""
    if isinstance(recipe.network, PeerConfig) and recipe.sizes != WHOLE_FACES:
        raise UsageError(f"A {recipe.network.name} takes faces of {FACE_PX} pixels alone; leave out --px.")
    if recipe.stop_after > recipe.epochs:
        raise UsageError(
            f"The run has only {recipe.epochs} epochs; give a --stop-after of at most that, or more --epochs."
        )
    if recipe.stop_after and recipe.magnitude_ratio > 1:
        raise UsageError(
            "A run that prunes single weights is not done before its last epoch; leave out --stop-after, or "
            "--magnitude-ratio."
        )
    if recipe.whole and recipe.tempered and not recipe.logit_temperature:
        raise UsageError(
            "With --whole no held-out images are left to fit the temperature on; give --logit-temperature, as the "
            "log of a run of this recipe without --whole has it (1 changes nothing)."
        )


def check_numbers(recipe: Recipe, data_sets: int) -> None:
    """Raise UsageError when trust or weights are given, but not one for each data set."""
    for option_, values in (("--trust", recipe.trust), ("--weight", recipe.weights)):
        if values and len(values) != data_sets:
            raise UsageError(
                f"{option_} is given {len(values)} times for {data_sets} data sets; give it once for each --data, in "
                "the same order, or not at all."
            )


def with_changes(recipe: Recipe, network: Mapping[str, Any], **changes: Any) -> Recipe:
    """The recipe with new values, its own and its network's; None leaves a value as it is.

    Raises UsageError when a peer's shape, which is fixed, is to be changed.
    """
    if isinstance(recipe.network, PeerConfig) and _given(network):
        options = " and ".join(f"--{name.replace('_', '-')}" for name in _given(network))
        raise UsageError(f"A {recipe.network.name} has the shape that was published; leave out {options}.")
    return replace(recipe, network=replace(recipe.network, **_given(network)), **_given(changes))


def with_network(recipe: Recipe, name: str) -> Recipe:
    """The recipe for another network: an Xception is what the recipe says; a peer sees whole faces from the start."""
    return recipe if name == XCEPTION else replace(recipe, network=PeerConfig(name), sizes=WHOLE_FACES)


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _camera(kept: Mapping[str, Any]) -> Camera:
    values: dict[str, Any] = {name: tuple(each) if isinstance(each, list) else each for name, each in kept.items()}
    return Camera(**values)


def _listed(value: Any) -> Any:
    """The value with lists in the place of tuples."""
    if isinstance(value, dict):
        return {name: _listed(each) for name, each in value.items()}
    return [_listed(each) for each in value] if isinstance(value, (list, tuple)) else value
