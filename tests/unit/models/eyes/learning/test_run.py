"""A training run in its folder: it learns, is stopped, goes on, and can be lengthened."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fer_models.errors import Interrupted, TrainingError
from fer_models.eyes.learning.schedule import Plan

pytestmark = [pytest.mark.training, pytest.mark.usefixtures("torch")]


class Doubling:
    """Teaches a layer to double its input."""

    kind = "doubling"

    def __init__(self, stop_at: int | None = None) -> None:
        self.asked, self.stop_at = 0, stop_at

    def loss(self, model: Any, count: int, rng: np.random.Generator) -> tuple[Any, dict[str, float]]:
        import torch

        self.asked += 1
        if self.asked == self.stop_at:
            os.kill(os.getpid(), signal.SIGINT)
        given = torch.from_numpy(rng.normal(size=(count, 1, 1, 1)).astype(np.float32))
        return (model(given) - 2 * given).square().mean(), {"asked": float(self.asked)}

    def measured(self, model: Any) -> dict[str, float]:
        return {"weight": float(model.weight)}


def begun(folder: Path, samples: int, lesson: Any = None, begin_with: Any = None) -> Any:
    import torch
    from fer_models.eyes.learning.run import LearningRun

    torch.manual_seed(0)
    plan = Plan(samples=samples, batch=8, peak_rate=0.05, warm_up=80, averaged_steps=20)
    return LearningRun(lesson or Doubling(), torch.nn.Conv2d(1, 1, 1), plan, folder, begin_with)


def fit(run: Any) -> Any:
    return run.fit(lambda _seen, _all: None, lambda _entry: None)


def test_a_run_learns_and_logs(tmp_path: Path) -> None:
    model = fit(begun(tmp_path, 4000))
    assert float(model.weight) == pytest.approx(2, abs=0.05)
    last = json.loads((tmp_path / "log.jsonl").read_text().splitlines()[-1])
    assert last["seen"] == 4000
    assert last["weight"] == pytest.approx(2, abs=0.05)


def test_a_stopped_run_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    whole = fit(begun(tmp_path / "whole", 800))
    with pytest.raises(Interrupted, match="Stopped and saved after 400 samples"):
        fit(begun(tmp_path / "parts", 800, Doubling(stop_at=50)))
    again = fit(begun(tmp_path / "parts", 800))
    assert float(again.weight) == pytest.approx(float(whole.weight), abs=1e-6)


def test_a_finished_run_is_lengthened_by_more_samples(tmp_path: Path) -> None:
    fit(begun(tmp_path, 80))
    lengthened = begun(tmp_path, 160)
    assert lengthened.seen == 80
    fit(lengthened)
    assert lengthened.seen == 160


def test_a_new_run_begins_with_the_averaged_weights_of_another(tmp_path: Path) -> None:
    from fer_models.eyes.learning.beginning import load_weights

    first = fit(begun(tmp_path / "first", 4000))
    source = tmp_path / "first" / "checkpoint.pt"
    second = begun(tmp_path / "second", 80, begin_with=lambda model: load_weights(model, source, "doubling"))
    assert second.seen == 0
    assert float(second.model.weight.detach()) == pytest.approx(float(first.weight.detach()))


def test_a_checkpoint_of_another_kind_or_a_damaged_one_is_refused(tmp_path: Path) -> None:
    fit(begun(tmp_path, 80))
    other = Doubling()
    other.kind = "halving"
    with pytest.raises(TrainingError, match="is no checkpoint of a halving"):
        begun(tmp_path, 80, other)
    (tmp_path / "checkpoint.pt").write_bytes(b"half")
    with pytest.raises(TrainingError, match="cannot be read as a checkpoint"):
        begun(tmp_path, 80)


def test_a_loss_that_is_no_number_ends_the_run(tmp_path: Path) -> None:
    class Broken(Doubling):
        def loss(self, model: Any, count: int, rng: np.random.Generator) -> tuple[Any, dict[str, float]]:
            return super().loss(model, count, rng)[0] * float("nan"), {}

    with pytest.raises(TrainingError, match="no number after 0 samples"):
        fit(begun(tmp_path, 80, Broken()))
