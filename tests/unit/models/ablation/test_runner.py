"""A course runs each row once a seed, keeps what came out, and goes on where it was stopped."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fer_models.errors import AblationError

if TYPE_CHECKING:
    from fer_models.ablation import Plan
    from fer_models.ablation.figures import AblationFigures

pytestmark = [pytest.mark.training, pytest.mark.usefixtures("torch")]


class FakeWorkshop:
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

    def figures(self, step: str, folder: Path) -> "AblationFigures":
        from fer_models.ablation.figures import AblationFigures

        return AblationFigures(len(self.commands) / 100, 10, 9, 8, 7, 0.5)


@pytest.fixture
def plan() -> "Plan":
    from fer_models.ablation import AblationRow, Plan
    from fer_models.ablation.plan import Step

    rows = (
        AblationRow(question="all", name="The reference"),
        AblationRow(question="width", name="wider", options=("--width", "0.3")),
        AblationRow(question="pruning", name="R = 2", step=Step.PRUNE, of="wider", options=("--ratio", "2")),
        AblationRow(question="int8", name="QAT", step=Step.QUANTIZE, of="wider", options=("--qat", "always")),
    )
    return Plan(about="", seeds=(0, 1), common=("--epochs", "2"), rows=rows)


def take(plan: "Plan", folder: Path, workshop: FakeWorkshop, runs: Path = Path("runs")) -> dict[str, Any]:
    from fer_models.ablation import AblationRequest, AblationRunner

    place = AblationRequest((Path("fer2013.zip"),), runs, folder / "ablation.json", "fer-models ablate", "a laptop")
    return AblationRunner(plan, place, workshop).take(lambda _row, _seed: None)


def test_each_row_is_a_command_that_anyone_can_give(plan: "Plan", tmp_path: Path) -> None:
    workshop, qat = FakeWorkshop(), "runs/qat/seed-1"
    take(plan, tmp_path, workshop)
    assert [" ".join(words) for words in workshop.commands if "1" in words or "seed-1" in words[2]] == [
        "train --data fer2013.zip --epochs 2 --seed 1 --out runs/the-reference/seed-1",
        "train --data fer2013.zip --epochs 2 --width 0.3 --seed 1 --out runs/wider/seed-1",
        "prune --checkpoint runs/wider/seed-1/checkpoint.pt --data fer2013.zip --ratio 2 --out runs/r-2/seed-1",
        f"quantize --checkpoint runs/wider/seed-1/checkpoint.pt --data fer2013.zip --qat always --seed 1 --out {qat}",
    ]


def test_the_record_says_what_came_out_of_each_and_what_it_stands_against(plan: "Plan", tmp_path: Path) -> None:
    found = take(plan, tmp_path, FakeWorkshop())
    assert found == json.loads((tmp_path / "ablation.json").read_text(encoding="utf-8"))
    assert [(run["name"], run["seed"], run["against"]) for run in found["runs"]][::2] == [
        ("The reference", 0, "The reference"),
        ("wider", 0, "The reference"),
        ("R = 2", 0, "wider"),
        ("QAT", 0, "wider"),
    ]


@pytest.mark.parametrize("stopped_at", range(8))
def test_a_course_that_was_stopped_goes_on_with_the_first_missing_run(
    stopped_at: int, plan: "Plan", tmp_path: Path
) -> None:
    first, second = FakeWorkshop(fails_at=stopped_at), FakeWorkshop()
    with pytest.raises(AblationError):
        take(plan, tmp_path, first)
    found = take(plan, tmp_path, second)
    assert len(first.commands) == stopped_at
    assert len(second.commands) == 8 - stopped_at
    assert len(found["runs"]) == 8


def test_a_row_that_is_changed_is_run_again_and_the_others_are_not(plan: "Plan", tmp_path: Path) -> None:
    take(plan, tmp_path, FakeWorkshop())
    changed = plan.model_copy(
        update={"rows": (plan.rows[0].model_copy(update={"options": ("--votes", "none")}), *plan.rows[1:])}
    )
    workshop = FakeWorkshop()
    take(changed, tmp_path, workshop)
    assert [words[0] for words in workshop.commands] == ["train", "train"]
    assert all("none" in words for words in workshop.commands)


@pytest.mark.parametrize("recorded", [True, False])
def test_a_folder_that_another_command_has_begun_is_emptied_and_the_others_stay(
    recorded: bool, plan: "Plan", tmp_path: Path
) -> None:
    runs, began = tmp_path / "runs", "train --data fer2013.zip --epochs 2 --seed 0 --out {}"
    if recorded:
        take(plan, tmp_path, FakeWorkshop(), runs)
    for slug in ("the-reference", "wider"):
        folder = runs / slug / "seed-0"
        folder.mkdir(parents=True)
        (folder / "log.jsonl").write_text(json.dumps({"command": began.format(folder)}) + "\n", encoding="utf-8")
    take(plan, tmp_path, FakeWorkshop(), runs)
    kept = [(runs / slug / "seed-0").exists() for slug in ("the-reference", "wider")]
    assert kept == [True, recorded]  # what is recorded is not made again, so nothing is in its way


def test_a_command_that_fails_is_named() -> None:
    from fer_models.cli.ablate import Processes

    with pytest.raises(AblationError, match="`fer-models train --data nowhere` failed"):
        Processes().run(["train", "--data", "nowhere"])
