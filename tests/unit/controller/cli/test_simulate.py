import sys

import pytest
from fer_controller.cli import run


def test_without_the_simulator_the_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "fer_simulator.errors", None)
    assert run(["simulate", "--agents", "1"]) == 1
    assert capsys.readouterr().err == (
        "error: Simulated devices need fer-simulator, which is not installed; "
        "run `pip install 'fer-controller[simulator]'`.\n"
    )


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--fault", "tired:2%"], "error: --fault 'tired:2%': there is no such fault"),
        (["--effect", "m:fps=no"], "error: --effect 'm:fps=no': fps needs a number, 0 or more."),
        (["--class", "toaster"], "error: --class toaster: there is no such class"),
    ],
)
def test_what_is_misspelt_is_wrong_use(options: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["simulate", "--agents", "1", *options]) == 2
    assert capsys.readouterr().err.startswith(sentence)
