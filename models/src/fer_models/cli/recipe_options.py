"""Options that change a recipe: one for every field of Recipe and XceptionConfig that is declared as an option."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from inspect import Parameter
from typing import Annotated, Any, get_type_hints

import typer

from fer_models.network.config import XceptionConfig
from fer_models.options import Option, options_of
from fer_models.training.recipe import Recipe, with_changes

KINDS = (XceptionConfig, Recipe)


def with_recipe_options(command: Callable[..., None]) -> Callable[..., None]:
    """The command, its **parameter replaced by the options of a recipe; each is None unless it is given."""
    signature = inspect.signature(command, eval_str=True)
    own = [each for each in signature.parameters.values() if each.kind is not Parameter.VAR_KEYWORD]
    first = [each for each in own if each.kind is Parameter.POSITIONAL_OR_KEYWORD]
    parameters = [*first, *_parameters(), *own[len(first) :]]
    command.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]  # Typer reads it
    command.__annotations__ = {each.name: each.annotation for each in parameters}
    return command


def changed_recipe(recipe: Recipe, given: Mapping[str, Any], px: int | None = None) -> Recipe:
    """The recipe with the options that were given; px: one image size for the whole run."""
    network, own = ({each.name: given[_name(each.name, told)] for each, told in options_of(kind)} for kind in KINDS)
    return with_changes(recipe, network, **own, sizes=((1.0, px),) if px else None)


def _parameters() -> Iterator[Parameter]:
    for kind in KINDS:
        types = get_type_hints(kind)
        for each, told in options_of(kind):
            name = _name(each.name, told)
            yield Parameter(
                name, Parameter.KEYWORD_ONLY, default=None, annotation=_annotation(name, types[each.name], told)
            )


def _annotation(name: str, kind: Any, told: Option) -> Any:
    if kind is bool:
        return Annotated[bool | None, typer.Option(f"--{name}", help=told.help)]
    return Annotated[kind | None, typer.Option(help=told.help, min=told.least, max=told.most)]


def _name(field: str, told: Option) -> str:
    return told.name or field
