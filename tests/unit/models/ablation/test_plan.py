"""A plan names its rows, and says what is wrong with it."""

import re
from pathlib import Path

import pytest
from fer_models.errors import UsageError

pytestmark = [pytest.mark.training, pytest.mark.usefixtures("torch")]

ROOT = Path(__file__).resolve().parents[4]
PLANS = sorted((ROOT / "models" / "ablation").glob("*.toml"))


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_a_shipped_plan_is_one_and_its_tutors_are_in_the_zoo(path: Path) -> None:
    from fer_models.ablation import read_plan

    plan = read_plan(path)
    words = [word for row in plan.rows for word in row.options]
    tutors = [words[place + 1] for place, word in enumerate(words) if word == "--tutor"]
    assert all((ROOT / tutor / "manifest.json").is_file() for tutor in tutors)
    assert len({row.slug for row in plan.rows}) == len(plan.rows) > 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("about = ", "is not TOML"),
        ("about = 'x'", "cannot be followed at rows: Field required."),
        ("about = 'x'\nrows = []", "cannot be followed at rows: Tuple should have at least 1 item"),
        ("[[rows]]\nquestion = 'q'\nname = 'n'\nstep = 'bake'\n", "cannot be followed at about"),
        (
            "about = 'x'\n[[rows]]\nquestion = 'q'\nname = 'n'\nwidth = 1\n",
            "cannot be followed at rows.0.width: Extra inputs",
        ),
        (
            "about = 'x'\n[[rows]]\nquestion = 'q'\nname = 'n'\n[[rows]]\nquestion = 'q'\nname = 'N '\n",
            "has two rows called 'N '",
        ),
        ("about = 'x'\n[[rows]]\nquestion = 'q'\nname = 'n'\nstep = 'prune'\nof = 'm'\n", "'n' is of 'm'; name a row"),
        ("about = 'x'\n[[rows]]\nquestion = 'q'\nname = 'n'\nof = 'm'\n", "'n' trains from scratch"),
        (
            "about = 'x'\ncommon = ['--whole']\n[[rows]]\nquestion = 'q'\nname = 'n'\n",
            "'n' also learns the held-out images (--whole)",
        ),
    ],
)
def test_a_plan_that_is_none_is_named_with_the_place(text: str, sentence: str, tmp_path: Path) -> None:
    from fer_models.ablation import read_plan

    path = tmp_path / "plan.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=re.escape(sentence)) as raised:
        read_plan(path)
    assert str(path) in str(raised.value)
