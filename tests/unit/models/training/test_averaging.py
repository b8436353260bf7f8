"""Several networks of one beginning become one, and its batch norms fit it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fer_models.errors import TrainingError
from fer_models.training.recipe import Recipe
from made_models import made_faces, write_images
from made_runs import RECIPE, Listener, as_input, started

pytestmark = [pytest.mark.training, pytest.mark.usefixtures("torch")]

START = "a start's digest"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write_images(tmp_path / "data", "Training", made_faces(280))
    return tmp_path / "data"


def ended(folder: Path, recipe: Recipe = RECIPE, *, origin: str = START, seed: int = 0) -> Path:
    from fer_models.training.trainer import new_model

    run = started(folder, replace(recipe, origin=origin, seed=seed, epochs=1, peak_learning_rate=0.01))
    run.trainer.model.load_state_dict(new_model(RECIPE).state_dict())
    run.commands = ["fer-models train", f"fer-models train --seed {seed}"]
    run.fit(Listener())
    return folder / "checkpoint.pt"


def two(folder: Path, **more: Any) -> tuple[Path, Path]:
    return tuple(ended(folder / str(seed), **more, seed=seed) for seed in (0, 1))  # type: ignore[return-value]


def averaged_run(folder: Path, data: Path, *checkpoints: Path, start: Path | None = None) -> dict[str, Any]:
    from fer_models.training.averaging import AveragingRequest, average
    from fer_models.training.datasets import DataSources

    return average(
        AveragingRequest(checkpoints, folder / "mean", "fer-models average", start),
        DataSources((data,)),
        lambda _: None,
    )


def test_each_weight_is_the_mean_of_theirs(tmp_path: Path, data: Path) -> None:
    import torch
    from fer_models.training.checkpoint import load_trained

    checkpoints = two(tmp_path)
    averaged_run(tmp_path, data, *checkpoints)
    mean, one, other = (load_trained(path) for path in (tmp_path / "mean" / "checkpoint.pt", *checkpoints))
    weights = zip(mean.parameters(), one.parameters(), other.parameters(), strict=True)
    assert all(torch.allclose(m, (a + b) / 2, atol=1e-6) for m, a, b in weights)
    assert any(not a.equal(b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


def test_its_batch_norms_know_what_comes_in(tmp_path: Path, data: Path) -> None:
    import torch
    from fer_models.data.sources import load_all
    from fer_models.training.checkpoint import load_trained

    averaged_run(tmp_path, data, *two(tmp_path))
    mean = load_trained(tmp_path / "mean" / "checkpoint.pt")
    mean.dropout.p = 0.0
    faces = as_input(load_all((data,), "Training", None).images)
    with torch.inference_mode():
        as_kept, as_shown = mean.eval()(faces), mean.train()(faces)
    assert torch.allclose(as_kept, as_shown, atol=0.1)


def test_the_record_has_all_commands_and_figures(tmp_path: Path, data: Path) -> None:
    from fer_models.training.checkpoint import read_checkpoint

    outcome = averaged_run(tmp_path, data, *two(tmp_path))
    assert outcome == json.loads((tmp_path / "mean" / "average.json").read_text())
    assert outcome["commands"] == [
        "fer-models train",
        "fer-models train --seed 0",
        "fer-models train --seed 1",
        "fer-models average",
    ]
    assert read_checkpoint(tmp_path / "mean" / "checkpoint.pt")["commands"] == outcome["commands"]
    assert [each["run"] for each in outcome["averaged"]] == ["0", "1"]
    assert all(0 <= each["held_out_accuracy"] <= 1 for each in (outcome, *outcome["averaged"]))


def test_nothing_is_measured_on_faces_that_one_of_them_learned(tmp_path: Path, data: Path) -> None:
    first, second = ended(tmp_path / "0"), ended(tmp_path / "1", replace(RECIPE, whole=True))
    outcome = averaged_run(tmp_path, data, first, second)
    assert "held_out_accuracy" not in str(outcome)


@pytest.mark.parametrize("origins", [("", ""), (START, "another start's")])
def test_networks_that_began_otherwise_are_refused(origins: tuple[str, str], tmp_path: Path, data: Path) -> None:
    checkpoints = [ended(tmp_path / str(n), origin=origin) for n, origin in enumerate(origins)]
    with pytest.raises(
        TrainingError, match=r"did not start from the same weights, .*; give runs that have the same --start"
    ):
        averaged_run(tmp_path, data, *checkpoints)


def test_one_alone_is_refused(tmp_path: Path, data: Path) -> None:
    with pytest.raises(TrainingError, match="has no average; give --checkpoint at least twice"):
        averaged_run(tmp_path, data, ended(tmp_path / "0"))


def test_a_run_is_averaged_with_what_it_began_with(tmp_path: Path, data: Path) -> None:
    import torch
    from fer_models.training.checkpoint import digest, load_trained

    start = ended(tmp_path / "start")
    run = ended(tmp_path / "run", origin=digest(start), seed=1)
    outcome = averaged_run(tmp_path, data, run, start=start)
    mean, one, other = (load_trained(path) for path in (tmp_path / "mean" / "checkpoint.pt", run, start))
    weights = zip(mean.parameters(), one.parameters(), other.parameters(), strict=True)
    assert all(torch.allclose(m, (a + b) / 2, atol=1e-6) for m, a, b in weights)
    assert [each["run"] for each in outcome["averaged"]] == ["run", str(start)]


def test_a_run_that_began_with_another_network_is_not_averaged_with_this_one(tmp_path: Path, data: Path) -> None:
    run = ended(tmp_path / "run", origin="another")
    for start in (ended(tmp_path / "start"), tmp_path / "absent.pt"):
        with pytest.raises(TrainingError, match=r"did not start from .*; give the --start of that run"):
            averaged_run(tmp_path, data, run, start=start)


def test_no_run_goes_on_in_its_folder(tmp_path: Path, data: Path) -> None:
    averaged_run(tmp_path, data, *two(tmp_path))
    with pytest.raises(TrainingError, match="was made with a different recipe"):
        ended(tmp_path / "mean")
