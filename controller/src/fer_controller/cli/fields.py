"""Options of a command from the fields of a model, so that an option is declared once, where its meaning is."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Optional, get_type_hints

import typer
from pydantic import BaseModel, ValidationError

from fer_controller.cli.completions import OF_FIELDS
from fer_controller.errors import RequestError, SettingsError
from fer_controller.operations.filters import taken_as_local
from fer_controller.operations.operation import singular
from fer_controller.store.filter import OPEN_ENDS

ARRAY, BOOLEAN = "array", "boolean"
TYPES: Mapping[str, Any] = {"string": str, "integer": int, "number": float, BOOLEAN: bool, ARRAY: list[str]}
TIMES = frozenset({"since", "until"})
SAYS_NOTHING = (None, (), *OPEN_ENDS)
"""Defaults that are not shown."""
Command = Callable[..., None]
Models = dict[str, type[BaseModel]]


def with_options(command: Command) -> Command:
    """The command with an option for each field, in place of each parameter that is a model.

    Type, default and description of an option are those of the model's schema; what the model refuses is wrong use.
    """
    hints = get_type_hints(command, include_extras=True)
    models = {name: hint for name, hint in hints.items() if inspect.isclass(hint) and issubclass(hint, BaseModel)}

    def run(**given: Any) -> None:
        command(**_gathered(models, given))

    parameters = [
        parameter
        for each in inspect.signature(command).parameters.values()
        for parameter in (_options(models[each.name]) if each.name in models else [each])
    ]
    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__annotations__ = {**hints, **{each.name: each.annotation for each in parameters if each.name not in hints}}
    vars(run)["__signature__"] = inspect.Signature(
        [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in parameters]
    )
    return run


def _options(model: type[BaseModel]) -> Iterator[inspect.Parameter]:
    described = model.model_json_schema()["properties"]
    for name, field in model.model_fields.items():
        spelled = str(field.validation_alias or name)
        if spelled in described:
            yield _option(name, spelled, field.default, described[spelled])


def _option(name: str, spelled: str, default: Any, described: dict[str, Any]) -> inspect.Parameter:
    """An option; None where it may be left out and its default says nothing."""
    typed = next(each for each in (described, *described.get("anyOf", ())) if "type" in each)
    kind = typed["type"]
    default = None if default in SAYS_NOTHING else default
    words = (singular(spelled) if kind == ARRAY else spelled).replace("_", "-")
    option = typer.Option(
        f"--{words}/--no-{words}" if kind == BOOLEAN and default is None else f"--{words}",
        help=described["description"],
        min=typed.get("minimum"),
        max=typed.get("maximum"),
        autocompletion=OF_FIELDS.get(name),
    )
    taken: Any = TYPES[kind] if default is not None else Optional[TYPES[kind]]
    hint: Any = Annotated[taken, option]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)


def _gathered(models: Models, given: dict[str, Any]) -> dict[str, Any]:
    """The command's own parameters, its models made of those that are their fields."""
    made = {name: _made(model, given) for name, model in models.items()}
    fields = {field for model in models.values() for field in model.model_fields}
    return {**{name: value for name, value in given.items() if name not in fields}, **made}


def _made(model: type[BaseModel], given: dict[str, Any]) -> BaseModel:
    asked = {name: given[name] for name in model.model_fields if given.get(name) is not None}
    try:
        made = model(**asked)
    except (RequestError, SettingsError) as error:
        raise typer.BadParameter(str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        raise typer.BadParameter(f"--{'.'.join(map(str, first['loc']))}: {first['msg']}.") from error
    for time in TIMES & asked.keys():
        if told := taken_as_local(asked[time], datetime.now(UTC)):
            typer.echo(f"--{time} {told}", err=True)
    return made
