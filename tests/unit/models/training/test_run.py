"""A run learns, goes on where it was, and says what stops it."""

import signal
from dataclasses import replace
from pathlib import Path

import pytest
from fer_models.errors import Interrupted, TrainingError
from fer_models.training.recipe import Recipe
from made_models import made_faces
from made_runs import RECIPE, Listener, as_input, started

pytestmark = [pytest.mark.training, pytest.mark.usefixtures("torch")]


def test_a_small_run_learns_made_up_faces_by_heart(tmp_path: Path) -> None:
    from fer_models.training.validation import validate

    listener = Listener()
    run = started(tmp_path, replace(RECIPE, epochs=25, peak_learning_rate=0.05, ema_decay=0.9), faces=56)
    network = run.fit(listener)
    assert validate(network, run.trainer.train)[0] == 1.0
    assert listener.entries[-1]["train_loss"] < listener.entries[0]["train_loss"]


def test_more_weight_decay_ends_with_smaller_weights(tmp_path: Path) -> None:
    def size(weight_decay: float) -> float:
        run = started(tmp_path / str(weight_decay), replace(RECIPE, weight_decay=weight_decay))
        return float(sum(each.detach().square().sum() for each in run.fit(Listener()).parameters()))

    assert size(0.0) > size(0.01) > size(0.1)


def test_small_pictures_come_first_and_full_ones_last(tmp_path: Path) -> None:
    listener = Listener()
    started(tmp_path, replace(RECIPE, sizes=((0.4, 32), (0.7, 40), (1.0, 48)))).fit(listener)
    assert [entry["px"] for entry in listener.entries] == [32, 40, 48]


@pytest.mark.parametrize("step", [1, 3, 4, 6, 8])
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_run_stopped_anywhere_and_resumed_ends_with_the_weights_of_an_unbroken_one(
    step: int, sent: int, tmp_path: Path
) -> None:
    whole = started(tmp_path / "unbroken")
    unbroken = whole.fit(Listener())
    with pytest.raises(
        Interrupted, match=r"Stopped in epoch \d of 3; everything is saved in .*checkpoint\.pt\. Repeat the command"
    ):
        started(tmp_path / "broken").fit(Listener(step, sent))
    rest = Listener()
    again = started(tmp_path / "broken")
    resumed = again.fit(rest)
    assert rest.steps[0] == step + 1
    for name, weights in unbroken.state_dict().items():
        assert weights.equal(resumed.state_dict()[name]), name
    timeless = [[{**entry, "seconds": 0} for entry in run.history] for run in (whole, again)]
    assert timeless[0] == timeless[1]


def test_a_run_told_to_stop_early_ends_as_a_longer_one_was_then(tmp_path: Path) -> None:
    longer, short = started(tmp_path / "longer"), started(tmp_path / "short", replace(RECIPE, stop_after=2))
    with pytest.raises(Interrupted):
        longer.fit(Listener(2 * longer.steps_per_epoch))
    ended = short.fit(Listener())
    for name, weights in longer.trainer.average.module.state_dict().items():
        assert weights.equal(ended.state_dict()[name]), name
    assert [entry["epoch"] for entry in short.history] == [1, 2]


def test_a_tempered_run_ends_with_probabilities_that_fit_the_held_out_faces(tmp_path: Path) -> None:
    from fer_models.training.temperature_scaling import fit_temperature
    from fer_models.training.validation import logits_of

    plain, tempered = started(tmp_path / "plain"), started(tmp_path / "tempered", replace(RECIPE, tempered=True))
    as_learned, as_told = (logits_of(run.fit(Listener()), run.held_out) for run in (plain, tempered))
    temperature = fit_temperature(as_learned, plain.held_out.labels)
    assert (as_told * temperature).allclose(as_learned, atol=1e-4)
    assert tempered.history[-1]["temperature"] == round(temperature, 4)
    assert tempered.history[-1]["held_out_loss"] <= plain.history[-1]["held_out_loss"]


