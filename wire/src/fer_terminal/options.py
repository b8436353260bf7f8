"""The options of every list, described once: --columns, --sort, --filter, --limit, --utc."""

import inspect
from typing import Any, Callable, Dict, List, Optional, Sequence

import typer
from typing_extensions import Annotated, get_type_hints

from fer_terminal.choosing import ALL, Choice
from fer_terminal.columns import Column

Command = Callable[..., None]
HELP = {
    "columns": f"These columns, in this order, as in NAME,NAME; {ALL} for all. By default those that fit.",
    "sort": "By this column; -COLUMN for descending. Several as in NAME,-NAME.",
    "filter": "Rows whose COLUMN=TEXT, with * for anything, or !=, >, >=, <, <=; or with TEXT anywhere. Repeatable.",
    "limit": "At most so many rows.",
    "utc": "Times as they are kept, instead of as they lie from now.",
}


def with_choice(columns: Sequence[Column], *, limit: bool = True) -> Callable[[Command], Command]:
    """The command with these options in place of its parameter that is a Choice, or with none if there are no columns.

    limit is False where the command has a limit of its own.
    """

    def changed(command: Command) -> Command:
        hints = get_type_hints(command, include_extras=True)
        (taken,) = (name for name, hint in hints.items() if hint is Choice)
        added = _parameters(columns, limit=limit) if columns else []

        def run(**given: Any) -> None:
            typed = {each.name: given.pop(each.name) for each in added}
            command(**given, **{taken: _choice(typed)})

        run.__name__, run.__doc__ = command.__name__, command.__doc__
        kept = [each for name, each in inspect.signature(command).parameters.items() if name != taken]
        merged = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in (*kept, *added)]
        rest = {name: hint for name, hint in hints.items() if name != taken}
        run.__annotations__ = {**rest, **{each.name: each.annotation for each in added}}
        vars(run)["__signature__"] = inspect.Signature(merged)
        return run

    return changed


def for_programs(choice: Choice) -> Choice:
    """The same where JSON is printed, which has every field. Raises BadParameter for --columns."""
    if choice.columns:
        raise typer.BadParameter("--columns is for the table; --json has every field, so leave one of them out.")
    return choice


def _choice(typed: Dict[str, Any]) -> Choice:
    filters = tuple(typed.pop("filter_", None) or ())
    return Choice(filters=filters, **typed)


def _parameters(columns: Sequence[Column], *, limit: bool) -> List[inspect.Parameter]:
    def names(incomplete: str) -> List[str]:
        begun, comma, last = incomplete.rpartition(",")
        sign = "-" if last.startswith("-") else ""
        return [f"{begun}{comma}{sign}{each.spelled}" for each in columns if each.spelled.startswith(last.lstrip("-"))]

    text: Dict[str, Any] = {"metavar": "COLUMN,…", "autocompletion": names, "show_default": False}
    hints: Dict[str, Any] = {
        "columns": Annotated[str, typer.Option("--columns", help=HELP["columns"], **text)],
        "sort": Annotated[str, typer.Option("--sort", help=HELP["sort"], **text)],
        "filter_": Annotated[Optional[List[str]], typer.Option("--filter", help=HELP["filter"], metavar="TEXT")],
        **({"limit": Annotated[Optional[int], typer.Option("--limit", min=0, help=HELP["limit"])]} if limit else {}),
        "utc": Annotated[bool, typer.Option("--utc", help=HELP["utc"])],
    }
    defaults: Dict[str, Any] = {"columns": "", "sort": "", "utc": False}
    kind = inspect.Parameter.KEYWORD_ONLY
    return [inspect.Parameter(name, kind, default=defaults.get(name), annotation=hint) for name, hint in hints.items()]
