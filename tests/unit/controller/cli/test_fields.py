from typing import Annotated

import pytest
import typer
from fer_controller.cli.fields import ARRAY, with_options
from fer_controller.errors import RequestError
from fer_controller.operations.events import NewestEventsQuery
from fer_controller.operations.operation import singular
from fer_controller.rollout.planning.request import DeployRequest
from typer.testing import CliRunner

taken: "list[object]" = []


@with_options
def deploy(request: DeployRequest, dry_run: Annotated[bool, typer.Option("--dry-run")] = False) -> None:
    """Deploy."""
    taken.append((request, dry_run))


@with_options
def show(asked: NewestEventsQuery) -> None:
    """Show."""
    taken.append(asked)


def run(command: object, *words: str) -> "tuple[int, str]":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.command()(command)  # type: ignore[type-var] # any function is a command
    taken.clear()
    done = CliRunner().invoke(app, words)
    return done.exit_code, done.output


def test_every_field_is_an_option_with_its_default_and_its_description() -> None:
    status, said = run(deploy, "--help")
    assert status == 0
    schema = DeployRequest.model_json_schema()["properties"]
    assert schema
    for name, field in schema.items():
        types = [each["type"] for each in (field, *field.get("anyOf", ())) if "type" in each]
        spelled = singular(name) if types[0] == ARRAY else name
        assert f"--{spelled.replace('_', '-')} " in said
        assert field["description"].split(";")[0][:20] in said
    assert "[default: 10m]" in said


def test_what_is_not_given_is_the_models_default() -> None:
    assert run(deploy) == (0, "")
    assert taken == [(DeployRequest(), False)]
    assert run(show) == (0, "")
    assert taken == [NewestEventsQuery()]


def test_an_option_with_several_values_is_given_again_and_again() -> None:
    assert run(deploy, "--device", "a", "--device", "b", "--soak", "90s", "--dry-run")[0] == 0
    assert taken == [(DeployRequest(devices=("a", "b"), soak_s="90s"), True)]


@pytest.mark.parametrize(("words", "expected"), [((), None), (("--uncertain",), True), (("--no-uncertain",), False)])
def test_what_is_yes_or_no_may_be_left_open(words: "tuple[str, ...]", expected: "bool | None") -> None:
    assert run(show, *words) == (0, "")
    assert taken == [NewestEventsQuery(uncertain=expected)]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--soak", "soon"), "--soak 'soon' is not a duration"),
        (("--device", "a", "--selector", "a=b"), "--selector and --device exclude each other"),
        (("--attempts", "many"), "'--attempts': Input should be a valid integer"),
    ],
)
def test_what_the_model_refuses_is_wrong_use(words: "tuple[str, ...]", sentence: str) -> None:
    status, said = run(deploy, *words)
    assert (status, taken) == (2, [])
    assert sentence in " ".join(said.replace("│", " ").split())


def test_a_bound_is_checked_before_anything_runs() -> None:
    status, said = run(show, "--limit", "-1")
    assert (status, taken) == (2, [])
    assert "greater than or equal to 0" in said


def test_what_the_models_refuse_elsewhere_stays_an_error_of_their_own() -> None:
    with pytest.raises(RequestError):
        DeployRequest(soak_s="soon")