def test_a_run_is_tempered_once_though_it_dies_before_or_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fer_models.training.run
    from fer_models.training.validation import logits_of

    recipe = replace(RECIPE, tempered=True)
    whole = started(tmp_path / "unbroken", recipe)
    wanted = logits_of(whole.fit(Listener()), whole.held_out)
    with monkeypatch.context() as dies:
        dies.setattr(fer_models.training.run, "scale_logits", _die)
        with pytest.raises(KeyboardInterrupt):
            started(tmp_path / "broken", recipe).fit(Listener())
    for _ in range(2):
        again = started(tmp_path / "broken", recipe)
        assert logits_of(again.fit(Listener()), again.held_out).equal(wanted)


def _die(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_finished_run_has_nothing_more_to_do(tmp_path: Path) -> None:
    recipe = replace(RECIPE, epochs=1)
    started(tmp_path, recipe).fit(Listener())
    again = Listener()
    started(tmp_path, recipe).fit(again)
    assert again.steps == []
    assert len((tmp_path / "log.jsonl").read_text().splitlines()) == 1


def test_a_checkpoint_gives_the_averaged_network(tmp_path: Path) -> None:
    from fer_models.training.checkpoint import CHECKPOINT, load_trained

    network = started(tmp_path, replace(RECIPE, epochs=1)).fit(Listener())
    faces = as_input(made_faces(14, seed=1).images)
    assert load_trained(tmp_path / CHECKPOINT)(faces).allclose(network.eval()(faces), atol=1e-5)


def test_a_teacher_draws_its_student_along(tmp_path: Path) -> None:
    from fer_models.training.validation import validate

    recipe = replace(RECIPE, epochs=25, peak_learning_rate=0.05, ema_decay=0.9)
    teacher = started(tmp_path / "teacher", recipe, faces=56).fit(Listener())
    taught = started(tmp_path / "student", replace(recipe, teacher_share=1.0), faces=56, teacher=teacher)
    taught.trainer.train.targets.fill_(1 / 7)  # what is learned can only come from the teacher
    assert validate(taught.fit(Listener()), taught.trainer.train)[0] > 0.9


def test_a_loss_that_is_no_number_stops_the_run_and_is_never_saved(tmp_path: Path) -> None:
    from fer_models.training.checkpoint import CHECKPOINT

    run = started(tmp_path)
    run.trainer.train.targets.fill_(float("nan"))
    with pytest.raises(TrainingError, match=r"The loss became nan in epoch 1 of .*; train again with a lower --learn"):
        run.fit(Listener())
    assert not (tmp_path / CHECKPOINT).exists()


def test_too_few_images_are_said_before_the_first_epoch(tmp_path: Path) -> None:
    with pytest.raises(
        TrainingError, match=r"7 training and 14 held-out images are too few; give data with at least 14 to learn from"
    ):
        started(tmp_path, faces=7)


@pytest.mark.parametrize(("recipe", "faces"), [(replace(RECIPE, epochs=2), 42), (RECIPE, 56)])
def test_a_run_is_not_resumed_with_another_recipe_or_other_images(recipe: Recipe, faces: int, tmp_path: Path) -> None:
    started(tmp_path).fit(Listener())
    with pytest.raises(
        TrainingError, match=r"was made with a different recipe or different images; repeat that run's options"
    ):
        started(tmp_path, recipe, faces).fit(Listener())


def test_a_run_without_held_out_faces_claims_nothing_of_them_and_learns_the_same(tmp_path: Path) -> None:
    plain, whole = started(tmp_path / "plain"), started(tmp_path / "whole")
    whole.held_out = None
    weights = [run.fit(Listener()).state_dict() for run in (plain, whole)]
    assert all(weight.equal(weights[1][name]) for name, weight in weights[0].items())
    assert set(plain.history[0]) - set(whole.history[0]) == {"held_out_loss", "held_out_accuracy", "live_accuracy"}


def test_a_run_is_tempered_as_it_is_told(tmp_path: Path) -> None:
    from fer_models.training.validation import logits_of

    plain, told = started(tmp_path / "plain"), started(tmp_path / "told", replace(RECIPE, logit_temperature=0.8))
    as_learned, as_told = (logits_of(run.fit(Listener()), run.held_out) for run in (plain, told))
    assert (as_told * 0.8).allclose(as_learned, atol=1e-5)
    assert told.history[-1]["temperature"] == 0.8
