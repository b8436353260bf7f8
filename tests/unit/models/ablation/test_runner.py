"""An ablation runs each row once for every seed, keeps the results, and goes on where it was stopped."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fer_models.errors import AblationError

if TYPE_CHECKING:
    from fer_models.ablation import AblationPlan
    from fer_models.ablation.figures import AblationFigures
    from fer_models.ablation.plan import Step

pytestmark = [pytest.mark.training, pytest.mark.usefixtures("torch")]


class FakeCommands:
    """Remembers the commands; the given one fails, and the figures count what was run."""

    def __init__(self, fails_at: int | None = None) -> None:
        self.commands: list[list[str]] = []
        self._fails_at = fails_at

    def run(self, words: Sequence[str]) -> None:
        if len(self.commands) == self._fails_at:
            raise AblationError("no")
        self.commands.append(list(words))

    def spoken(self, words: Sequence[str]) -> str:
        return " ".join(words)

    def figures(self, step: "Step", folder: Path) -> "AblationFigures":
        from fer_models.ablation.figures import AblationFigures

        return AblationFigures(len(self.commands) / 100, 10, 9, 8, 7, 0.5)


@pytest.fixture
def plan() -> "AblationPlan":
    from fer_models.ablation import AblationPlan, AblationRow
    from fer_models.ablation.plan import Step

    rows = (
        AblationRow(question="all", name="The reference"),
        AblationRow(question="width", name="wider", options=("--width", "0.3")),
        AblationRow(question="pruning", name="R = 2", step=Step.PRUNE, of="wider", options=("--ratio", "2")),
        AblationRow(question="int8", name="QAT", step=Step.QUANTIZE, of="wider", options=("--qat", "always")),
    )
    return AblationPlan(about="", seeds=(0, 1), common=("--epochs", "2"), rows=rows)


def ablate(plan: "AblationPlan", folder: Path, commands: FakeCommands, runs: Path = Path("runs")) -> dict[str, Any]:
    from fer_models.ablation import AblationRequest, AblationRunner

    request = AblationRequest((Path("fer2013.zip"),), runs, folder / "ablation.json", "fer-models ablate", "a laptop")
    return AblationRunner(plan, request, commands.run, commands.spoken, commands.figures).run(lambda _row, _seed: None)


def test_each_row_is_a_command_that_anyone_can_give(plan: "AblationPlan", tmp_path: Path) -> None:
    fake, qat = FakeCommands(), "runs/qat/seed-1"
    ablate(plan, tmp_path, fake)
    assert [" ".join(words) for words in fake.commands if "1" in words or "seed-1" in words[2]] == [
        "train --data fer2013.zip --epochs 2 --seed 1 --out runs/the-reference/seed-1",
        "train --data fer2013.zip --epochs 2 --width 0.3 --seed 1 --out runs/wider/seed-1",
        "prune --checkpoint runs/wider/seed-1/checkpoint.pt --data fer2013.zip --ratio 2 --out runs/r-2/seed-1",
        f"quantize --checkpoint runs/wider/seed-1/checkpoint.pt --data fer2013.zip --qat always --seed 1 --out {qat}",
    ]


def test_the_record_says_what_came_out_of_each_and_what_it_stands_against(plan: "AblationPlan", tmp_path: Path) -> None:
    found = ablate(plan, tmp_path, FakeCommands())
    assert found == json.loads((tmp_path / "ablation.json").read_text(encoding="utf-8"))
    assert [(run["name"], run["seed"], run["against"]) for run in found["runs"]][::2] == [
        ("The reference", 0, "The reference"),
        ("wider", 0, "The reference"),
        ("R = 2", 0, "wider"),
        ("QAT", 0, "wider"),
    ]


@pytest.mark.parametrize("stopped_at", range(8))
def test_an_ablation_that_was_stopped_goes_on_with_the_first_missing_run(
    stopped_at: int, plan: "AblationPlan", tmp_path: Path
) -> None:
    first, second = FakeCommands(fails_at=stopped_at), FakeCommands()
    with pytest.raises(AblationError):
        ablate(plan, tmp_path, first)
    found = ablate(plan, tmp_path, second)
    assert len(first.commands) == stopped_at
    assert len(second.commands) == 8 - stopped_at
    assert len(found["runs"]) == 8


def test_a_row_that_is_changed_is_run_again_and_the_others_are_not(plan: "AblationPlan", tmp_path: Path) -> None:
    ablate(plan, tmp_path, FakeCommands())
    changed = plan.model_copy(
        update={"rows": (plan.rows[0].model_copy(update={"options": ("--votes", "none")}), *plan.rows[1:])}
    )
    fake = FakeCommands()
    ablate(changed, tmp_path, fake)
    assert [words[0] for words in fake.commands] == ["train", "train"]
    assert all("none" in words for words in fake.commands)


@pytest.mark.parametrize("recorded", [True, False])
def test_a_folder_that_another_command_has_begun_is_emptied_and_the_others_stay(
    recorded: bool, plan: "AblationPlan", tmp_path: Path
) -> None:
    runs, began = tmp_path / "runs", "train --data fer2013.zip --epochs 2 --seed 0 --out {}"
    if recorded:
        ablate(plan, tmp_path, FakeCommands(), runs)
    for slug in ("the-reference", "wider"):
        folder = runs / slug / "seed-0"
        folder.mkdir(parents=True)
        (folder / "log.jsonl").write_text(json.dumps({"command": began.format(folder)}) + "\n", encoding="utf-8")
    ablate(plan, tmp_path, FakeCommands(), runs)
    kept = [(runs / slug / "seed-0").exists() for slug in ("the-reference", "wider")]
    assert kept == [True, recorded]  # what is recorded is not made again, so nothing is in its way


def test_a_command_that_fails_is_named() -> None:
    from fer_models.cli.ablate import run_command

    with pytest.raises(AblationError, match="`fer-models train --data nowhere` failed"):
        run_command(["train", "--data", "nowhere"])
