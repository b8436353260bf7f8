"""Teachers speak with one voice, and a run knows them again."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fer_models.data.augmentation import Camera
from fer_models.errors import TrainingError
from made_models import made_faces
from made_runs import RECIPE, Listener, as_input, started

pytestmark = [pytest.mark.training, pytest.mark.usefixtures("torch")]


def trained(folder: Path, seed: int) -> Path:
    started(folder, replace(RECIPE, seed=seed)).fit(Listener())
    return folder / "checkpoint.pt"


def test_several_teachers_say_the_mean_of_their_probabilities(tmp_path: Path) -> None:
    import torch
    from fer_models.training.checkpoint import load_trained
    from fer_models.training.distillation import teacher_ensemble

    paths = [trained(tmp_path / str(seed), seed) for seed in (0, 1)]
    faces = torch.rand(5, 1, 48, 48) * 255
    teachers = teacher_ensemble(paths)
    assert teachers is not None
    with torch.inference_mode():
        each = [load_trained(path)(faces).softmax(dim=1) for path in paths]
        assert teachers.eval()(faces).exp().allclose((each[0] + each[1]) / 2, atol=1e-6)
    assert not each[0].allclose(each[1], atol=1e-3)


def test_a_teacher_that_is_missing_is_named(tmp_path: Path) -> None:
    from fer_models.training.distillation import teacher_ensemble

    with pytest.raises(TrainingError, match=r"Cannot read the checkpoint .*absent\.pt .*; train again or give another"):
        teacher_ensemble([tmp_path / "absent.pt"])


def test_without_teachers_a_recipe_stays_as_it_is() -> None:
    from fer_models.training.distillation import teacher_ensemble, with_teachers

    assert with_teachers(RECIPE, [], 0.6) == RECIPE
    assert teacher_ensemble([]) is None


def test_a_run_is_not_resumed_under_another_teacher(tmp_path: Path) -> None:
    from fer_models.training.distillation import teacher_ensemble, with_teachers

    first, second = (trained(tmp_path / str(seed), seed) for seed in (0, 1))
    run = tmp_path / "run"
    started(run, with_teachers(RECIPE, [first], 0.6), teacher=teacher_ensemble([first])).fit(Listener())
    with pytest.raises(TrainingError, match="was made with a different recipe"):
        started(run, with_teachers(RECIPE, [second], 0.6), teacher=teacher_ensemble([second])).fit(Listener())


def test_what_a_teacher_says_changes_what_is_learned(tmp_path: Path) -> None:
    from fer_models.training.distillation import teacher_ensemble, with_teachers

    teacher = trained(tmp_path / "teacher", 0)
    alone = started(tmp_path / "alone").fit(Listener())
    led = started(tmp_path / "led", with_teachers(RECIPE, [teacher], 0.6), teacher=teacher_ensemble([teacher])).fit(
        Listener()
    )
    assert not alone.classifier.weight.equal(led.classifier.weight)


@pytest.mark.parametrize("px", [48, 40])
def test_a_finished_model_teaches_as_the_checkpoint_it_was_made_of(px: int, tmp_path: Path) -> None:
    import torch
    from fer_models.model_files.to_onnx import export_fp32
    from fer_models.training.checkpoint import load_trained
    from fer_models.training.distillation import teacher_ensemble
    from fer_models.training.validation import at_size

    checkpoint, file = trained(tmp_path / "run", 0), tmp_path / "fp32.onnx"
    export_fp32(load_trained(checkpoint), file)
    faces = at_size(as_input(made_faces(14).images), px)
    with torch.inference_mode():
        said = [
            teachers.eval()(faces) for path in (checkpoint, file) if (teachers := teacher_ensemble([path])) is not None
        ]
    assert len(said) == 2
    assert torch.allclose(*said, atol=1e-3)


class Witness:
    """A teacher that remembers what it was shown."""

    def __init__(self) -> None:
        self.shown: list[Any] = []

    def __call__(self, images: Any) -> Any:
        self.shown.append(images.clone())
        return images.new_zeros(len(images), 7)


def test_a_teacher_sees_the_views_before_a_camera_spoils_them(tmp_path: Path) -> None:
    from fer_models.data.contrast import stretched

    witness = Witness()
    recipe = replace(RECIPE, camera=Camera(dark=1.0, light=(0.1, 0.1)), teacher_share=0.6)
    run = started(tmp_path, recipe, teacher=witness)
    seen: list[Any] = []
    run.trainer.model.register_forward_pre_hook(lambda _, images: seen.append(images[0].clone()))
    run.trainer.learn(0)
    ((shown,), (spoiled,)) = witness.shown, seen
    faces = as_input(made_faces(42).images)
    assert all(min((view - stretched(face[None])[0]).abs().max() for face in flips(faces)) < 0.1 for view in shown)
    assert not spoiled.equal(shown)


def flips(faces: Any) -> Any:
    """The faces, and their mirror images."""
    import torch

    return torch.cat([faces, faces.flip(-1)])
